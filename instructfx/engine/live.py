"""A session that is open: what the command line, the studio and other programs hold in their hands."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace

from instructfx.audio import Audio
from instructfx.audio.track import Track, frame_at, inspect
from instructfx.chain import Chain
from instructfx.ears import ear_named, judging_as
from instructfx.engine.amounts import amount
from instructfx.engine.compare import Comparison, compared
from instructfx.engine.context import Agents, Callbacks, TurnContext, excerpt_of
from instructfx.engine.edits import chain_at, edit, go_to, named, original
from instructfx.engine.planned import take_turn
from instructfx.engine.takes import take_several
from instructfx.errors import InstructFXError, InstructionError
from instructfx.planners import planner_named
from instructfx.refine.recipes import recipe_named
from instructfx.rendering.preview import Preview
from instructfx.rendering.track import OnProgress as OnRenderProgress
from instructfx.rendering.track import RenderOptions, RenderReport, no_progress, render_audio, render_file
from instructfx.sessions import Exchange, Session, Turn, new_session_id
from instructfx.sessions.options import TurnOptions
from instructfx.store import Store


class LiveSession:
    """A session with its track, planner, ear and store. `say` is the door to the engine."""

    def __init__(self, session: Session, track: Track, agents: Agents, store: Store) -> None:
        self.session = session
        self.track = track
        self.agents = agents
        self._store = store
        self._excerpt = excerpt_of(track, agents.ear, session.excerpt_start)
        self._preview: Preview | None = None

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every turn so far, in the order of making."""
        return self.session.turns

    @property
    def chain(self) -> Chain:
        """The chain that plays now."""
        return self.session.chain

    def context(self, callbacks: Callbacks | None = None, options: TurnOptions | None = None) -> TurnContext:
        """What the next turn is taken in."""
        chosen = callbacks or Callbacks(), options or TurnOptions()
        return TurnContext(self.session, self.agents, self._excerpt, self._store, *chosen)

    def say(
        self, instruction: str, callbacks: Callbacks | None = None, options: TurnOptions | None = None
    ) -> Turn | Exchange:
        """Take one turn, as chosen, or have words answered that change nothing; it is committed when this returns."""
        self.session = take_turn(self.context(callbacks, options), instruction)
        return self.session.conversation[-1]

    def takes(
        self, instruction: str, count: int = 3, callbacks: Callbacks | None = None, options: TurnOptions | None = None
    ) -> tuple[Turn | Exchange, ...]:
        """Take an instruction several times, 2 to 5: the first plays afterwards. See `take_several`."""
        before = len(self.session.conversation)
        try:
            self.session = take_several(self.context(callbacks, options), instruction, count)
        except InstructFXError:
            self.session = self._store.without_audio(self.session.id)  # takes before the one that failed are kept
            raise
        return self.session.conversation[before:]

    def edit(self, chain: Chain, words: str = "") -> Turn:
        """Keep a chain that was set by hand, as a turn of kind "edited"; InstructionError where it changes nothing."""
        self.session = edit(self.context(), chain, words)
        return self.session.turns[-1]

    def amount(self, share: float) -> Turn:
        """So much of the last turn that was said, -1 to 1.5, as a turn of kind "edited": see `amounts.amount`."""
        self.session = amount(self.context(), share)
        return self.session.turns[-1]

    def go_to(self, turn_id: str | None) -> Turn:
        """Back, or forward again, to any turn, None for the dry track: a turn of kind "undone".

        `sessions.runs.steps_of` says where one step leads. Raises InstructionError for what plays already, StoreError
        for a turn that there is none of.
        """
        self.session = go_to(self.context(), turn_id)
        return self.session.turns[-1]

    def original(self, slot_id: str) -> Mapping[str, float] | None:
        """The settings that a slot of this chain had when a planner put it there; None where no planner did."""
        return original(self.session, slot_id)

    def chain_at(self, turn_id: str, iteration: int) -> Chain:
        """The chain of one step of a turn's trajectory; InstructionError where there is no such step."""
        return chain_at(self.session.turn(turn_id), iteration)

    def compare(self, turn_id: str, other_id: str | None) -> Comparison:
        """A turn beside another one, or beside the dry track where that is None."""
        return compared(self.session, turn_id, other_id)

    @property
    def names(self) -> Mapping[str, str]:
        """What versions are called, by the ids of their turns."""
        return self._store.names(self.session.id)

    def name_turn(self, turn_id: str, name: str) -> None:
        """Call a version something, in up to 80 characters; an empty name takes it away."""
        self._store.name_turn(self.session.turn(turn_id).id, named(name))

    def listen_from(self, start_seconds: float) -> None:
        """Search on the ten seconds from there on, from the next turn on; InstructionError beyond the track."""
        start = frame_at(self.track, start_seconds)
        self._store.listen_from(self.session.id, start)
        self.session = replace(self.session, excerpt_start=start)
        self._excerpt = excerpt_of(self.track, self.agents.ear, start)
        self._preview = None

    @contextmanager
    def kept_once_used(self) -> Iterator[None]:
        """Around what a new session is opened for: where that fails before anything was said, it leaves no session."""
        try:
            yield
        except BaseException:
            if not self.session.conversation:
                with suppress(InstructFXError):
                    self._store.delete(self.session.id)
            raise

    def preview(self, chain: Chain) -> Audio:
        """The excerpt through any chain, at once: at the track's own rate, in its channels, at the level law."""
        start = self.session.excerpt_start
        self._preview = self._preview or Preview(self.track.excerpt(start), self.track.excerpt_from(start))
        return self._preview.of(chain)

    def render(self, options: RenderOptions | None = None) -> Audio:
        """The whole track through the chain that plays now."""
        return render_audio(self.chain, self.track, options)

    def render_to(
        self,
        path: str | os.PathLike[str],
        options: RenderOptions | None = None,
        on_progress: OnRenderProgress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
        turn: Turn | None = None,
    ) -> RenderReport:
        """The whole track through the chain that plays now, or played after a turn, into a file of the format that its
        name says.

        What the usual render sounds like is noted in the store, so that a replay has something to compare with.
        """
        options = options or RenderOptions()
        played = turn or self.session.current
        report = render_file(played.chain if played else Chain(), self.track, path, options, on_progress, cancelled)
        if played and options == RenderOptions():
            self._store.add_signature(played.id, report.signature)
        return report


