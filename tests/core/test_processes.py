"""A process that runs, one that has ended, and numbers that are no process of ours."""

import os
import subprocess
import sys

import pytest

from hindmost.core.processes import lives


def test_this_process_lives_and_one_that_was_waited_for_does_not():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert lives(os.getpid())
    assert lives(child.pid)
    child.communicate()
    assert not lives(child.pid)


@pytest.mark.parametrize("pid", [1, 2**70])
def test_what_cannot_be_asked_counts_as_alive(pid):
    assert lives(pid)
