"""Stored sessions made again, to see whether the same comes out, or what would have if somebody else had listened."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from instructfx.audio.fingerprint import Signature
from instructfx.audio.track import Track
from instructfx.chain import Chain
from instructfx.chain.matching import aligned
from instructfx.ears import Ear, ear_named
from instructfx.effects.device import THREADS
from instructfx.engine.context import Agents, Callbacks, TurnContext, causes, excerpt_of
from instructfx.engine.live import agents_named
from instructfx.engine.planned import take_turn
from instructfx.engine.turn import begin, by_hand, finish
from instructfx.errors import Cancelled, InstructionError
from instructfx.planners import Plan, Planner, planner_named
from instructfx.planners.prompted import PromptedPlanner
from instructfx.planners.recorded import Planned, recorded
from instructfx.refine import RefineOptions, Step
from instructfx.rendering.excerpt import Excerpt
from instructfx.rendering.track import render_signature
from instructfx.sessions import Provenance, Session, Turn
from instructfx.sessions.options import MOST_SEED, TurnOptions
from instructfx.store import Store

Mode = Literal["render", "rerun", "replan"]
MODES: tuple[Mode, ...] = ("render", "rerun", "replan")
RECORDED = "recorded"


@dataclass(frozen=True)
class Swaps:
    """Who takes the place of whom; an empty name is as it was."""

    ear: str = ""
    loss: str = ""
    planner: str = ""

    def to_text(self) -> str:
        """For people: "ear clap, loss contrast"; empty where all is as it was."""
        named = (("ear", self.ear), ("loss", self.loss), ("planner", self.planner))
        return ", ".join(f"{what} {name}" for what, name in named if name)


@dataclass(frozen=True)
class Difference:
    """Something that came out otherwise. of_range is by how much of the setting's range, None for what has none."""

    what: str
    stored: str
    found: str
    of_range: float | None = None


@dataclass(frozen=True)
class Replayed:
    """What came of one turn. level_db is the largest difference of level in any second of two renders.

    compared is False where the store has nothing to compare with. causes are what differs between then and now that
    may have made the difference, where there is one.
    """

    index: int
    instruction: str
    differences: tuple[Difference, ...] = ()
    level_db: float | None = None
    compared: bool = True
    loss_stored: float | None = None
    loss_found: float | None = None
    causes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        return self.compared and not self.differences

    @property
    def largest(self) -> float:
        """Of all differences of settings, as a share of the range; 0 where there is none."""
        return max((each.of_range or 0.0 for each in self.differences), default=0.0)


def rendered_again(
    session: Session, track: Track, signatures: Mapping[str, Signature], cancelled: Callable[[], bool]
) -> Iterator[Replayed]:
    """Each turn's whole track from its settings, compared with what the store knows it by."""
    for turn in session.turns:
        stored = signatures.get(turn.id)
        if stored is None:
            yield Replayed(turn.index, turn.instruction, compared=False)
            continue
        found = render_signature(turn.chain, track, cancelled)
        if found.sha256 != stored.sha256 and turn.provenance.threads not in (0, THREADS):  # as renders were made once
            found = render_signature(turn.chain, track, cancelled, turn.provenance.threads)
        differences: tuple[Difference, ...] = ()
        if found.sha256 != stored.sha256:
            differences = (Difference("samples", stored.sha256[:16], found.sha256[:16]),)
        level_db = stored.difference_db(found)
        why = causes(turn.provenance) if differences else ()
        yield Replayed(turn.index, turn.instruction, differences, level_db, causes=why)