def agents_named(planner: str, ear: str, seed: int, recipe: str = "", device: str = "") -> Agents:
    """Who plans, listens and searches; InstructionError for a name that there is none of, EarError as the ear does."""
    if not recipe:
        return Agents(planner_named(planner), ear_named(ear, device), seed=seed)
    chosen = recipe_named(recipe)
    if ear not in ("", chosen.ear):
        raise InstructionError(f"the recipe {recipe} is for the ear {chosen.ear}, not {ear}; leave --ear out")
    judge = judging_as(chosen.loss, chosen.negative, chosen.weight, device)
    return Agents(planner_named(planner), judge, chosen.options, seed=seed, recipe=recipe)


def open_session(
    track: str | os.PathLike[str],
    planner: str = "",
    ear: str = "",
    seed: int = 0,
    store: Store | str | os.PathLike[str] | None = None,
    name: str | None = None,
    recipe: str = "",
    device: str = "",
    options: TurnOptions | None = None,
) -> LiveSession:
    """Start a session on an audio file.

    planner is the usual one unless named: INSTRUCTFX_PLANNER, else Gemini where GEMINI_API_KEY is set, else builtin.
    ear is the usual one unless named: INSTRUCTFX_EAR, else clap where its checkpoint is present, else perceptual.
    store is a Store or its folder, `sessions/` of this installation by default; name is what messages call the
    track; recipe is a published way to search instead of ours; device is where CLAP is computed; options are those of
    turns to come, so that what cannot be had is said before anything is kept. Raises AudioError
    for a file that cannot be used, InstructionError for an unknown planner, ear, recipe or device, PlannerError
    where a model's key is not set, EarError where a checkpoint is missing, StoreError where the session cannot be kept.
    """
    agents = agents_named(planner, ear, seed, recipe, device)
    agents.chosen(options or TurnOptions())
    heard = inspect(track, name)
    kept = store if isinstance(store, Store) else Store(store)
    session, stored = kept.create(new_session_id(), heard)
    return LiveSession(session, stored, agents, kept)


def resume_session(
    session_id: str,
    planner: str = "",
    ear: str = "",
    seed: int = 0,
    store: Store | str | os.PathLike[str] | None = None,
    recipe: str = "",
    device: str = "",
) -> LiveSession:
    """Open a stored session again, at the turn that played last; the rest is as in `open_session`."""
    agents = agents_named(planner, ear, seed, recipe, device)
    kept = store if isinstance(store, Store) else Store(store)
    session, track = kept.load(session_id)
    kept.touch(session_id)
    return LiveSession(session, track, agents, kept)
