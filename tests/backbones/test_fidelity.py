"""Fidelity in numbers, and the float32 runtimes on the real photographs."""

import csv

import numpy as np
import pytest

from hindmost.backbones.runtimes.fidelity import cosines, fidelity, margins, worst_group_change
from hindmost.core.errors import InputError
from hindmost.core.features import Embedded


def ways(X, logits, other_X=None, other_logits=None):
    """Two embeds that look rows up."""
    first = Embedded(np.array(X, dtype=np.float32), np.array(logits, dtype=np.float32))
    second = Embedded(
        first.X if other_X is None else np.array(other_X, dtype=np.float32),
        first.logits if other_logits is None else np.array(other_logits, dtype=np.float32),
    )
    return [lambda rows, e=e: Embedded(e.X[rows], e.logits[rows]) for e in (first, second)]


def test_the_same_is_the_same():
    rng = np.random.default_rng(0)
    found = fidelity(*ways(rng.normal(size=(30, 5)), rng.normal(size=(30, 3))), [np.arange(20), np.arange(20, 30)])
    assert (found.n, found.flipped, found.flipped_sure, found.largest_logit_difference) == (30, 0, 0, 0.0)
    assert found.cosine_min == pytest.approx(1)
    assert found.agrees


def test_flips_of_ties_are_counted_but_do_not_disagree():
    logits = [[0.0, 1.0], [0.0, 5e-4], [2.0, 0.0]]
    other = [[0.0, 1.0], [5e-4, 0.0], [2.0, 0.0]]
    found = fidelity(*ways(np.eye(3), logits, None, other), [np.arange(3)])
    assert (found.flipped, found.flipped_sure) == (1, 0)
    assert found.flipped_share == pytest.approx(1 / 3)
    assert found.agrees
    found = fidelity(*ways(np.eye(3), logits, None, [[1.0, 0.0], *other[1:]]), [np.arange(3)])
    assert (found.flipped, found.flipped_sure) == (2, 1)
    assert not found.agrees
    assert found.largest_logit_difference == 1


def test_cosines_against_a_loop_and_at_zero():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    a[0], b[0], a[1] = 0, 0, 0
    slow = [1.0, 0.0] + [x @ y / np.sqrt(x @ x) / np.sqrt(y @ y) for x, y in zip(a[2:], b[2:], strict=True)]
    np.testing.assert_allclose(cosines(a, b), slow, atol=1e-12)  # float64 sums of four


def test_margins_of_many_classes():
    logits = np.random.default_rng(2).normal(size=(20, 7))
    np.testing.assert_array_equal(margins(logits), np.diff(np.sort(logits, axis=1)[:, -2:], axis=1)[:, 0])


def test_nothing_to_compare():
    with pytest.raises(InputError, match="at least one batch"):
        fidelity(*ways(np.eye(2), np.eye(2)), [])
    with pytest.raises(InputError, match="no logits"):
        fidelity(lambda rows: Embedded(np.eye(2), None), lambda rows: Embedded(np.eye(2), None), [np.arange(2)])


def test_worst_group_with_rare_and_absent_groups():
    y = np.array([0] * 90 + [1] * 10)
    group = np.array([0] * 90 + [3] * 10)  # groups 1 and 2 are absent
    reference, other = y.copy(), y.copy()
    assert worst_group_change(reference, other, y=y, group=group, n_groups=4).change == 0
    other[-3:] = 0
    found = worst_group_change(reference, other, y=y, group=group, n_groups=4)
    assert (found.n, found.reference, found.other) == (100, 1.0, 0.7)
    assert found.change == pytest.approx(-0.3)


@pytest.fixture(scope="module")
def photographs(real_data):
    """48 test photographs, 12 of each group, as the network reads them."""
    pytest.importorskip("torch")
    from hindmost.backbones import load
    from hindmost.datasets.decode import load_pixels

    folder = real_data / "waterbirds50"
    with (folder / "metadata.csv").open() as stream:
        rows = [row for row in csv.DictReader(stream) if row["split"] == "2"]
    chosen = [
        row for y in "01" for place in "01" for row in [r for r in rows if (r["y"], r["place"]) == (y, place)][:12]
    ]
    backbone = load(checkpoint=folder / "erm_lite0.pth")
    return backbone, np.stack([load_pixels(folder / row["img_filename"], backbone.preprocessing) for row in chosen])


@pytest.mark.realdata
@pytest.mark.vision
@pytest.mark.parametrize("runtime", ["torch", "openvino"])
def test_real_photographs_by_every_runtime(photographs, runtime):
    if runtime == "openvino":
        pytest.importorskip("openvino")
    import torch

    from hindmost.backbones.runtimes import on_runtime

    backbone, pixels = photographs

    def eager(batch):
        x = torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 127.5 - 1
        with torch.inference_mode():
            X = backbone.cut(backbone.module, x)[0]
            return Embedded(X.numpy(), backbone.module.get_classifier()(X).numpy())

    halves = [pixels[:24], pixels[24:]]
    found = fidelity(eager, on_runtime(backbone, runtime).embed, halves)
    assert found.cosine_min >= 0.99999
    assert found.flipped_sure == 0
    assert found.agrees