class Replay:
    """A session taken again, turn by turn, into a new session in a store; what was answered between comes along."""

    def __init__(self, session: Session, track: Track, mode: Mode, swaps: Swaps, store: Store, new_id: str) -> None:
        if mode == "rerun" and swaps.planner:
            raise InstructionError("rerun keeps the recorded plans; to ask another planner use --mode replan")
        self._old = session
        self._mode = mode
        self._swaps = swaps
        self._store = store
        self._ears: dict[tuple[str, str, str], Ear] = {}
        self._excerpts: dict[tuple[int, int | None], Excerpt] = {}  # by sample rate and first frame
        self._planner = self._chosen_planner()
        for turn in session.turns:  # who is not there is said before anything is stored
            self._agents(turn)
        how = f"{mode} with {swaps.to_text()}" if swaps.to_text() else mode
        origin = f"{how} of a session on {session.dry.name} of {len(session.turns)} turns"
        self.session, self._track = store.create(new_id, track, origin)
        store.listen_from(new_id, session.excerpt_start)

    def turns(self, cancelled: Callable[[], bool]) -> Iterator[Replayed]:
        """Take every turn again in its order. Raises Cancelled, and as `take_turn` does."""
        new_of: dict[str | None, str | None] = {None: None}
        played: str | None = None
        self._carry_over(0, new_of)
        for old in self._old.turns:
            by_words = old.kind != "undone" or old.plan.undo > 0 or old.plan.goes_to > 0
            came_from = played if old.kind == "undone" else old.parent_id
            start = old.provenance.excerpt_start
            self.session = replace(self.session, head=new_of[came_from], excerpt_start=start)
            if old.kind == "edited" or not by_words:
                new = self._keep(old, new_of[old.parent_id])
            else:
                new = self._take(old, cancelled)
            new_of[old.id] = new.id
            played = self._old.playing_after(old)
            self._carry_over(old.index, new_of)
            yield self._compared(old, new)

    def _carry_over(self, turns: int, new_of: Mapping[str | None, str | None]) -> None:
        """What was said and answered after so many turns, as it is."""
        for each in self._old.exchanges:
            if each.turns == turns:
                copy = replace(each, id=secrets.token_hex(16), after_id=new_of[each.after_id])
                self._store.add_exchange(self.session, copy)
                self.session = self.session.with_exchange(copy)

    def _keep(self, old: Turn, parent_id: str | None) -> Turn:
        """What was done by hand is done again; a step through the history leads to the same turn."""
        agents = self._agents(old)
        parent = self.session.turn(parent_id) if parent_id else None
        chain = old.chain
        if old.kind == "undone":
            chain = parent.chain if parent else Chain()
        outcome = by_hand(old.kind, parent, chain, old.instruction, old.reply, old.share)
        self.session = finish(begin(self._context(agents)), outcome)
        return self.session.turns[-1]

    def _context(self, agents: Agents) -> TurnContext:
        return TurnContext(self.session, agents, self._excerpt(agents.ear), self._store)

    def _take(self, old: Turn, cancelled: Callable[[], bool]) -> Turn:
        agents = self._for_take(old, self._agents(old))
        steps: list[Step] = []
        stopped_at = len(old.refined.steps) if old.refined.cut_short else None

        def stopped() -> bool:
            return cancelled() or (stopped_at is not None and len(steps) >= stopped_at > 0)

        callbacks = Callbacks(on_step=steps.append, cancelled=stopped)
        context = replace(
            self._context(agents), callbacks=callbacks, options=self._options(old), take=old.take, again=True
        )
        self.session = take_turn(context, old.instruction)
        if cancelled():
            raise Cancelled("the replay was stopped")
        return self.session.turns[-1]

    def _for_take(self, old: Turn, agents: Agents) -> Agents:
        """Who plans a later take of what was planned anew: the planner of the first one says it."""
        number = old.take - 1
        if self._mode != "replan" or number < 1:
            return agents
        first = self.session.turns[old.index - old.take]
        seed = (old.provenance.seed - number) % (MOST_SEED + 1)
        return replace(agents, planner=agents.planner.take(number, seed, first.plan).planner)

    def _options(self, old: Turn) -> TurnOptions:
        """As then, without what another ear or loss has no room for."""
        options = old.provenance.turn_options
        if self._swaps.loss not in ("", "usual", "guided"):
            options = replace(options, avoid="")
        swapped = self._swaps.loss or self._swaps.ear not in ("", old.provenance.ear)
        return replace(options, loss="") if swapped else options

    def _excerpt(self, ear: Ear) -> Excerpt:
        key = ear.sample_rate, self.session.excerpt_start
        self._excerpts[key] = self._excerpts.get(key) or excerpt_of(self._track, ear, self.session.excerpt_start)
        return self._excerpts[key]

    def _agents(self, old: Turn) -> Agents:
        made = old.provenance
        planner: Planner = self._planner or Planned(made.planner, old.plan)
        if self._mode == "replan" and self._planner is None:
            planner = planner_named(made.planner)
        if made.recipe and not (self._swaps.ear or self._swaps.loss):
            recipe = agents_named("builtin", "", made.seed, made.recipe, made.device)
            return replace(recipe, planner=planner, first_turn=made.first_turn, threads=made.threads)
        options = RefineOptions(made.options.gradient, made.options.bayes, made.options.secant)
        ear = self._ear(made)
        as_then = made.threads if self._swaps.ear in ("", made.ear) else 0
        return Agents(planner, ear, options, made.first_turn, made.seed, threads=as_then)

    def _ear(self, made: Provenance) -> Ear:
        name, loss = self._swaps.ear or made.ear, self._swaps.loss
        key = (name, loss, made.device)
        if key not in self._ears:
            ear = ear_named(name, made.device if name == made.ear else "")
            self._ears[key] = ear.with_loss(loss) if loss else ear
        return self._ears[key]

    def _chosen_planner(self) -> Planner | None:
        name = self._swaps.planner
        if name == RECORDED:
            return PromptedPlanner(recorded(turn.plan for turn in self._old.turns if turn.take < 2))  # asked once
        return planner_named(name) if name else None

    def _compared(self, old: Turn, new: Turn) -> Replayed:
        differences = [*_between_chains(old.chain, new.chain)]
        if self._mode == "replan":
            differences = [*_between_plans(old.plan, new.plan), *differences]
        if old.provenance.ear == new.provenance.ear and old.provenance.ear_sha256 != new.provenance.ear_sha256:
            weights = old.provenance.ear_sha256[:16], new.provenance.ear_sha256[:16]
            differences.insert(0, Difference("the ear's weights", *weights))
        return Replayed(
            old.index,
            old.instruction,
            tuple(differences),
            loss_stored=old.refined.loss_after,
            loss_found=new.refined.loss_after,
            causes=causes(old.provenance) if differences and not self._swaps.to_text() else (),
        )


