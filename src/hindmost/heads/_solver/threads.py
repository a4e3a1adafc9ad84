"""One thread for the solver's small products: two of them wait for each other longer than they multiply."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looking for the libraries takes milliseconds, limiting them does not


def one_thread() -> AbstractContextManager[object]:
    """BLAS on one thread inside the block: sums, and so results, do not depend on how many it may use."""
    limited: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limited
