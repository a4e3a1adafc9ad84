"""Near duplicates: planted copies are found, and where there are none, none are, collapsed features or not."""

import io

import numpy as np
import pytest
from PIL import Image

from hindmost.core.rows import Naming, Rows
from hindmost.evals import close_rows
from hindmost.evals.close_rows import close_pairs, threshold, unit
from hindmost.evals.likeness import likeness
from hindmost.evals.near_duplicates import near_duplicates

NAMING = Naming(("a", "b"), ("p", "q"), ("place",))
SIDE = 64


def rows_of(n: int, rng: np.random.Generator) -> Rows:
    """Imbalanced groups and splits: 90/10 cues, 60/20/20 rows."""
    y = rng.integers(2, size=n)
    cue = np.where(rng.random(n) < 0.9, y, 1 - y)
    split = rng.choice(3, n, p=[0.6, 0.2, 0.2])
    return Rows(np.array([f"r{i}" for i in range(n)]), y, cue, split, NAMING)


def spread(rows: Rows, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(len(rows), 24)).astype(np.float32)


def collapsed(rows: Rows, rng: np.random.Generator) -> np.ndarray:
    """Class means with a thousandth of their distance as spread: every cosine within a class is near 1."""
    means = rng.normal(size=(2, 64))
    return (means[rows.y] + 1e-3 * rng.normal(size=(len(rows), 64))).astype(np.float32)


def picture(rng: np.random.Generator) -> Image.Image:
    """Blobs of several sizes: an image with structure at every scale."""
    field = sum(
        np.asarray(Image.fromarray(rng.random((k, k)).astype(np.float32)).resize((256, 256), Image.Resampling.BICUBIC))
        for k in (3, 6, 12, 24, 48)
    )
    return Image.fromarray(np.uint8(255 * (field - field.min()) / np.ptp(field)))


def grey(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.BILINEAR), dtype=np.float32)


def recompressed(image: Image.Image) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=30)
    return Image.open(stream)


