"""Which functions and imports an exported program needs, from the effects' own stand-alone code."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

from instructfx.effects import EFFECTS, Effect
from instructfx.effects import standalone as shared
from instructfx.exports import standalone as frame

Function = Callable[..., Any]
STATEMENTS = (ast.Import, ast.ImportFrom)
ALWAYS = ("annotations", "np", "npt")  # the program's own lines need these


def needed(effects: Sequence[Effect]) -> list[Function]:
    """What the effects' stand-alone functions share, then each in the usual order with what it calls, then main."""
    reached: list[Function] = []
    for effect in sorted(effects, key=_rank):
        if effect.standalone:
            _reach(effect.standalone, reached)
    common = [each for each in reached if each.__module__ == shared.__name__]
    own = [each for each in reached if each not in common]
    return [*sorted(common, key=_line), *own, frame.main]


def imports(functions: Iterable[Function]) -> str:
    """The import statements that these functions and the program itself need: standard library first."""
    plain: set[tuple[str, str]] = {("numpy", "np"), ("numpy.typing", "npt")}
    parts: dict[str, set[str]] = {"__future__": {"annotations"}}
    for function in functions:
        used = _names(function)
        for node in _statements(function.__module__):
            for alias in node.names:
                called = alias.asname or alias.name
                if called in used and isinstance(node, ast.Import):
                    plain.add((alias.name, called))
                elif called in used and isinstance(node, ast.ImportFrom) and not _ours(node.module or ""):
                    parts.setdefault(node.module or "", set()).add(alias.name)
    lines = [(_place(name), 0, name, f"import {name}" + (f" as {to}" if to != name else "")) for name, to in plain]
    lines += [(_place(name), 1, name, f"from {name} import {', '.join(sorted(kept))}") for name, kept in parts.items()]
    return "\n".join(line for *_, line in sorted(lines))


def _reach(function: Function, reached: list[Function]) -> None:
    """Add a function of the project and, behind it, those that it calls."""
    if function in reached:
        return
    reached.append(function)
    named = _names(function)
    for each in sorted(_functions_of(function), key=_line):
        if each.__name__ in named:
            _reach(each, reached)


def _functions_of(function: Function) -> Iterator[Function]:
    """The project's own functions that a function's module knows."""
    known = getattr(function, "__globals__", {})
    yield from (each for each in known.values() if isinstance(each, FunctionType) and _ours(each.__module__))


def _names(function: Function) -> set[str]:
    return {each.id for each in ast.walk(ast.parse(inspect.getsource(function))) if isinstance(each, ast.Name)}


@lru_cache(maxsize=64)
def _statements(module: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    found: ModuleType = sys.modules[module]
    return tuple(node for node in ast.parse(inspect.getsource(found)).body if isinstance(node, STATEMENTS))


def _rank(effect: Effect) -> int:
    return list(EFFECTS).index(effect.name) if effect.name in EFFECTS else len(EFFECTS)


def _line(function: Function) -> int:
    return inspect.getsourcelines(function)[1]


def _ours(module: str) -> bool:
    return module.partition(".")[0] == __name__.partition(".")[0]


def _place(module: str) -> int:
    top = module.partition(".")[0]
    return 0 if top == "__future__" else 1 if top in sys.stdlib_module_names else 2
