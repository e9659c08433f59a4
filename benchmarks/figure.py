"""What a benchmark hands back: one measured figure and the bounds it must keep."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured, its value in `unit`, and its bounds; without any, it is only reported."""

    what: str
    value: float
    unit: str = "x"
    at_least: float | None = None
    at_most: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the value keeps its bounds."""
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)

    @property
    def bounds(self) -> str:
        """The bounds in words, empty where the figure is only reported."""
        limits = (("at least", self.at_least), ("at most", self.at_most))
        return ", ".join(f"{word} {limit:g} {self.unit}" for word, limit in limits if limit is not None)

    def __str__(self) -> str:
        """One line of the table."""
        verdict = "-" if not self.bounds else "ok" if self.kept else "FAIL"
        return f"  {verdict:<4} {self.what:<80} {self.value:>9.2f} {self.unit:<3} {self.bounds}".rstrip()
