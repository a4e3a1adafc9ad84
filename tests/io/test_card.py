"""Data cards."""

from pathlib import Path

import pytest

from hindmost.core.errors import InputError
from hindmost.io.card import find_card, read_card

CARD = """
name: birds
classes: {0: landbird, 1: waterbird}
cues:
  place: {0: on land, 1: on water}
known_faults:
  - "ragged masks"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "card.yaml").write_text(text, encoding="utf-8")
    return folder / "card.yaml"


def test_a_card_is_read(tmp_path: Path) -> None:
    card = read_card(write(tmp_path, CARD))
    assert card.name == "birds"
    assert card.classes == {0: "landbird", 1: "waterbird"}
    assert card.cues == {"place": {0: "on land", 1: "on water"}}
    assert card.known_faults == ("ragged masks",)


def test_the_cue_may_be_said_to_lie_outside_the_core_mask(tmp_path: Path) -> None:
    assert not read_card(write(tmp_path, CARD)).cue_outside_core
    assert read_card(write(tmp_path, CARD + "cue_region: outside_core")).cue_outside_core


def test_every_field_may_be_left_out(tmp_path: Path) -> None:
    assert read_card(write(tmp_path, "")).cues == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: birds", r"unknown field title. Expected: name, classes, cues, known_faults, cue_region"),
        ("classes: {0: no, 1: yes}", r"field classes.0: expected text \(put it in quotes\), but the value False"),
        ("classes: {land: 0}", "field classes.land: expected a whole number, but the key 'land'"),
        ("classes: [a, b]", "field classes: expected a mapping"),
        ("cues: {place: [a, b]}", r"field cues.place: expected a mapping"),
        ("known_faults: ragged", "field known_faults: expected a list"),
        ("classes: {0: a, 0: b}", "the key 0 comes twice"),
        ("- a\n- b", "holds a list, expected a mapping"),
        ("name: [", "is not YAML"),
        ("name: !!python/object/apply:os.getcwd []", "is not YAML"),
        ("name: 2024-99-99", "is not YAML"),
        ("[" * 5000, "is not YAML"),
    ],
)
def test_a_bad_card_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_card(write(tmp_path, text))


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_card(tmp_path / "card.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        read_card(tmp_path)
    (tmp_path / "card.yaml").write_bytes(b"name: \xff")
    with pytest.raises(InputError, match="not UTF-8"):
        read_card(tmp_path / "card.yaml")


def test_the_card_lies_in_the_folder_or_beside_the_file(tmp_path: Path) -> None:
    assert find_card(tmp_path) is None
    path = write(tmp_path, CARD)
    (tmp_path / "e.npz").touch()
    assert find_card(tmp_path) == find_card(tmp_path / "e.npz") == path


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["waterbirds50", "isic2017"])
def test_the_real_cards_are_read(real_data: Path, name: str) -> None:
    card = read_card(real_data / name / "card.yaml")
    assert len(card.classes) == 2
    assert card.known_faults
