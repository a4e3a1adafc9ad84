"""Checks of trust: each passes where the map deserves it and fails where it does not."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from hindmost.core.head import Head
from hindmost.core.map_trust import MapTrust, applied, failed
from hindmost.evals.cam import margin_maps
from hindmost.evals.map_trust import judged, mean_check, not_applicable
from hindmost.evals.map_trust_deletion import insertion_minus_deletion
from hindmost.evals.map_trust_masks import own_mask_gain
from hindmost.evals.map_trust_random import evidence_likeness, random_head_likeness, rank_likeness
from hindmost.evals.map_trust_refits import refit_likeness
from hindmost.evals.map_trust_swap import cue_evidence, swap_agreement


def test_a_check_passes_beyond_its_bar_only(make_rows):
    rng = np.random.default_rng(0)
    rows = make_rows([0] * 90 + [1] * 10, [0] * 90 + [1] * 10)
    values = rng.normal(0.3, 0.1, 100)
    part = mean_check("random_head", rows, values, seed=0)
    assert (part.outcome, part.n, part.value) == ("passed", 100, pytest.approx(values.mean()))
    half = 1.96 * values.std() / 10
    assert (part.low, part.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.2 * half)
    assert mean_check("random_head", rows, values + 0.2, seed=0).outcome == "failed"  # its interval holds 0.5
    assert mean_check("refits", rows, values, seed=0).outcome == "failed"
    assert mean_check("other_masks", rows, -values, seed=0).outcome == "passed"  # off 0, on either side
    assert mean_check("other_masks", rows, rng.normal(0, 1, 100), seed=0).outcome == "failed"
    again = mean_check("random_head", rows, values, seed=0)
    assert again == part


def test_few_images_or_one_cluster_are_no_check(make_rows):
    values = np.full(40, 0.1)
    values[10:] = np.nan
    part = mean_check("random_head", make_rows([0] * 40, [0] * 40), values, seed=0)
    assert (part.outcome, part.n, part.value, part.reason) == ("not_applicable", 10, None, "15 images are needed")
    one = make_rows([0] * 40, [0] * 40, cluster=[7] * 40)
    assert mean_check("random_head", one, np.full(40, 0.1), seed=0).outcome == "not_applicable"
    trust = MapTrust((part, judged("deletion", 20, -0.1, -0.2, 0.1), judged("refits", 20, 0.9, 0.8, 0.95)))
    assert (failed(trust), applied(trust)) == (("deletion",), 2)
    assert not_applicable("swap", "no twins").threshold == 0.0


def test_likeness_is_spearman_over_cells():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 6, 3, 4))
    found = rank_likeness(a, b)
    assert found == pytest.approx([spearmanr(x.ravel(), y.ravel())[0] for x, y in zip(a, b)])
    assert evidence_likeness(a, 3 * a) == pytest.approx(np.ones(6))
    assert evidence_likeness(a, -a).max() < 0
    assert rank_likeness(a, np.stack([b, np.zeros_like(b)]))[1] == pytest.approx(np.zeros(6))


def test_a_map_that_any_head_would_draw_is_caught():
    """One channel fires everywhere the object is: shuffled weights draw the same place."""
    rng, y = np.random.default_rng(2), np.ones(40, dtype=np.int64)
    head = Head.from_binary(rng.normal(size=12), np.zeros(1))
    own = rng.normal(size=(40, 12, 5, 5)).astype(np.float32)
    shared = np.repeat(own[:, :1], 12, axis=1) + 0.01 * own
    for activations, low, high in ((own, -0.2, 0.6), (shared, 0.9, 1.0)):
        maps = margin_maps(activations, [head], y, 1 - y)[0]
        likeness = random_head_likeness(activations, maps, head, y, 1 - y, seed=0).mean()
        assert low < likeness <= high


def test_own_masks_against_other_masks():
    rng, n = np.random.default_rng(3), 120
    masks = np.zeros((n, 5, 5))
    masks[np.arange(n), rng.integers(5, size=n), rng.integers(5, size=n)] = 1
    group, known = np.repeat([0, 1], [100, 20]), np.ones(n, dtype=bool)
    centred = np.zeros((n, 5, 5))
    centred[:, 2, 2] = 1  # evidence that never moves
    assert abs(own_mask_gain(centred, masks, known, group).mean()) < 0.5
    assert own_mask_gain(centred, masks[:1].repeat(n, axis=0), known, group) == pytest.approx(np.zeros(n))
    assert own_mask_gain(masks, masks, known, group).mean() > 20  # of 25 at most
    known[100:119] = False  # one image of the second group is left: nothing to compare it with
    gain = own_mask_gain(rng.normal(size=(n, 5, 5)), masks, known, group)
    assert np.isnan(gain[100:]).all()
    assert not np.isnan(gain[:100]).any()


def test_own_masks_agree_with_a_loop():
    rng = np.random.default_rng(4)
    maps, masks, group = rng.normal(size=(9, 3, 3)), rng.random((9, 3, 3)), np.arange(9) % 2
    found = own_mask_gain(maps, masks, np.ones(9, bool), group)

    def lift(i, j):
        positive = np.maximum(maps[i], 0)
        return (positive * masks[j]).sum() / positive.sum() / masks[j].mean()

    for i in range(9):
        others = [lift(i, j) for j in range(9) if j != i and group[j] == group[i]]
        assert found[i] == pytest.approx(lift(i, i) - np.mean(others))


@pytest.mark.parametrize(("noise", "low", "high"), [(0.0, 0.999, 1.0), (50.0, -0.3, 0.3)])
def test_refits_that_agree_and_refits_that_do_not(noise, low, high):
    rng, y = np.random.default_rng(5), np.zeros(30, dtype=np.int64)
    activations = rng.normal(size=(30, 40, 4, 4)).astype(np.float32)
    for rows in (1, 3):
        coefs = rng.normal(size=(1, rows, 40)) + noise * rng.normal(size=(7, rows, 40))
        likeness = refit_likeness(activations, coefs, y, y + 1, seed=0)
        assert low <= likeness.mean() <= high


def test_deletion_reads_the_places_that_a_network_uses():
    """A network that looks at brightness in the left half; its true map against a map of the right half."""
    rng = np.random.default_rng(6)
    pixels = rng.integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)
    head = Head.from_binary(np.array([1.0]), np.zeros(1))
    y = np.ones(20, dtype=np.int64)

    def embed(batch):
        assert batch.dtype == np.uint8
        return (batch[:, :, :4].astype(float) ** 2).mean(axis=(1, 2, 3))[:, None] / 1000

    bright = (pixels.astype(float) ** 2).mean(axis=-1).reshape(20, 4, 2, 4, 2).mean(axis=(2, 4)) / 1000  # (20, 4, 4)
    true = np.where(np.arange(4) < 2, bright - bright.mean(), 0)
    assert insertion_minus_deletion(pixels, true, head, y, 1 - y, embed).mean() > 0.5
    wrong = insertion_minus_deletion(pixels, -true, head, y, 1 - y, embed)
    assert wrong.mean() < -0.5
    flat = np.full_like(pixels, 90)
    assert insertion_minus_deletion(flat, true, head, y, 1 - y, embed) == pytest.approx(np.zeros(20))


def test_deletion_greys_the_cells_it_should():
    pixels = np.arange(16, dtype=np.uint8).reshape(1, 4, 4, 1).repeat(3, axis=3)
    maps, seen = np.array([[[9.0, 1.0], [2.0, 3.0]]]), []

    def embed(batch):
        seen.append(batch[0, :, :, 0].copy())
        return np.zeros((1, 1))

    insertion_minus_deletion(
        pixels, maps, Head.from_binary(np.ones(1), np.zeros(1)), np.ones(1, int), np.zeros(1, int), embed
    )
    least, most = seen[4], seen[5]  # half of four cells
    assert (most[:2, :2] == 8).all()  # 7.5 rounds to 8: cells 9 and 3 are gone
    assert (most[2:, 2:] == 8).all()
    assert (most[:2, 2:] == pixels[0, :2, 2:, 0]).all()
    assert (least[:2, 2:] == 8).all()
    assert (least[:2, :2] == pixels[0, :2, :2, 0]).all()


def test_agreement_with_a_swap(make_rows):
    rng, n = np.random.default_rng(7), 200
    rows = make_rows([0] * 180 + [1] * 20, [0] * 180 + [1] * 20)
    evidence = rng.normal(size=n) + 5 * rows.y
    shift = -evidence + rng.normal(size=n)
    part = swap_agreement(rows, evidence, shift, seed=0)
    assert part.outcome == "passed"
    assert part.low < part.value < part.high
    each = [spearmanr(evidence[rows.y == g], -shift[rows.y == g])[0] for g in (0, 1)]
    assert part.value == pytest.approx(np.average(each, weights=[180, 20]), abs=0.02)
    groups_only = swap_agreement(rows, 5 * rows.y + rng.normal(size=n), -5 * rows.y + rng.normal(size=n), seed=0)
    assert groups_only.outcome == "failed"  # groups agree, images do not
    evidence[: n - 10] = np.nan
    assert swap_agreement(rows, evidence, shift, seed=0).outcome == "not_applicable"
    assert swap_agreement(rows, np.zeros(n), shift, seed=0).reason == "nothing varies within groups"
    maps = rng.normal(size=(3, 2, 2))
    assert cue_evidence(maps, np.ones((3, 2, 2))) == pytest.approx(maps.mean(axis=(1, 2)))
