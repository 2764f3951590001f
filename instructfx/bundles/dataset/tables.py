"""The tables: their columns, what these mean, and the rows that a session adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from instructfx.bundles.format import fingerprint, without_keys
from instructfx.sessions import Remarks, Session, Turn
from instructfx.store import Listed

Value = str | int | float | bool | datetime | None
Row = tuple[Value, ...]
Rows = Callable[[Listed, Session, Remarks], Iterator[Row]]


@dataclass(frozen=True)
class Column:
    """A column: its name, what kind of values it holds, and what they mean, with their unit. Cells may be empty."""

    name: str
    kind: Literal["string", "integer", "number", "boolean", "time"]
    meaning: str


@dataclass(frozen=True)
class Table:
    """A table: its columns, and the rows that a session adds to it."""

    columns: tuple[Column, ...]
    rows: Rows


SESSION = Column("session", "string", "fingerprint of the session: s and 16 digits, not the id that opens it")
TURN = Column("turn", "string", "fingerprint of the turn: t and 16 digits")


def _sessions(listed: Listed, session: Session, remarks: Remarks) -> Iterator[Row]:
    dry = session.dry
    yield (
        _session(session), listed.created_at, listed.used_at, dry.name, dry.sha256, dry.sample_rate, dry.channels,
        dry.frames, dry.frames / dry.sample_rate, dry.loudness_lufs,
        dry.excerpt_start if session.excerpt_start is None else session.excerpt_start, len(session.turns),
        _mark(session.head), without_keys(session.origin),
    )  # fmt: skip


def _turns(listed: Listed, session: Session, remarks: Remarks) -> Iterator[Row]:
    for turn in session.turns:
        made, asked, refined = turn.provenance, turn.plan.asked, turn.refined
        yield (
            *_names(session, turn), _mark(turn.parent_id), turn.index, turn.kind, turn.instruction, turn.route,
            turn.reply, made.planner, made.ear, made.recipe, made.seed, refined.loss_before, refined.loss_after,
            len(refined.steps), refined.stopped, turn.seconds, asked.model if asked else None,
            asked.input_tokens if asked else None, asked.output_tokens if asked else None,
            asked.price_usd if asked else None, turn.id in remarks.signatures, remarks.names.get(turn.id), turn.share,
            turn.take or None, made.turn_options.step_size, made.turn_options.loss, made.turn_options.avoid,
        )  # fmt: skip


def _settings(listed: Listed, session: Session, remarks: Remarks) -> Iterator[Row]:
    for turn in session.turns:
        for place, slot in enumerate(turn.chain.slots, start=1):
            for param in slot.effect.params:
                value = slot.settings[param.name]
                yield (
                    *_names(session, turn), place, slot.id, slot.effect.name, slot.bypassed, param.name,
                    None if param.worded else value, param.shown(value) if param.worded else None, param.unit,
                    param.name in slot.locked,
                )  # fmt: skip


def _steps(listed: Listed, session: Session, remarks: Remarks) -> Iterator[Row]:
    for turn in session.turns:
        for place, step in enumerate(turn.refined.steps, start=1):
            yield *_names(session, turn), place, step.iteration, step.loss


def _readings(listed: Listed, session: Session, remarks: Remarks) -> Iterator[Row]:
    for turn in session.turns:
        before, after = turn.readings_before, turn.readings_after
        for axis in dict.fromkeys((*before, *after)):
            yield *_names(session, turn), axis, before.get(axis), after.get(axis)


def _exchanges(listed: Listed, session: Session, remarks: Remarks) -> Iterator[Row]:
    for place, each in enumerate(session.exchanges, start=1):
        asked = each.asked
        yield (
            _session(session), place, _mark(each.after_id), each.turns, each.act, each.instruction, each.reply,
            each.planner, each.seconds, each.said_at, asked.model if asked else None,
            asked.input_tokens if asked else None, asked.output_tokens if asked else None,
            asked.price_usd if asked else None,
        )  # fmt: skip


def _judgements(listed: Listed, session: Session, remarks: Remarks) -> Iterator[Row]:
    for each in remarks.judgements:
        yield (
            _session(session), _mark(each.turn_id), each.model, each.prompt_version,
            each.instruction_following, each.chain_of_thought, each.why_following, each.why_thought,
        )  # fmt: skip


def _answers(listed: Listed, session: Session, remarks: Remarks) -> Iterator[Row]:
    for each in remarks.answers:
        yield _session(session), _mark(each.turn_id), _mark(each.against_id), each.better


def _names(session: Session, turn: Turn) -> tuple[str, str | None]:
    return _session(session), _mark(turn.id)


def _session(session: Session) -> str:
    """Begins with a letter: 503e987320071914 would be a number to whatever reads CSV."""
    return f"s{fingerprint(session.id)}"


def _mark(turn_id: str | None) -> str | None:
    return f"t{fingerprint(turn_id)}" if turn_id else None


TABLES: Mapping[str, Table] = {
    "sessions": Table(
        (
            SESSION,
            Column("created_at", "time", "when it began, UTC"),
            Column("used_at", "time", "when it was last opened or changed, UTC"),
            Column("track", "string", "name of the track's file"),
            Column("track_sha256", "string", "SHA-256 of the track's file"),
            Column("sample_rate", "integer", "Hz"),
            Column("channels", "integer", "1 or 2"),
            Column("frames", "integer", "samples of each channel"),
            Column("seconds", "number", "length of the track, s"),
            Column("loudness_lufs", "number", "loudness of the dry track, LUFS"),
            Column("excerpt_start", "integer", "frame at which the excerpt begins that is searched on"),
            Column("turns", "integer", "how many turns it has"),
            Column("head", "string", "fingerprint of the turn that plays now"),
            Column("origin", "string", "what it was made from, where it is a replay or was imported"),
        ),
        _sessions,
    ),
    "turns": Table(
        (
            SESSION,
            TURN,
            Column("parent", "string", "fingerprint of the turn that it continues; empty for the dry track"),
            Column("index", "integer", "its place in the session, from 1"),
            Column("kind", "string", "said, edited, matched or undone"),
            Column("instruction", "string", "what the person typed"),
            Column("route", "string", "initialize_all, reuse_all or reuse_and_initialize"),
            Column("reply", "string", "what the person was told"),
            Column("planner", "string", "who planned"),
            Column("ear", "string", "who listened"),
            Column("recipe", "string", "published way to search, empty for ours"),
            Column("seed", "integer", "of the search"),
            Column("loss_before", "number", "the ear's loss of the sound before the turn"),
            Column("loss_after", "number", "the ear's loss of the sound after the turn"),
            Column("steps", "integer", "how many points its trajectory has"),
            Column("stopped", "string", "converged, budget, cancelled or nothing to refine"),
            Column("seconds", "number", "how long it took, s"),
            Column("model", "string", "language model that was asked; empty where none was"),
            Column("input_tokens", "integer", "tokens sent to the model"),
            Column("output_tokens", "integer", "tokens that the model wrote"),
            Column("price_usd", "number", "price of asking, US dollars; empty where none is known"),
            Column("rendered", "boolean", "whether the whole track was rendered after it"),
            Column("name", "string", "what the person calls this version"),
            Column("share", "number", "of an amount: how much of the turn that it continues, 1 is all"),
            Column("take", "integer", "of several takes of one instruction the first, second, ..."),
            Column("step_size", "number", "by how much the wished distances were multiplied"),
            Column("loss", "string", "the kind of loss that the person chose"),
            Column("avoid", "string", "words for what the sound should not become"),
        ),
        _turns,
    ),
    "settings": Table(
        (
            SESSION,
            TURN,
            Column("place", "integer", "the effect's place in the chain after the turn, from 1"),
            Column("slot", "string", "the slot's id, the same in every turn of the session"),
            Column("effect", "string", "name of the effect"),
            Column("bypassed", "boolean", "whether the effect is switched off"),
            Column("setting", "string", "name of the setting"),
            Column("value", "number", "its value, in the unit beside it; empty for a choice or a switch"),
            Column("word", "string", "what is chosen, on or off of a switch; empty for a number"),
            Column("unit", "string", "Hz, dB, ms, s, semitones, bit, degrees; empty where it has none"),
            Column("locked", "boolean", "whether searches may not move it"),
        ),
        _settings,
    ),
    "steps": Table(
        (
            SESSION,
            TURN,
            Column("place", "integer", "the point's place in the trajectory, from 1"),
            Column("iteration", "integer", "the search's own count"),
            Column("loss", "number", "what the search saw there"),
        ),
        _steps,
    ),
    "readings": Table(
        (
            SESSION,
            TURN,
            Column("axis", "string", "what the ear read"),
            Column("before", "number", "reading before the turn; 1.0 is one clearly audible step"),
            Column("after", "number", "reading after the turn"),
        ),
        _readings,
    ),
    "exchanges": Table(
        (
            SESSION,
            Column("place", "integer", "its place among the exchanges of the session, from 1"),
            Column("after", "string", "fingerprint of the turn that played; empty for the dry track"),
            Column("turns", "integer", "how many turns the session had"),
            Column(
                "act",
                "string",
                "what the words did: question, acknowledgement, beyond, app, unclear, language or unchanged",
            ),
            Column("instruction", "string", "what the person typed"),
            Column("reply", "string", "what the person was told"),
            Column("planner", "string", "who answered"),
            Column("seconds", "number", "how long it took, s"),
            Column("said_at", "time", "when it was said, UTC"),
            Column("model", "string", "language model that was asked; empty where none was"),
            Column("input_tokens", "integer", "tokens sent to the model"),
            Column("output_tokens", "integer", "tokens that the model wrote"),
            Column("price_usd", "number", "price of asking, US dollars; empty where none is known"),
        ),
        _exchanges,
    ),
    "judgements": Table(
        (
            SESSION,
            TURN,
            Column("model", "string", "language model that judged"),
            Column("prompt_version", "string", "of the rubric"),
            Column("instruction_following", "integer", "mark from 1 (poor) to 4 (excellent)"),
            Column("chain_of_thought", "integer", "mark from 1 (poor) to 4 (excellent)"),
            Column("why_following", "string", "the model's reason"),
            Column("why_thought", "string", "the model's reason"),
        ),
        _judgements,
    ),
    "answers": Table(
        (
            SESSION,
            TURN,
            Column("against", "string", "fingerprint of the turn that it was compared with; empty for the dry track"),
            Column("better", "string", "which sounds better: this, other or neither"),
        ),
        _answers,
    ),
}
"""Name -> table. docs/bundles.md describes the same columns."""
