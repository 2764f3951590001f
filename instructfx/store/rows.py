"""Turns, exchanges and what is said of turns as rows, and rows as turns and exchanges."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC
from itertools import groupby

from sqlalchemy import delete
from sqlmodel import Session as Connection
from sqlmodel import col, select

from instructfx.audio.fingerprint import Signature
from instructfx.chain import Chain
from instructfx.errors import StoreError
from instructfx.refine import Step
from instructfx.sessions import Exchange, Remarks, Session, Turn, exchange_from_json, turn_from_json
from instructfx.store.tables import (
    AnswerRow,
    ExchangeRow,
    JudgementRow,
    NameRow,
    RenderRow,
    SessionRow,
    StepRow,
    TurnRow,
)

OF_A_TURN = (StepRow, JudgementRow, AnswerRow, RenderRow, NameRow)


WENT_ON = "this session went on elsewhere at the same time; open it again to see both"


def session_row(connection: Connection, session_id: str) -> SessionRow:
    """The row of a session that somebody has open; StoreError where it is gone."""
    row = connection.get(SessionRow, session_id)
    if row is None:
        raise StoreError("there is no such session any more; it may have been deleted")
    return row


def add_session(connection: Connection, session: Session, remarks: Remarks) -> None:
    """A session whose audio is here, with its conversation and what was said of its turns."""
    reference = session.reference
    row = SessionRow(
        id=session.id,
        dry_sha256=session.dry.sha256,
        dry_name=session.dry.name,
        head=session.head,
        origin=session.origin,
        excerpt_start=session.excerpt_start,
        reference_sha256=reference.sha256 if reference else None,
        reference_name=reference.name if reference else None,
    )
    connection.add(row)
    connection.flush()
    for turn in session.turns:
        add_turn(connection, session.id, turn)
    for index, exchange in enumerate(session.exchanges, 1):
        add_exchange(connection, session.id, index, exchange)
    add_remarks(connection, remarks)


def add_turn(connection: Connection, session_id: str, turn: Turn) -> None:
    """StoreError where the session has a turn of that index already."""
    taken = select(TurnRow.id).where(TurnRow.session_id == session_id, TurnRow.index == turn.index)
    if connection.exec(taken).first():
        raise StoreError(WENT_ON)
    steps = turn.refined.steps
    slim = replace(turn, refined=replace(turn.refined, steps=()))
    row = TurnRow(
        id=turn.id,
        session_id=session_id,
        parent_id=turn.parent_id,
        index=turn.index,
        kind=turn.kind,
        instruction=turn.instruction,
        record=slim.to_json(),
    )
    connection.add(row)
    connection.flush()
    connection.add_all(
        StepRow(turn_id=turn.id, place=place, iteration=step.iteration, loss=step.loss, chain=_text(step.chain))
        for place, step in enumerate(steps)
    )


def add_exchange(connection: Connection, session_id: str, index: int, exchange: Exchange) -> None:
    """As its index-th exchange, from 1; StoreError where the session has that one already."""
    taken = select(ExchangeRow.id).where(ExchangeRow.session_id == session_id, ExchangeRow.index == index)
    if connection.exec(taken).first():
        raise StoreError(WENT_ON)
    row = ExchangeRow(
        id=exchange.id,
        session_id=session_id,
        after_id=exchange.after_id,
        index=index,
        turns=exchange.turns,
        act=exchange.act,
        instruction=exchange.instruction,
        created_at=exchange.said_at.astimezone(UTC).replace(tzinfo=None),
        record=exchange.to_json(),
    )
    connection.add(row)
    connection.flush()


def exchanges_of(connection: Connection, session_id: str) -> tuple[Exchange, ...]:
    """The exchanges of a session, in the order of saying."""
    statement = select(ExchangeRow).where(ExchangeRow.session_id == session_id).order_by(col(ExchangeRow.index))
    return tuple(exchange_from_json(row.record) for row in connection.exec(statement).all())


def add_remarks(connection: Connection, remarks: Remarks) -> None:
    connection.add_all(AnswerRow(**asdict(answer)) for answer in remarks.answers)
    connection.add_all(JudgementRow(**asdict(judgement)) for judgement in remarks.judgements)
    connection.add_all(render_row(turn_id, signature) for turn_id, signature in remarks.signatures.items())
    connection.add_all(NameRow(turn_id=turn_id, name=name) for turn_id, name in remarks.names.items())


def render_row(turn_id: str, signature: Signature) -> RenderRow:
    return RenderRow(turn_id=turn_id, sha256=signature.sha256, levels_db=json.dumps(signature.levels_db))


def _text(chain: Chain) -> str:
    return json.dumps(chain.to_json())


def steps_of(connection: Connection, session_id: str) -> dict[str, tuple[Step, ...]]:
    """The trajectories of a session by the ids of their turns."""
    of_session = select(StepRow).join(TurnRow).where(TurnRow.session_id == session_id)
    rows = connection.exec(of_session.order_by(col(StepRow.turn_id), col(StepRow.place))).all()
    return {
        turn_id: tuple(Step(row.iteration, Chain.from_json(json.loads(row.chain)), row.loss) for row in group)
        for turn_id, group in groupby(rows, key=lambda row: row.turn_id)
    }


def turn_of(row: TurnRow, steps: tuple[Step, ...]) -> Turn:
    turn = turn_from_json(row.record)
    return replace(turn, refined=replace(turn.refined, steps=steps))


def delete_rows(connection: Connection, session: SessionRow) -> None:
    connection.exec(delete(ExchangeRow).where(col(ExchangeRow.session_id) == session.id))
    turns = select(TurnRow.id).where(TurnRow.session_id == session.id)
    for table in OF_A_TURN:
        connection.exec(delete(table).where(col(table.turn_id).in_(turns)))
    connection.exec(delete(TurnRow).where(col(TurnRow.session_id) == session.id))
    connection.delete(session)
    connection.flush()
