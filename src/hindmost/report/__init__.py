"""The pages and the screenful that people read: pure functions of one Audit."""

from hindmost.report.html import render
from hindmost.report.terminal import summary

__all__ = ["render", "summary"]
