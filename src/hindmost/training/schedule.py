"""The learning rate of each step: a short rise, then half a cosine."""

from __future__ import annotations

import math


def rate_at(step: int, total: int, peak: float, warm_up: float) -> float:
    """Learning rate of step 0..total-1.

    The rise takes ``ceil(warm_up * total)`` steps and ends at the peak; the cosine ends near 0. A function of
    the step alone, so that a resumed run needs no memory of it.
    """
    rise = math.ceil(warm_up * total)
    if step < rise:
        return peak * (step + 1) / rise
    return peak * 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, total - rise)))
