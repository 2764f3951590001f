"""The effects that there are: built-in ones, and those that are only known while the program runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from instructfx.effects.absent import absent
from instructfx.effects.spec import Effect, Role
from instructfx.errors import SettingsError


class Catalog(Mapping[str, Effect]):
    """Name -> effect, in the order in which engineers usually chain them.

    What is known later joins with `add`, behind the rest. Reading is safe from any thread meanwhile.
    """

    def __init__(self, effects: Iterable[Effect] = ()) -> None:
        self._effects: Mapping[str, Effect] = {}
        self._words: Mapping[str, Effect] = {}
        for effect in effects:
            self.add(effect)

    def __getitem__(self, name: str) -> Effect:
        return self._effects[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._effects)

    def __len__(self) -> int:
        return len(self._effects)

    def add(self, effect: Effect) -> None:
        """Offer one more effect; SettingsError where its name or an alias is another's already."""
        taken = [word for word in (effect.name, *effect.aliases) if word in self._words]
        if taken:
            raise SettingsError(f"{taken[0]!r} is the {self._words[taken[0]].label.lower()} already; name it otherwise")
        self._set({**self._effects, effect.name: effect})

    def remove(self, name: str) -> None:
        """Take an effect away: chains that have it open with it absent. SettingsError where there is none."""
        gone = self.named(name)
        self._set({key: effect for key, effect in self._effects.items() if effect is not gone})

    def _set(self, effects: Mapping[str, Effect]) -> None:
        self._words = {word: effect for effect in effects.values() for word in (effect.name, *effect.aliases)}
        self._effects = effects

    def named(self, name: str) -> Effect:
        """The effect of that name or alias; SettingsError lists the names."""
        if name in self._words:
            return self._words[name]
        raise SettingsError(f"there is no effect {name!r}; there are {', '.join(self)}")

    def resolve(self, name: str) -> Effect:
        """The effect that a stored chain names, or one that is absent; SettingsError for what can be no name."""
        return self._words[name] if name in self._words else absent(name)

    def of_role(self, *roles: Role) -> tuple[Effect, ...]:
        """The effects of these roles, in order; the first is the usual one."""
        return tuple(effect for effect in self.values() if effect.role in roles)

    def usual(self, role: Role) -> Effect:
        """The first effect of a role; SettingsError where there is none."""
        for effect in self.of_role(role):
            return effect
        raise SettingsError(f"there is no effect for {role} here")

    def answering(self, axis: str, value: float) -> tuple[str, ...]:
        """Names of the effects that can be put in for a wish on an axis, the best first."""
        wish = f"{'+' if value > 0 else '-'}{axis}"
        first = [name for name, effect in self.items() if wish in effect.heuristics.first_for]
        return (*first, *(name for name, effect in self.items() if wish in effect.heuristics.also_for))
