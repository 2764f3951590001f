"""From records to HTML: pure functions. Whatever came from a visitor is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

from instructfx.studio.ears import BUILT_IN, LABELS
from instructfx.studio.readable import Change, changes, clock, minus, settings_of

if TYPE_CHECKING:
    from instructfx.chain import Chain
    from instructfx.session import Turn
    from instructfx.studio.visits import Exchange
    from instructfx.track import Track

STAGES = {
    "waiting": "Waiting for a free place",
    "planning": "Planning",
    "asking": "Asking the language model",
    "listening": "Listening to where we are",
    "hearing": "Listening with CLAP",
    "refining": "Refining by ear",
    "saving": "Saving the turn",
    "rendering": "Rendering the whole track",
    "opening": "Listening to the track",
}
ROUTES = {
    "initialize_all": "new effects",
    "reuse_all": "same effects",
    "reuse_and_initialize": "same effects and new ones",
}
CHIPS_SHOWN = 6
READINGS_SHOWN = 8
LONG_SETTING = 16  # characters that need a column of their own
LEAST_READING = 0.05
WAVE_HEIGHT = 48


@dataclass(frozen=True)
class Progress:
    """How far a turn has come: share of the bar, steps of the search, its first and its best loss."""

    stage: str = "waiting"
    share: float = 0.0
    before: int = 0
    steps: int = 0
    first_loss: float | None = None
    best_loss: float | None = None

    def moved(self, stage: str, share: float, before: int = 0) -> Progress:
        """At a stage; the share never falls."""
        return replace(self, stage=stage, share=max(self.share, share), before=before)

    def stepped(self, loss: float, share: float) -> Progress:
        """After one more step of the search."""
        best = loss if self.best_loss is None else min(self.best_loss, loss)
        first = loss if self.first_loss is None else self.first_loss
        moved = self.moved("refining", share)
        return replace(moved, steps=self.steps + 1, first_loss=first, best_loss=best)


def progress(state: Progress | None) -> str:
    """The bar, its stage and what the search has found; nothing when nothing runs."""
    if state is None:
        return ""
    percent = round(100 * min(max(state.share, 0.0), 1.0))
    detail = f"{percent} %"
    if state.stage == "waiting" and state.before:
        detail = f"{state.before} before you"
    elif state.stage == "refining" and state.steps and state.best_loss is not None:
        detail = f"step {state.steps} · loss {state.first_loss:.2f} → {state.best_loss:.2f}"
    elif state.stage == "hearing":
        detail = "the first time takes longer"
    return bar(STAGES[state.stage], detail, percent)


def bar(label: str, detail: str, percent: int) -> str:
    """A bar with what it stands for and how far that is."""
    return (
        f'<div class="progress"><div class="progress-text"><span>{label}</span><span>{detail}</span></div>'
        f'<div class="bar" role="progressbar" aria-label="{label}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{percent}"><div style="width:{percent}%"></div></div></div>'
    )


def notice(text: str) -> str:
    """One line that says what is wrong."""
    return f'<p class="notice" role="alert">{escape(text)}</p>' if text else ""


def conversation(exchanges: Sequence[Exchange], pending: str = "") -> str:
    """All that was said; pending is what is being worked on."""
    parts = [exchange(number, each) for number, each in enumerate(exchanges, 1)]
    if pending:
        working = '<div class="reply working">Working on it …</div>'
        parts.append(f'<article class="turn">{_words(pending)}{working}</article>')
    if not parts:
        parts.append(
            '<div class="empty"><h2>Say how it should sound</h2><p>Choose a track, then ask for a change in your own '
            "words. Each one builds on the last, and you can always go back.</p></div>"
        )
    return f'<div class="turns" role="log" aria-label="Conversation">{"".join(parts)}</div>'


def exchange(number: int, each: Exchange) -> str:
    """One message: the words, the reply, what changed, how long it took, and why."""
    parts = [_words(each.words)]
    if each.turn:
        parts.append(_reply(each.turn, changes(each.before, each.turn.chain)))
    parts.append(notice(each.trouble))
    return f'<article class="turn" aria-label="Turn {number}">{"".join(parts)}</article>'


def _words(words: str) -> str:
    sendable = words.encode(errors="replace").decode()  # half of an emoji is no text that can be sent
    return f'<div class="words">{escape(sendable)}</div>'


def _reply(turn: Turn, done: Sequence[Change]) -> str:
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in turn.notes)
    facts = [f"planned by {escape(_planner(turn))}", f"{turn.seconds:.1f} s"]
    if turn.kind != "undone" and turn.provenance.ear != BUILT_IN:
        facts.insert(0, f"heard by {escape(LABELS.get(turn.provenance.ear, turn.provenance.ear))}")
    if turn.kind != "undone" and done:
        facts.insert(0, ROUTES[turn.route])
    if turn.refined.stopped == "cancelled":
        facts.append("stopped; the best so far was kept")
    return (
        f'<div class="reply"><p>{escape(turn.reply)}</p>{notes}{chips(done)}'
        f'<p class="facts">{" · ".join(facts)}</p>{why(turn)}</div>'
    )


def _planner(turn: Turn) -> str:
    return turn.planned_by.replace("builtin", "the built-in planner", 1)


def chips(done: Sequence[Change]) -> str:
    """What changed, the first few in sight and the rest folded."""
    if not done:
        return ""
    items = [_chip(change) for change in done]
    shown, rest = items[:CHIPS_SHOWN], items[CHIPS_SHOWN:]
    text = f'<ul class="chips">{"".join(shown)}</ul>'
    if rest:
        text += f'<details><summary>{len(rest)} more</summary><ul class="chips">{"".join(rest)}</ul></details>'
    return text


def _chip(change: Change) -> str:
    effect = escape(change.effect)
    if change.kind == "changed":
        was_to_now = f'{escape(change.before)} <span class="arrow" aria-label="to">→</span> {escape(change.after)}'
        return f'<li class="changed">{effect}, {escape(change.label.lower())}: <b>{was_to_now}</b></li>'
    return f'<li class="{change.kind}">{effect} <b>{change.kind}</b></li>'


def why(turn: Turn) -> str:
    """The four thoughts, folded."""
    thoughts = turn.plan.thoughts
    rows = (
        ("Asked", thoughts.asked),
        ("Effects", thoughts.effects),
        ("Order", thoughts.order),
        ("Settings", thoughts.settings),
    )
    items = "".join(f"<dt>{label}</dt><dd>{escape(text)}</dd>" for label, text in rows if text)
    return f'<details class="why"><summary>Why</summary><dl>{items}</dl></details>' if items else ""


def chain_table(chain: Chain) -> str:
    """The effects in the order of the sound, with their settings in their units."""
    if not chain.slots:
        return '<p class="hint">No effects yet. What you hear is the dry track.</p>'
    rows = []
    for place, slot in enumerate(chain.slots, 1):
        readings = settings_of(slot)
        items = "".join(
            f"<div><dt>{escape(each.label)}</dt><dd>{escape(each.text)}</dd></div>"
            for each in readings
            if not each.idle
        )
        flat = [each.label.lower() for each in readings if each.idle]
        if flat:
            items += f'<div class="idle"><dt>Flat</dt><dd>{escape(", ".join(flat))}</dd></div>'
        wide = " wide" if any(len(each.text) > LONG_SETTING for each in readings) else ""
        state = "bypassed" if slot.bypassed else "on"
        rows.append(
            f'<tr class="{state}"><td class="place">{place}</td><th scope="row">{escape(slot.effect.label)}</th>'
            f'<td><dl class="settings{wide}">{items}</dl></td><td class="state"><span>{state}</span></td></tr>'
        )
    head = '<th scope="col">#</th><th scope="col">Effect</th><th scope="col">Settings</th><th scope="col">State</th>'
    return f'<table class="chain"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def readings(turn: Turn | None) -> str:
    """What the ear read before and after, the largest moves first, as bars around no change."""
    moved = moves(turn.readings_before, turn.readings_after) if turn else []
    if not moved:
        return '<p class="hint">What moved, and by how much, appears here after a turn.</p>'
    widest = max(1.0, max(abs(after - before) for _, before, after in moved))
    rows = []
    for name, before, after in moved[:READINGS_SHOWN]:
        change = after - before
        side = "up" if change > 0 else "down"
        label = escape(name.replace("_", " ").capitalize())
        numbers = "".join(f"<td>{minus(text)}</td>" for text in (f"{before:.1f}", f"{after:.1f}", f"{change:+.1f}"))
        bar = f'<div class="{side}" style="width:{50 * abs(change) / widest:.1f}%"></div>'
        rows.append(f'<tr><th scope="row">{label}</th>{numbers}<td class="track">{bar}</td></tr>')
    head = "".join(f'<th scope="col">{text}</th>' for text in ("Reading", "Before", "After", "Change", ""))
    return (
        f'<table class="readings"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
        '<p class="hint">Of the most telling ten seconds. 1.0 is one clearly audible step.</p>'
    )


def moves(before: Mapping[str, float], after: Mapping[str, float]) -> list[tuple[str, float, float]]:
    """(name, before, after) of the readings that moved, the largest move first."""
    moved = [(name, before[name], after[name]) for name in before if name in after]
    moved = [each for each in moved if abs(each[2] - each[1]) >= LEAST_READING]
    return sorted(moved, key=lambda each: -abs(each[2] - each[1]))


def track_line(track: Track) -> str:
    """The name of a track and what it is."""
    channels = "mono" if track.channels == 1 else "stereo"
    loudness = minus(f"{track.loudness_lufs:.1f} LUFS")
    facts = f"{clock(track.seconds)} · {channels} · {track.sample_rate / 1000:g} kHz · {loudness}"
    name = escape(track.name)
    return f'<div class="track"><strong title="{name}">{name}</strong><span>{facts}</span></div>'


def player(label: str, note: str, url: str, peaks: Sequence[float]) -> str:
    """A waveform to click and the browser's own controls; without a url, a place that waits."""
    kind = label.lower()
    head = f"<figcaption><strong>{escape(label)}</strong><span>{escape(note)}</span></figcaption>"
    if not url:
        return f'<figure class="player {kind} waiting">{head}<div class="wave"></div></figure>'
    return (
        f'<figure class="player {kind}">{head}<div class="wave" title="Click to play from here">{waveform(peaks)}</div>'
        f'<audio controls preload="metadata" aria-label="{escape(label)}" src="{escape(url)}"></audio></figure>'
    )


def waveform(peaks: Sequence[float]) -> str:
    """Peaks from 0 to 1 as bars around a middle line."""
    middle = WAVE_HEIGHT / 2
    bars = "".join(
        f"M{x} {middle - height:.1f}V{middle + height:.1f}"
        for x, height in enumerate(max(0.5, min(peak, 1.0) * middle) for peak in peaks)
    )
    box = f'viewBox="-0.5 0 {max(len(peaks), 1)} {WAVE_HEIGHT}" preserveAspectRatio="none" aria-hidden="true"'
    return f'<svg {box}><path d="{bars}"/></svg>'


def downloads(links: Sequence[tuple[str, str, str]]) -> str:
    """(label, url, file name) -> links that save a file."""
    return '<div class="downloads">' + "".join(
        f'<a href="{escape(url)}" download="{escape(name)}" title="{escape(name)}">{escape(label)}</a>'
        for label, url, name in links
    ) + "</div>"  # fmt: skip
