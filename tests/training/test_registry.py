"""Keys, files and tests of the training methods agree."""

from pathlib import Path

import pytest

from hindmost import training


@pytest.mark.parametrize("key", training.TRAINING)
def test_keys_files_and_tests_agree(key):
    assert training.TRAINING[key] == f"hindmost.training.{key}:fine_tune"
    assert (Path(training.__file__).parent / f"{key}.py").is_file()
    assert (Path(__file__).parent / f"test_{key}.py").is_file()
