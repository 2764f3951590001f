"""Small changes to a module's code, as a slip of the hand might make them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SWAPS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
DROPPED = {"clamp", "abs", "mean", "sqrt", "square", "log10", "copy", "clone"}
"""Methods that may be left out."""


@dataclass(frozen=True)
class Change:
    """new in the place of old, within the function whose code begins at a line (0: outside of functions)."""

    parent: ast.AST
    field: str
    at: int | None
    old: ast.AST
    new: ast.AST
    function_line: int

    def make(self) -> None:
        if self.at is None:
            setattr(self.parent, self.field, self.new)
        else:
            getattr(self.parent, self.field)[self.at] = self.new

    def __str__(self) -> str:
        shown = self.old if hasattr(self.old, "lineno") else self.parent
        before, after = ast.unparse(shown), f"{type(self.new).__name__} {ast.unparse(self.new)}"
        return f"{getattr(shown, 'lineno', 0)}: {before.splitlines()[0][:80]} -> {after.splitlines()[0][:60]}"


def variants(node: Any) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    if type(node) in SWAPS:
        yield SWAPS[type(node)]()
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield ast.Constant(2 * value if value else 1)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.If(test=test, body=body, orelse=orelse):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.Call(func=ast.Name(id="max" | "min" as name), args=args, keywords=keywords):
            yield ast.Call(ast.Name({"max": "min", "min": "max"}[name], ast.Load()), args, keywords)
        case ast.Call(func=ast.Attribute(attr=name, value=value)) if name in DROPPED:
            yield value
        case ast.AugAssign() | ast.Expr(value=ast.Call()) | ast.Continue() | ast.Break():
            yield ast.Pass()


def changes(tree: ast.AST, function_line: int = 0) -> Iterator[Change]:
    """Every possible change, always in the same order."""
    for field, value in ast.iter_fields(tree):
        if field in {"decorator_list", "annotation", "returns"}:
            continue
        for at, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                yield from (Change(tree, field, at, child, new, function_line) for new in variants(child))
                is_function = isinstance(child, ast.FunctionDef | ast.Lambda)
                decorated = [each.lineno for each in getattr(child, "decorator_list", [])]
                yield from changes(child, min([child.lineno, *decorated]) if is_function else function_line)
