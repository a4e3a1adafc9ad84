"""The registry names files that exist, and loads them only when asked."""

import subprocess
import sys
from pathlib import Path

import pytest

from hindmost import datasets
from hindmost.core.errors import InputError


@pytest.mark.parametrize("key", datasets.DATASETS)
def test_each_key_is_a_file_and_loads(key: str) -> None:
    home = Path(datasets.__file__).parent
    assert (home / f"{key}.py").is_file() or (home / key / "__init__.py").is_file()
    assert callable(datasets.load(key))


def test_an_unknown_key_names_the_choices() -> None:
    with pytest.raises(InputError, match="metadata_folder, image_folder"):
        datasets.load("folder")


def test_importing_the_room_loads_no_reader() -> None:
    code = "import sys, hindmost.datasets; print([m for m in ('PIL', 'pyarrow', 'torch') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
