"""Words for people and exit codes; the only place that prints."""

from hindmost.cli.main import main

__all__ = ["main"]
