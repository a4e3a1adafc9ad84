"""A tiny network and a tiny study that every test of this room uses."""

import os
from dataclasses import dataclass

import numpy as np
import pytest

from hindmost.core.dataset import Preprocessing
from hindmost.core.rows import Naming, Rows

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is loaded: tests share the machine

SIDE, CROP = 40, 32


def make_rows(n_train=24, n_val=12, n_test=4):
    """Two classes, two cues; in train rows one group in five goes against the cue."""
    n = n_train + n_val + n_test
    y = np.arange(n) % 2
    cue = np.where(np.arange(n) % 5 == 0, 1 - y, y)
    split = np.repeat([0, 1, 2], [n_train, n_val, n_test])
    ids = np.array([f"row{i:03d}" for i in range(n)])
    return Rows(ids, y, cue, split, Naming(("dark", "bright"), ("a", "b"), ("cue",)))


@dataclass
class Study:
    """Rows, the squares that go with them, and how they are read."""

    rows: Rows
    preprocessing: Preprocessing

    def load(self, row):
        """Noise around a brightness that tells the class."""
        noise = np.random.default_rng(row).integers(0, 100, (SIDE, SIDE, 3))
        return (noise + 120 * self.rows.y[row]).astype(np.uint8)


@pytest.fixture(scope="session")
def study():
    return Study(make_rows(), Preprocessing(SIDE, CROP))
