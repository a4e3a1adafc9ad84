"""The key changes with everything that a feature depends on, and with nothing else."""

from dataclasses import replace

import pytest

from hindmost.core.dataset import Preprocessing
from hindmost.features.key import feature_key

BASE = {
    "image_hashes": ["a", "b"],
    "weights_hash": "w",
    "preprocessing": Preprocessing(256, 224),
    "extraction": {"threads": 2, "dtype": "float32"},
    "positions": [1],
}


def test_same_content_same_key():
    again = BASE | {"extraction": {"dtype": "float32", "threads": 2}, "positions": (1,), "image_hashes": ("a", "b")}
    assert feature_key(**BASE) == feature_key(**again)
    assert len(feature_key(**BASE)) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"image_hashes": ["b", "a"]},
        {"image_hashes": ["ab"]},
        {"weights_hash": "v"},
        {"preprocessing": replace(BASE["preprocessing"], squash=False)},
        {"extraction": {"threads": 1, "dtype": "float32"}},
        {"positions": []},
    ],
)
def test_other_content_other_key(change):
    assert feature_key(**BASE) != feature_key(**BASE | change)
