"""A session that is open: what the command line, the studio and other programs hold in their hands."""

from __future__ import annotations

import os
from collections.abc import Callable

from instructfx.audio import Audio
from instructfx.by_hand import amount, amount_of, edit, go_to
from instructfx.chain import Chain
from instructfx.ears import ear_named, judging_as
from instructfx.engine import Minds, Watch, excerpt_of, take_turn
from instructfx.errors import InstructionError
from instructfx.planners import planner_named
from instructfx.preview import Preview
from instructfx.recipes import recipe_named
from instructfx.render import OnProgress as OnRenderProgress
from instructfx.render import RenderOptions, RenderReport, no_progress, render_audio, render_file
from instructfx.session import Session, Turn, new_session_id
from instructfx.store import Store
from instructfx.track import Track, inspect


class LiveSession:
    """A session with its track, planner, ear and store. `say` is the door to the engine."""

    def __init__(self, session: Session, track: Track, minds: Minds, store: Store) -> None:
        self.session = session
        self.track = track
        self.minds = minds
        self._store = store
        self._excerpt = excerpt_of(track, minds.ear)
        self._preview: Preview | None = None

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every turn so far, in the order of making."""
        return self.session.turns

    @property
    def chain(self) -> Chain:
        """The chain that plays now."""
        return self.session.chain

    def say(self, instruction: str, watch: Watch | None = None) -> Turn:
        """Take one turn; it is committed when this returns."""
        self.session = take_turn(self.session, instruction, self.minds, self._excerpt, self._store, watch)
        return self.session.turns[-1]

    def edit(self, chain: Chain, words: str = "") -> Turn:
        """Keep a chain that was set by hand, as a turn of kind "edited"; InstructionError where it changes nothing."""
        self.session = edit(self.session, chain, words, self.minds, self._excerpt, self._store)
        return self.session.turns[-1]

    def amount(self, share: float) -> Turn:
        """So much of the last turn, -1 to 1.5, as a turn of kind "edited": see `by_hand.amount`."""
        self.session = amount(self.session, share, self.minds, self._excerpt, self._store)
        return self.session.turns[-1]

    def amount_of(self) -> tuple[Turn, float] | None:
        """The turn and the share that a control of the amount should show; None where there is nothing to scale."""
        return amount_of(self.session)

    def go_to(self, turn_id: str | None) -> Turn:
        """Back, or forward again, to any turn, None for the dry track: a turn of kind "undone".

        `session.undo_target` and `session.redo_target` are where one step leads. Raises InstructionError for what
        plays already, StoreError for a turn that there is none of.
        """
        self.session = go_to(self.session, turn_id, self.minds, self._excerpt, self._store)
        return self.session.turns[-1]

    def preview(self, chain: Chain) -> Audio:
        """The excerpt through any chain, at once: at the track's own rate, in its channels, at the level law."""
        self._preview = self._preview or Preview(self.track.excerpt())
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
    ) -> RenderReport:
        """The whole track through the chain that plays now, into a file of the format that its name says.

        What the usual render sounds like is noted in the store, so that a replay has something to compare with.
        """
        options = options or RenderOptions()
        report = render_file(self.chain, self.track, path, options, on_progress, cancelled)
        if self.session.head and options == RenderOptions():
            self._store.add_signature(self.session.head, report.signature)
        return report


def minds_named(planner: str, ear: str, seed: int, recipe: str = "", device: str = "") -> Minds:
    """Who plans, listens and searches; InstructionError for a name that there is none of, EarError as the ear does."""
    if not recipe:
        return Minds(planner_named(planner), ear_named(ear, device), seed=seed)
    chosen = recipe_named(recipe)
    if ear not in ("", "clap"):
        raise InstructionError(f"the recipe {recipe} is for the ear clap, not {ear}; leave --ear out")
    judge = judging_as(chosen.loss, chosen.negative, chosen.weight, device)
    return Minds(planner_named(planner), judge, chosen.options, seed=seed, recipe=recipe)


def open_session(
    track: str | os.PathLike[str],
    planner: str = "",
    ear: str = "",
    seed: int = 0,
    store: Store | str | os.PathLike[str] | None = None,
    name: str | None = None,
    recipe: str = "",
    device: str = "",
) -> LiveSession:
    """Start a session on an audio file.

    planner is the usual one unless named: INSTRUCTFX_PLANNER, else Gemini where GEMINI_API_KEY is set, else builtin.
    ear is the usual one unless named: INSTRUCTFX_EAR, else clap where its checkpoint is present, else perceptual.
    store is a Store or its folder, `sessions/` of this installation by default; name is what messages call the
    track; recipe is a published way to search instead of ours; device is where CLAP is computed. Raises AudioError
    for a file that cannot be used, InstructionError for an unknown planner, ear, recipe or device, PlannerError
    where a model's key is not set, EarError where a checkpoint is missing, StoreError where the session cannot be kept.
    """
    minds = minds_named(planner, ear, seed, recipe, device)
    heard = inspect(track, name)
    kept = store if isinstance(store, Store) else Store(store)
    session, stored = kept.create(new_session_id(), heard)
    return LiveSession(session, stored, minds, kept)


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
    minds = minds_named(planner, ear, seed, recipe, device)
    kept = store if isinstance(store, Store) else Store(store)
    session, track = kept.load(session_id)
    kept.touch(session_id)
    return LiveSession(session, track, minds, kept)
