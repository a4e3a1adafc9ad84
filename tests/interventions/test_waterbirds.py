"""Waterbirds from folders that look like CUB and Places."""

import numpy as np
import pytest
from PIL import Image

from hindmost.core.errors import InputError
from hindmost.datasets.open import open_input
from hindmost.interventions.waterbirds import (
    LAND,
    WATER,
    as_published,
    by_word,
    compose_waterbirds,
    place_files,
    read_cub,
    read_taxonomy,
)

SPECIES = ("001.Black_footed_Albatross", "105.Whip_poor_Will", "021.Eastern_Towhee", "086.Pacific_Loon")


@pytest.fixture
def folders(tmp_path, make_cut, make_ground):
    """40 birds of four species, 60 photographs of every place."""
    cub, places = tmp_path / "CUB_200_2011", tmp_path / "places"
    names = [f"{SPECIES[at % 4]}/b{at}.jpg" for at in range(40)]
    for at, name in enumerate(names):
        for kind in ("images", "segmentations"):
            (cub / kind / name).parent.mkdir(parents=True, exist_ok=True)
        cut = make_cut(seed=at, size=(24, 32))
        Image.fromarray(cut.image).save(cub / "images" / name)
        Image.fromarray(cut.core.astype(np.uint8) * 255).save((cub / "segmentations" / name).with_suffix(".png"))
    (cub / "images.txt").write_text("".join(f"{at + 1} {name}\n" for at, name in enumerate(names)))
    (cub / "train_test_split.txt").write_text("".join(f"{at + 1} {int(at < 30)}\n" for at in range(40)))
    for category in (*LAND, *WATER):
        folder = places / "data_large" / category[0] / category
        folder.mkdir(parents=True)
        for at in range(60):
            Image.fromarray(make_ground(at, (20, 26))).save(folder / f"{at:08d}.jpg")
    return cub, places


def test_labels_by_word_mend_the_published_ones():
    """What is wrong in the published labels: "tern" lies within "eastern" and "western"."""
    wrong = ["Eastern_Towhee", "Western_Meadowlark", "Western_Wood_Pewee"]
    assert [as_published(name) for name in wrong] == [1, 1, 1]
    assert [by_word(name) for name in wrong] == [0, 0, 0]
    right = {"Elegant_Tern": 1, "Pacific_Loon": 1, "Pigeon_Guillemot": 1, "Mallard": 1, "Common_Yellowthroat": 0}
    for name, y in right.items():
        assert by_word(name) == as_published(name) == y
    assert as_published("Western_Gull") == by_word("Western_Gull") == 1


def test_the_composed_folder_has_the_splits_and_shares_of_the_authors(folders, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    compose_waterbirds(out, *folders, seed=0)
    rows = open_input(out).rows
    assert [int(rows.mask(split).sum()) for split in ("train", "val", "test")] == [24, 6, 10]
    train = rows.counts("train")
    assert train[0] + train[3] == round(0.95 * (train[0] + train[1])) + round(0.95 * (train[2] + train[3]))
    for split in ("val", "test"):
        counts = rows.counts(split)
        assert abs(counts[0] - counts[1]) <= 1
        assert abs(counts[2] - counts[3]) <= 1


def test_the_validation_rows_depend_on_the_seed_alone(folders):
    splits = [[each.split for each in read_cub(folders[0], by_word, seed=seed)] for seed in (0, 0, 1)]
    assert splits[0] == splits[1] != splits[2]
    assert [each == 2 for each in splits[0]] == [at >= 30 for at in range(40)]


def test_a_taxonomy_decides_and_must_know_every_species(folders, tmp_path):
    table = tmp_path / "species.csv"
    table.write_text("species,y\nBlack_footed_Albatross,0\n")
    label = read_taxonomy(table)
    assert label("Black_Footed_Albatross") == 0
    with pytest.raises(InputError, match="no species 'Mallard'"):
        label("Mallard")
    table.write_text("species,y\nx,maybe\n")
    with pytest.raises(InputError, match="columns species and y"):
        read_taxonomy(table)


def test_missing_parts_are_named(folders, tmp_path):
    cub, places = folders
    assert len(place_files(places / "data_large", "ocean")) == 60
    with pytest.raises(InputError, match="no photographs of desert"):
        place_files(places, "desert")
    with pytest.raises(InputError, match=r"images\.txt does not exist"):
        read_cub(tmp_path, by_word, seed=0)
    (cub / "segmentations").rename(cub / "elsewhere")
    with pytest.raises(InputError, match="segmentations"):
        read_cub(cub, by_word, seed=0)
