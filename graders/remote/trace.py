"""Which definition of a submission a check has called last, also through objects that it made."""

from collections.abc import Mapping, Sequence
from typing import Any

from graders.remote.handles import Remote
from graders.remote.sizes import sizes_of

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
