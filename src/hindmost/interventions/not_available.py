"""Why an intervention cannot be made on the data that came."""

from __future__ import annotations

from hindmost.core.errors import HindmostError


class NotAvailable(HindmostError):
    """No twin can be made: the message is the reason, in one sentence, and what would make it possible."""
