"""The lateness of an upload, and its penalty."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Literal, get_args

LateUnit = Literal["day", "hour", "step"]
OffOf = Literal["points", "maximum", "earned"]
LATE_UNITS: tuple[LateUnit, ...] = get_args(LateUnit)
OFF_OF: tuple[OffOf, ...] = get_args(OffOf)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Late:
    """The lateness of an upload, and its penalty.

    Args:
        steps: days, hours or steps of the sheet's policy that count; 0 if an extension covers all.
        off: how much is taken: points, or percent of the maximum or of the points earned.
        why: when it came and which rule holds, in one sentence.
        extension: the reason for an extension, or "".
    """

    steps: int
    unit: LateUnit
    off: Decimal
    of: OffOf
    why: str
    extension: str = ""

    def points(self, earned: Decimal, maximum: Decimal) -> Decimal:
        """Return the penalty, rounded down to a hundredth, and at most the points earned."""
        whole = {"points": Decimal(100), "maximum": maximum, "earned": earned}[self.of]
        taken = self.off * whole / 100
        return earned if taken >= earned else taken.quantize(CENT, ROUND_DOWN)
