"""Stand-ins for unavailable names: missing packages and skipped statements."""

from collections.abc import Callable
from typing import Any, NoReturn

from .names import COSMETIC, PROGRESS_BARS

_OPERATIONS = """
    add sub mul matmul truediv floordiv mod pow lshift rshift and xor
    radd rsub rmul rmatmul rtruediv rfloordiv rmod rpow rand rxor
    neg pos abs invert int float complex index round lt le gt ge len contains
"""


class Skipped(NameError):
    """The statement of a used name was skipped or failed on loading."""


class Placeholder:
    """A name without a value: valid in annotations and defaults, an error when used.

    Args:
        label: its dotted name ("torchtext.vocab.Vocab").
        fault: returns the exception for using a label.
        cosmetic: whether calls can be ignored (progress bars, logging, plots).
    """

    __slots__ = ("_cosmetic", "_fault", "_label")
    _cosmetic: bool
    _fault: Callable[[str], Exception]
    _label: str

    def __init__(
        self, label: str, fault: Callable[[str], Exception], cosmetic: bool = False
    ) -> None:
        object.__setattr__(self, "_label", label)
        object.__setattr__(self, "_fault", fault)
        object.__setattr__(self, "_cosmetic", cosmetic)

    def __getattr__(self, name: str) -> "Placeholder":
        if name.startswith("_"):  # copy, inspect and torch probe such names
            raise AttributeError(name)
        label = f"{self._label}.{name}"
        return Placeholder(label, self._fault, self._cosmetic or is_cosmetic(label))

    def __getitem__(self, key: object) -> "Placeholder":
        return self

    def __or__(self, other: object) -> "Placeholder":
        return self

    __ror__ = __or__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._cosmetic:
            raise self._fault(self._label)
        name = self._label.rpartition(".")[2]
        if name not in PROGRESS_BARS:
            return self
        return range(*args) if name.endswith("range") else next(iter(args), self)

    def __setattr__(self, name: str, value: object) -> None:
        self._use()

    def __setitem__(self, key: object, value: object) -> None:
        self._use()

    def __enter__(self) -> "Placeholder":
        self._use()
        return self

    def __exit__(self, *details: object) -> None:
        """End a `with` block; exceptions go on."""

    def __iter__(self) -> Any:
        self._use()
        return iter(())

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __mro_entries__(self, bases: object) -> NoReturn:
        raise self._fault(self._label)

    def __repr__(self) -> str:
        return f"<{self._fault(self._label)}>"

    def _use(self) -> None:
        if not self._cosmetic:
            raise self._fault(self._label)


def _refuse(self: Placeholder, *operands: object) -> NoReturn:
    raise fault_of(self)


for _operation in _OPERATIONS.split():
    setattr(Placeholder, f"__{_operation}__", _refuse)


def missing(label: str, reason: str) -> Placeholder:
    """Return a stand-in for a name of a missing package; `reason` names the package."""

    def fault(used: str) -> Exception:
        return ModuleNotFoundError(f"{reason}: `{used}` cannot be used")

    return Placeholder(label, fault, is_cosmetic(label))


def skipped(name: str, reason: str) -> Placeholder:
    """Return a stand-in for a name of a skipped or failed statement."""

    def fault(used: str) -> Exception:
        return Skipped(f"`{used}` cannot be used: {reason}")

    return Placeholder(name, fault)


def is_cosmetic(label: str) -> bool:
    """Return whether leaving out calls to `label` changes no result."""
    return any(label == name or label.startswith(name + ".") for name in COSMETIC)


def fault_of(placeholder: Placeholder) -> Exception:
    """Return the exception that using `placeholder` raises."""
    return placeholder._fault(placeholder._label)
