"""Which definition of a submission a check has called last, also through objects that it made."""

import ast
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from torch import Tensor

from graders.paths import ROOT
from graders.remote.handles import Remote

AXES = 4  # of a tensor that get a name
Origin = tuple[str, str, str]  # part, name and method of a definition


class CallTrace:
    """The calls of one check, by the student's definitions.

    Attributes:
        last: the definition that was called last, through whatever object.
        sizes: of the calls so far, by the template's names.
    """

    def __init__(self) -> None:
        self.last: Origin | None = None
        self.sizes: dict[str, int] = {}
        self._current: Origin | None = None  # None while one of the course's own objects is called
        self._origins: dict[int, Origin] = {}  # of objects, by handle

    def note(self, remote: Remote, arguments: Sequence[Any], named: Mapping[str, Any]) -> None:
        """Note a call that is about to be made."""
        self._current = self._origin_of(remote, arguments)
        if self._current is not None:
            self.last = part, name, method = self._current
            run = method or ("" if "name" in remote._target else "forward")
            self.sizes |= sizes_of(part, name, run, arguments, named)

    def made(self, handle: int) -> None:
        """Note the object that the call of a class makes."""
        if self._current is not None:
            self._origins[handle] = (*self._current[:2], "")

    def _origin_of(self, remote: Remote, arguments: Sequence[Any]) -> Origin | None:
        """Return the student's definition behind a call, also where a given object wraps it."""
        target, method = remote._target, str(remote._target.get("method", ""))
        if "name" in target:
            return target["part"], target["name"], method
        if origin := self._origins.get(target.get("handle", 0)):
            return (*origin[:2], method)
        handles = (a._target.get("handle", 0) for a in arguments if isinstance(a, Remote))
        return next((self._origins[n] for n in handles if n in self._origins), None)


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