def _between_chains(old: Chain, new: Chain) -> Iterator[Difference]:
    if old.names != new.names:
        yield Difference("effects", ", ".join(old.names) or "none", ", ".join(new.names) or "none")
    new, names = aligned(new, old), old.short_names
    for slot in old.slots:
        other = new.find(slot.id)
        if other is None:
            continue
        if slot.bypassed != other.bypassed:
            yield Difference(f"{names[slot.id]} bypassed", str(slot.bypassed), str(other.bypassed))
        for param in slot.effect.params:
            stored, found = slot.settings[param.name], other.settings[param.name]
            if stored != found:
                apart = abs(param.to_unit(stored) - param.to_unit(found))
                was, now = (param.shown(value) if param.worded else repr(value) for value in (stored, found))
                yield Difference(f"{names[slot.id]} {param.name}", was, now, apart)


def _between_plans(old: Plan, new: Plan) -> Iterator[Difference]:
    for what in ("add", "adjust"):
        stored, found = (", ".join(move.effect for move in getattr(plan, what)) or "none" for plan in (old, new))
        if stored != found:
            yield Difference(f"plan: {what}", stored, found)
    for what in ("remove", "bypass", "enable", "keep", "lock", "unlock"):
        stored, found = (", ".join(getattr(plan, what)) or "none" for plan in (old, new))
        if stored != found:
            yield Difference(f"plan: {what}", stored, found)
    if old.undo != new.undo:
        yield Difference("plan: turns to go back", str(old.undo), str(new.undo))
    if old.goes_to != new.goes_to:
        yield Difference("plan: turn to go to", str(old.goes_to), str(new.goes_to))
    for axis in sorted({*old.goal.axes, *new.goal.axes}):
        wished, now = old.goal.axes.get(axis, 0.0), new.goal.axes.get(axis, 0.0)
        if wished != now:
            yield Difference(f"plan: {axis}", f"{wished:g}", f"{now:g}")
    for what in ("target", "anchor", "negative"):
        if getattr(old.goal, what) != getattr(new.goal, what):
            yield Difference(f"plan: {what}", repr(getattr(old.goal, what)), repr(getattr(new.goal, what)))
