"""From records to HTML: pure functions. Whatever came from a visitor is escaped here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from instructfx.audio.fold_down import FoldDown, warning
from instructfx.chain.format import band_kind, bands_of, minus
from instructfx.chain.matching import aligned
from instructfx.planners.phrases import Voice, capital
from instructfx.sessions.records import BY_HAND
from instructfx.studio.visits.ear_options import LABELS
from instructfx.studio.visits.phrases import ENGLISH, Change, changes, clock, spoken, unbroken

if TYPE_CHECKING:
    from instructfx.audio.track import Track
    from instructfx.chain import Chain, Slot
    from instructfx.sessions import Exchange, Turn
    from instructfx.studio.visits.visits import VisitEntry

ROUTES = {
    "initialize_all": "new effects",
    "reuse_all": "same effects",
    "reuse_and_initialize": "same effects and new ones",
}
TOLD_ONE_BY_ONE = 2  # changed settings; more are opened on demand


SPOKEN = '<p id="spoken" class="unseen" role="status"></p>'
"""What is read out of what happens, for `static/conversation.js`."""


def jumps(ways: Mapping[str, str]) -> str:
    """Selector -> name of a part of the page: ways past what is before it, seen by who comes by key."""
    buttons = "".join(
        f'<button type="button" data-jump="{part}">{escape(name)}</button>' for part, name in ways.items()
    )
    return f'<nav class="jumps" aria-label="Go to"><span aria-hidden="true">Go to</span>{buttons}</nav>'


def notice(text: str) -> str:
    """One line that says what is wrong."""
    return f'<p class="notice" role="alert">{escape(text)}</p>' if text else ""


CHOOSE = (
    "Choose a track, then ask for a change in your own words. Each one builds on the last, and you can always go back."
)
LISTEN = (
    "Press play, or the space bar, and listen. What should be different? Say it in your own words, or press one below."
)


def conversation(entries: Sequence[VisitEntry], pending: str = "", is_open: bool = False) -> str:
    """All that was said; pending is what is being worked on. Before anything was, an invitation: to choose a track, or
    where one is open to say something."""
    parts = [entry(each) for each in entries]
    if pending:
        working = '<div class="reply working">Working on it …</div>'
        parts.append(f'<article class="turn">{_words(pending)}{working}</article>')
    if not parts:
        title = "What should change?" if is_open else "Say how it should sound"
        return f'<div class="empty"><h2>{title}</h2><p>{LISTEN if is_open else CHOOSE}</p></div>'
    return f'<h2 class="unseen">Conversation</h2><div class="turns">{"".join(parts)}</div>'


def entry(each: VisitEntry) -> str:
    """One message: the words, the reply, what changed, how long it took, and why."""
    parts = [_said(each)]
    if each.turn:
        voice = Voice(spoken(each.turn.instruction))
        told = curves(each.before, each.turn.chain) + chips(changes(each.before, each.turn.chain, voice), voice)
        parts.append(_by_hand(each, told) if len(each.changes) > 1 else _reply(each.turn, told))
    if each.answer:
        parts.append(_answer(each.answer))
    parts.append(f'<p class="notice">{escape(each.trouble)}</p>' if each.trouble else "")  # read out as what is new
    title = f"Turn {each.turn.index}" if each.turn else "Answer" if each.answer else "Not done"
    return f'<article class="turn" aria-label="{title}">{"".join(parts)}</article>'


def _said(each: VisitEntry) -> str:
    """The words as a bubble; what was done by hand has none, and takes after the first have a number."""
    turn = each.turn
    if turn and turn.take > 1:
        return f'<div class="take">Take {turn.take}</div>'
    by_hand = turn and (turn.kind == "edited" or (turn.kind == "undone" and not (turn.plan.undo or turn.plan.goes_to)))
    return "" if by_hand or not each.words else _words(each.words)


def _words(words: str) -> str:
    sendable = words.encode(errors="replace").decode()  # half of an emoji is no text that can be sent
    return f'<div class="words">{escape(sendable)}</div>'


def _reply(turn: Turn, told: str) -> str:
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in turn.notes)
    facts = [f"{turn.seconds:.1f} s"] if turn.kind != "edited" else []
    if turn.kind != "edited":
        facts.insert(0, f"planned by {escape(_planner(turn.planned_by))}")
    if turn.kind not in ("undone", "edited") and not turn.provenance.built_in_ear:
        facts.insert(0, f"heard by {escape(LABELS.get(turn.provenance.ear, turn.provenance.ear))}")
    if turn.kind not in ("undone", "edited") and told:
        facts.insert(0, ROUTES[turn.route])
    if turn.refined.cut_short:
        facts.append("stopped; the best so far was kept")
    return f'<div class="reply"><p>{escape(turn.reply)}</p>{notes}{told}{_facts(facts)}{why(turn)}</div>'


def _facts(facts: Sequence[str]) -> str:
    return f'<p class="facts">{" · ".join(facts)}</p>' if facts else ""


def _by_hand(made: VisitEntry, told: str) -> str:
    """Changes by hand in a row: how many, each of them on demand, and what they came to."""
    each = "".join(f"<li>{escape(turn.reply.removeprefix(BY_HAND))}</li>" for turn in made.changes)
    return (
        f'<div class="reply"><details class="by-hand"><summary>{escape(made.words)}</summary>'
        f"<ol>{each}</ol>{told}</details></div>"
    )


def _answer(exchange: Exchange) -> str:
    """What was answered to words that changed nothing."""
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in exchange.notes)
    facts = f"nothing changed · answered by {escape(_planner(exchange.answered_by))} · {exchange.seconds:.1f} s"
    return f'<div class="reply"><p>{escape(exchange.reply)}</p>{notes}<p class="facts">{facts}</p></div>'


def _planner(by: str) -> str:
    return by.replace("builtin", "the built-in planner", 1)


def chips(done: Sequence[Change], voice: Voice = ENGLISH) -> str:
    """What changed: effects that came, went or were switched in sight, and settings, where they are many, folded."""
    settings = [_chip(change, voice) for change in done if change.kind == "changed"]
    shown = [_chip(change, voice) for change in done if change.kind != "changed"]
    if len(settings) <= TOLD_ONE_BY_ONE:
        shown, settings = [*shown, *settings], []
    text = f'<ul class="chips">{"".join(shown)}</ul>' if shown else ""
    if settings:
        summary = f"{len(settings)} settings changed"
        text += f'<details><summary>{summary}</summary><ul class="chips">{"".join(settings)}</ul></details>'
    return text


def curves(before: Chain, after: Chain) -> str:
    """What became of each equaliser that is there and other than it was, for `static/change-curve.js`; one that was
    taken out has no curve."""
    before, text = aligned(before, after), ""
    for slot in after.slots:
        was = before.find(slot.id)
        bands = {"before": _bands(was), "after": _bands(slot)}
        if bands["before"] != bands["after"]:
            label = f"{after.labels[slot.id]}, before and after"
            data = escape(json.dumps(bands))
            text += f'<ifx-curve class="curves" role="img" aria-label="{escape(label)}" bands="{data}"></ifx-curve>'
    return text


def _bands(slot: Slot | None) -> list[dict[str, object]]:
    if slot is None or not slot.heard:
        return []
    return [
        {"kind": band_kind(name), "gain": slot.settings[gain.name], "frequency": slot.settings[frequency.name],
         "q": slot.settings[q.name]}
        for name, (gain, frequency, q) in bands_of(slot.effect)
    ]  # fmt: skip


def _chip(change: Change, voice: Voice) -> str:
    effect = escape(change.effect)
    if change.kind == "changed":
        was_to_now = f'{escape(change.before)} <span class="arrow" aria-label="to">→</span> {escape(change.after)}'
        return f'<li class="changed">{effect}, {escape(change.label.lower())}: <b>{was_to_now}</b></li>'
    return f'<li class="{change.kind}">{effect} <b>{voice.say(f"chip_{change.kind}")}</b></li>'


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


def track_line(track: Track, fold: FoldDown | None = None) -> str:
    """The name of a track and what it is; where it was measured what is lost in mono, and a warning of sides that
    cancel."""
    channels = "mono" if track.channels == 1 else "stereo"
    loudness = minus(f"{track.loudness_lufs:.1f} LUFS")
    facts = f"{clock(track.seconds)} · {channels} · {track.sample_rate / 1000:g} kHz · {loudness}"
    if track.channels == 2 and fold:
        facts += minus(f" · {-fold.loss_db:.1f} dB in mono")
    warned = warning(fold) if fold else ""
    note = f'<p class="note" role="status">{escape(capital(warned))}.</p>' if warned else ""
    name, facts = escape(track.name), unbroken(facts)
    return f'<div class="track"><h2><strong title="{name}">{name}</strong></h2><span>{facts}</span>{note}</div>'