CHANGES = {
    "recompressed": recompressed,
    "smaller": lambda image: image.resize((120, 120), Image.Resampling.LANCZOS),
    "brighter": lambda image: image.point(lambda value: min(255, int(value * 0.6) + 70)),
    "cropped": lambda image: image.crop((12, 3, 252, 243)),
    "cropped and recompressed": lambda image: recompressed(image.crop((20, 20, 250, 250))),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_copy_is_alike_and_another_picture_is_not(name: str) -> None:
    rng = np.random.default_rng(3)
    images = [picture(rng) for _ in range(8)]
    first = np.stack([grey(image) for image in images])
    copies = np.stack([grey(CHANGES[name](image)) for image in images])
    assert likeness(first, copies).min() > 0.94
    assert likeness(copies, first) == pytest.approx(likeness(first, copies), abs=1e-5)
    assert likeness(first, np.roll(copies, 1, axis=0)).max() < 0.6


def test_one_window_is_the_plain_correlation_of_gradients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Oracle: numpy's correlation of the differences of the averaged cells, with a loop."""
    monkeypatch.setattr("hindmost.evals.likeness.KEPT", (1.0,))
    rng = np.random.default_rng(0)
    first, second = rng.random((2, 5, SIDE, SIDE)).astype(np.float32)
    expected = []
    for a, b in zip(first, second):
        cells = [one.reshape(16, 4, 16, 4).mean(axis=(1, 3)) for one in (a, b)]
        flat = [np.concatenate([np.diff(c, axis=0).ravel(), np.diff(c, axis=1).ravel()]) for c in cells]
        expected.append(np.corrcoef(*flat)[0, 1])
    assert likeness(first, second) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("block", [7, 1024])
def test_pairs_are_those_of_a_plain_loop(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(close_rows, "BLOCK", block)
    rng = np.random.default_rng(1)
    rows = rows_of(120, rng)
    features = unit(spread(rows, rng), rows.split == 0)
    found, cosines = close_pairs(features, rows.split, 0.4, most=10_000)
    expected = {
        (i, j)
        for i in range(120)
        for j in range(120)
        if rows.split[i] > rows.split[j] and features.values[i] @ features.values[j] >= 0.4
    }
    assert {tuple(pair) for pair in found.tolist()} == expected
    assert (np.diff(cosines) <= 0).all()
    few, _ = close_pairs(features, rows.split, 0.4, most=5)
    assert few.tolist() == found[:5].tolist()


@pytest.mark.parametrize("make", [spread, collapsed])
def test_without_near_duplicates_features_alone_find_next_to_none(make) -> None:
    """0.05 rows are expected to pass in each set by chance; among 40 sets more than 8 would be far beyond that."""
    found = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        rows = rows_of(400, rng)
        found += near_duplicates(rows, make(rows, rng), None, seed=0).pairs > 0
    assert found <= 8


@pytest.mark.parametrize("make", [spread, collapsed])
def test_without_near_duplicates_pictures_find_none(make) -> None:
    rng = np.random.default_rng(5)
    rows = rows_of(300, rng)
    pictures = np.stack([grey(picture(rng)) for _ in range(300)])
    found = near_duplicates(rows, make(rows, rng), lambda at: pictures[at], seed=0)
    assert (found.pairs, found.examples, found.by) == (0, (), "pictures")
    assert found.candidates > 0, "collapsed or not, the closest pairs are looked at"
    assert found.likeness_by_chance < 0.6


def planted(make, seed: int = 5) -> tuple[Rows, np.ndarray, np.ndarray, set[tuple[str, str]]]:
    """Five test rows that are changed copies of train rows, with features that moved a little."""
    rng = np.random.default_rng(seed)
    rows = rows_of(300, rng)
    images = [picture(rng) for _ in range(300)]
    pictures = np.stack([grey(image) for image in images])
    X = make(rows, rng)
    pairs = set()
    free = [np.flatnonzero((rows.split == s) & (rows.y == 0)).tolist() for s in range(3)]
    for change in CHANGES.values():
        original, copy = free[0].pop(), free[2].pop()
        pictures[copy] = grey(change(images[original]))
        X[copy] = X[original] + 0.02 * X.std() * rng.normal(size=X.shape[1]) * (make is spread)
        pairs.add((str(rows.ids[copy]), str(rows.ids[original])))
    return rows, X, pictures, pairs


@pytest.mark.parametrize("make", [spread, collapsed])
def test_planted_copies_are_found_on_their_pixels(make) -> None:
    rows, X, pictures, pairs = planted(make)
    found = near_duplicates(rows, X, lambda at: pictures[at], seed=0)
    assert {(one.id, one.other) for one in found.examples} == pairs
    assert (found.pairs, found.rows) == (5, {"train": 0, "val": 0, "test": 5} | {"train": 5})
    assert all((one.split, one.other_split) == ("test", "train") for one in found.examples)


def test_planted_copies_are_found_by_features_alone() -> None:
    rows, X, _, pairs = planted(spread)
    found = near_duplicates(rows, X, None, seed=0)
    assert {(one.id, one.other) for one in found.examples} == pairs
    assert found.by == "features"
    assert all(one.likeness is None for one in found.examples)


def test_files_that_are_equal_byte_for_byte_are_another_rule() -> None:
    rows, X, pictures, _ = planted(spread)
    found = near_duplicates(
        rows, X, lambda at: pictures[at], same_file=lambda pairs: np.ones(len(pairs), dtype=bool), seed=0
    )
    assert (found.pairs, found.candidates) == (0, 0)


def test_one_split_or_equal_rows_cannot_be_searched() -> None:
    rng = np.random.default_rng(0)
    rows = rows_of(50, rng)
    alone = rows.take(rows.split == 0)
    assert near_duplicates(alone, spread(alone, rng), None, seed=0) is None
    assert near_duplicates(rows, np.ones((50, 4), dtype=np.float32), None, seed=0) is None


def test_the_threshold_is_the_quantile_where_distances_follow_the_law() -> None:
    """Oracle: uniform points on a 3-torus embedded in 6 dimensions; share of rows that pass, counted anew."""
    rng = np.random.default_rng(2)
    angles = rng.uniform(0, 2 * np.pi, (4000, 3))
    X = np.concatenate([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    split = np.zeros(4000, dtype=np.int64)
    features = unit(X, split == 0)
    cosine = threshold(features, split, expected=40.0, seed=0)
    similar = features.values @ features.values.T
    np.fill_diagonal(similar, -1)
    assert 20 <= (similar.max(axis=1) >= cosine).sum() <= 80
