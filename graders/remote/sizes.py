"""Names of the sizes in a call: those that the template's parameters have."""

import ast
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from torch import Tensor

from graders.paths import ROOT

AXES = 4  # of a tensor that get a name


def sizes_of(
    part: str, name: str, method: str, arguments: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, int]:
    """Return the sizes in a call of a student's definition: `{"hidden": 7, "x.shape[1]": 4}`.

    Args:
        method: of an object that the definition made; "" for the definition itself.
    """
    known = _parameters(part)
    names = known.get(f"{name}.{method or '__init__'}", known.get(name, ()))
    sizes: dict[str, int] = {}
    for parameter, value in [*zip(names, arguments, strict=False), *named.items()]:
        if type(value) is int:
            sizes[parameter] = value
        elif isinstance(value, Tensor):
            axes = enumerate(value.shape[:AXES])
            sizes |= {f"{parameter}.shape[{axis}]": size for axis, size in axes}
    return sizes


@cache
def _parameters(part: str) -> Mapping[str, tuple[str, ...]]:
    """Read the parameters of the functions and methods that the template of a part has."""
    file = ROOT / "student_template" / f"{part}.py"
    if not file.is_file():
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for statement in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.FunctionDef):
            found[statement.name] = _names(statement)
        elif isinstance(statement, ast.ClassDef):
            for method in (m for m in statement.body if isinstance(m, ast.FunctionDef)):
                found[f"{statement.name}.{method.name}"] = _names(method)[1:]
    return found


def _names(function: ast.FunctionDef) -> tuple[str, ...]:
    return tuple(argument.arg for argument in function.args.args)
