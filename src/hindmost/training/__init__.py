"""Fine-tuning: from a network with ImageNet weights to one that knows the user's classes.

Importing this room loads no torch; the functions behind ``TRAINING`` do.
"""

from __future__ import annotations

TRAINING: dict[str, str] = {"erm": "hindmost.training.erm:fine_tune"}
