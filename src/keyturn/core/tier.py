"""The four tiers, from harmless to unstoppable without an override."""

from enum import StrEnum


class Tier(StrEnum):
    """How much human consent an action needs; tiers compare by severity."""

    AUTO = "auto"
    """Passes on its own."""
    SINGLE = "single"
    """Waits for the approvals of the tier `single`, usually one person."""
    MULTI = "multi"
    """Waits for the approvals of the tier `multi`, usually two people."""
    EMERGENCY = "emergency"
    """Cannot be approved, only overridden."""

    @property
    def severity(self) -> int:
        """0 for `auto` up to 3 for `emergency`."""
        return _SEVERITY[self.value]

    def __lt__(self, other: object) -> bool:
        """Compare by severity, never by spelling."""
        if not isinstance(other, Tier):
            return NotImplemented
        return self.severity < other.severity

    def __gt__(self, other: object) -> bool:
        """Compare by severity, never by spelling."""
        if not isinstance(other, Tier):
            return NotImplemented
        return self.severity > other.severity

    def __le__(self, other: object) -> bool:
        """Compare by severity, never by spelling."""
        if not isinstance(other, Tier):
            return NotImplemented
        return self.severity <= other.severity

    def __ge__(self, other: object) -> bool:
        """Compare by severity, never by spelling."""
        if not isinstance(other, Tier):
            return NotImplemented
        return self.severity >= other.severity


_SEVERITY = {"auto": 0, "single": 1, "multi": 2, "emergency": 3}

BY_SEVERITY = (Tier.EMERGENCY, Tier.MULTI, Tier.SINGLE, Tier.AUTO)
"""The tiers from the most severe to the least."""
