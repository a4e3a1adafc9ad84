"""The exception tree.

HindmostError                  our own situations; the command turns each into one sentence
 ├── InputError                what came is not what was expected (exit code 2)
 │    └── MissingExtra         a package of an optional extra is not installed
 ├── EmptyStratum              a head needs a stratum that has no rows
 └── NothingToCompare          no group can be compared for any head (exit code 3)
"""


class HindmostError(Exception):
    """Base of every error that hindmost raises on purpose."""


class InputError(HindmostError, ValueError):
    """Input that cannot be used: the message says what was expected, what came, and the remedy."""


class MissingExtra(InputError):
    """A feature needs an optional extra that is not installed."""


class EmptyStratum(HindmostError, ValueError):
    """A head needs rows of every stratum, and at least one stratum has none, or too few.

    Parameters
    ----------
    message : str      what is missing and the remedy
    strata : tuple of int    the ids of the empty strata
    needs : int or None      rows of each stratum that would do, where some have rows but too few
    """

    def __init__(self, message: str, strata: tuple[int, ...] = (), needs: int | None = None) -> None:
        super().__init__(message)
        self.strata = strata
        self.needs = needs


class NothingToCompare(HindmostError):
    """No group has test rows for both the baseline and a treated head."""
