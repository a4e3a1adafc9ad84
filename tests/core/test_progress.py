"""Silence is a progress."""

from hindmost.core.progress import Progress, silent


def test_silent_hears_and_says_nothing(capsys):
    hears: Progress = silent
    hears("stage", 0, 3)
    assert capsys.readouterr() == ("", "")
