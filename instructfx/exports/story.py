"""A session told from the first turn to the last, so that a person can follow it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from instructfx.audio.fingerprint import Signature
from instructfx.chain import Chain
from instructfx.chain.matching import aligned
from instructfx.sessions import BlindAnswer, Exchange, Judgement, Session, Turn

AUDIBLE = 0.3  # of a step; smaller changes of a reading are not told
BETTER = {"this": "better than", "other": "worse than", "neither": "no better and no worse than"}


def story(
    session: Session,
    judgements: Sequence[Judgement] = (),
    answers: Sequence[BlindAnswer] = (),
    signatures: Mapping[str, Signature] | None = None,
    names: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Lines of plain text."""
    dry = session.dry
    kind = {1: "mono", 2: "stereo"}.get(dry.channels, f"{dry.channels} channels")
    seconds = dry.frames / dry.sample_rate
    yield f"{dry.name}: {seconds:.1f} s, {dry.sample_rate} Hz, {kind}, {dry.loudness_lufs:.1f} LUFS"
    yield f"audio {dry.sha256}"
    if session.origin:
        yield f"made by: {session.origin}"
    if not session.conversation:
        yield "nothing was said yet"
    versions: Mapping[str, str] = {}
    index_of = {turn.id: turn.index for turn in session.turns}
    for turn in session.conversation:
        yield ""
        if isinstance(turn, Exchange):
            yield from _exchange(turn)
            continue
        yield from _turn(turn, session, index_of)
        if turn.id in (names or {}):
            yield f"   name: {(names or {})[turn.id]}"
        if turn.provenance.versions != versions:
            versions = turn.provenance.versions
            yield f"   with {', '.join(f'{name} {version}' for name, version in versions.items())}"
        signature = (signatures or {}).get(turn.id)
        if signature:
            yield f"   render: {signature.sha256}"
        for answer in answers:
            if answer.turn_id == turn.id:
                against = f"turn {index_of[answer.against_id]}" if answer.against_id else "the dry track"
                yield f"   blind: {BETTER[answer.better]} {against}"
        for mark in judgements:
            if mark.turn_id == turn.id:
                yield (
                    f"   judge {mark.model}: follows the instruction {mark.instruction_following} of 4, "
                    f"thoughts {mark.chain_of_thought} of 4"
                )
    if session.turns:
        playing = session.current
        yield ""
        yield f"playing now: turn {playing.index}" if playing else "playing now: the dry track"


def _exchange(exchange: Exchange) -> Iterator[str]:
    yield f'-  "{exchange.instruction}"  ({exchange.act}, nothing changed)'
    yield f"   {exchange.reply}"
    yield from (f"   note: {note}" for note in exchange.notes)
    yield f"   answered by {exchange.answered_by}, took {exchange.seconds:.1f} s"


def _turn(turn: Turn, session: Session, index_of: Mapping[str, int]) -> Iterator[str]:
    before = session.before_turn(turn)
    follows = f"after turn {index_of[turn.parent_id]}" if turn.parent_id else "from the dry track"
    kind = "" if turn.kind == "said" else f"{turn.kind}, "
    yield f'{turn.index}. "{turn.instruction}"  ({kind}{follows})'
    yield f"   {turn.reply}"
    yield from (f"   note: {note}" for note in turn.notes)
    thoughts = turn.plan.thoughts
    for name in ("asked", "effects", "order", "settings"):
        if getattr(thoughts, name):
            yield f"   thought, {name}: {getattr(thoughts, name)}"
    yield from (f"   {line}" for line in changes(before, turn.chain))
    moved = [
        f"{axis} {turn.readings_before[axis]:+.1f} to {after:+.1f}"
        for axis, after in turn.readings_after.items()
        if axis in turn.readings_before and abs(after - turn.readings_before[axis]) >= AUDIBLE
    ]
    if moved:
        yield f"   heard: {', '.join(moved)}"
    refined, made = turn.refined, turn.provenance
    if refined.steps:
        yield (
            f"   search: loss {refined.loss_before:.4f} to {refined.loss_after:.4f} "
            f"in {len(refined.steps)} steps, {refined.stopped}"
        )
    if made.turn_options.to_text():
        yield f"   wished: {made.turn_options.to_text()}"
    ear = f"{made.ear} ({made.ear_sha256[:16]})" if made.ear_sha256 else made.ear
    recipe = f", recipe {made.recipe}" if made.recipe else ""
    place = f" on {made.machine}, {made.device}" if made.machine else ""
    yield f"   {turn.route}, planned by {turn.planned_by}, heard by {ear}{recipe}, seed {made.seed}{place}"
    yield f"   took {turn.seconds:.1f} s"


def changes(before: Chain, after: Chain) -> Iterator[str]:
    """What a chain has that another had not, effect by effect: "eq: low_shelf_gain_db 0 to 2.1 dB"."""
    before, names = aligned(before, after), after.short_names
    for slot_id in before.ids:
        if slot_id not in after.ids:
            yield f"- {before.short_names[slot_id]}"
    for slot in after.slots:
        was = before.find(slot.id)
        old = was.settings if was else slot.effect.defaults()
        moved = []
        for param in slot.effect.params:
            value, is_now = old[param.name], slot.settings[param.name]
            if value != is_now:
                came = f"{value:.4g} to " if was else ""
                moved.append(f"{param.name} {came}{is_now:.4g} {param.unit}".rstrip())
        if was and slot.bypassed != was.bypassed:
            moved.append("bypassed" if slot.bypassed else "heard again")
        if moved or not was:
            yield f"{'' if was else '+ '}{names[slot.id]}: {', '.join(moved) or 'as declared'}"
