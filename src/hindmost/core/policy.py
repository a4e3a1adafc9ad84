"""What was promised before looking: target, margins, deciding head."""

from __future__ import annotations

from dataclasses import dataclass, field

from hindmost.core.errors import InputError


@dataclass(frozen=True)
class Policy:
    """The thresholds that the decision is measured against.

    Parameters
    ----------
    target : float in (0, 1) or None       worst-group accuracy that is wanted; None forbids "sufficient"
    harm_margin : float in (0, 1)          loss in a group that is tolerated
    gap_margin : float in (0, 1)           shortcut gap that is tolerated
    reliance_margin : float in (0, 1)      reliance on the cue that is tolerated
    level : float in (0, 0.5)              error level of every test
    flip_tolerance : float in (0, 1)       share of predictions that a number format other than float32 may flip
    deciding_head : str                    the head that the decision speaks of
    on_empty_stratum : "unavailable" or "fit_existing"
        what happens to a head that needs a stratum without rows
    languages : tuple of "en", "ja"        one report page each, the first is report.html
    yours : tuple of str                   the fields that a policy file set; the others are defaults
    """

    target: float | None = 0.80
    harm_margin: float = 0.05
    gap_margin: float = 0.05
    reliance_margin: float = 0.05
    level: float = 0.05
    flip_tolerance: float = 0.02
    deciding_head: str = "dfr"
    on_empty_stratum: str = "unavailable"
    languages: tuple[str, ...] = ("en", "ja")
    yours: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for name in ("harm_margin", "gap_margin", "reliance_margin", "flip_tolerance", "level"):
            value = getattr(self, name)
            if not 0 < value < (0.5 if name == "level" else 1):
                limit = "0.5" if name == "level" else "1"
                raise InputError(f"policy: {name} must lie strictly between 0 and {limit}, but {value} came.")
        if self.target is not None and not 0 < self.target < 1:
            raise InputError(f"policy: target must lie strictly between 0 and 1 or be null, but {self.target} came.")
        if self.on_empty_stratum not in ("unavailable", "fit_existing"):
            raise InputError(
                f"policy: on_empty_stratum must be 'unavailable' or 'fit_existing', but {self.on_empty_stratum!r} came."
            )
        if not self.languages or set(self.languages) - {"en", "ja"}:
            raise InputError(f"policy: languages must name 'en', 'ja' or both, but {list(self.languages)} came.")
