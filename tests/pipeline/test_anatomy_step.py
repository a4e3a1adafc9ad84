"""The step from features and heads to roles: consistent with the heads, small in the audit, complete in the file."""

from dataclasses import asdict

import numpy as np
import pyarrow.parquet as pq
import pytest

from hindmost.core.features import Features
from hindmost.core.head import Head
from hindmost.core.policy import Policy
from hindmost.core.rows import Naming, Rows
from hindmost.io.feature_table import write_feature_table
from hindmost.pipeline._anatomy import MOST_PER_GROUP, TOP, dissect
from hindmost.pipeline._heads import Fitted

D = 30


def features(sizes=(80, 40, 40, 80), classes=2, seed=0):
    """The first ten features hold the class, the next ten the cue, the last nothing; train is test again."""
    group = np.tile(np.repeat(np.arange(len(sizes)), sizes), 2)
    y, cue = group // 2, group % 2
    split = np.repeat([0, 2], sum(sizes))
    naming = Naming(tuple(f"class {i}" for i in range(classes)), ("land", "water"), ("place",))
    rows = Rows(np.array([f"r{i}" for i in range(len(y))]), y, cue, split, naming)
    rng = np.random.default_rng(seed)
    means = np.repeat(np.stack([y > 0, cue, 0 * y], axis=1), 10, axis=1)
    return Features(rows, (2 * means + rng.normal(size=(len(y), D))).astype(np.float32))


def heads(classes=2):
    rng = np.random.default_rng(1)
    erm, dfr = rng.normal(size=(2, classes, D))
    dfr[:, 10:20] = 0
    fits = rng.normal(size=(4, classes, D)) * (rng.random((4, 1, D)) < 0.5)
    b = np.zeros(classes)
    return {
        "erm": Fitted(Head(erm, b), "as trained"),
        "dfr": Fitted(Head(dfr, b), "refitted", single_coefs=fits),
        "gone": Fitted(None, "nothing", reason="no rows"),
    }


@pytest.fixture
def dissected():
    return dissect(features(), heads(), "erm", Policy(), 0)


def test_the_cue_was_zeroed_and_the_class_was_not(dissected):
    anatomy, _ = dissected
    assert anatomy.counts == {"core": 10, "cue": 10, "mixed": 0, "neither": 10}
    assert (anatomy.n, anatomy.groups, anatomy.strata) == (240, (80, 40, 40, 80), (2, 2))
    assert list(anatomy.heads) == ["dfr"]
    core, cue, _, _ = anatomy.heads["dfr"].roles
    assert (cue.zeroed.value, cue.zeroed_rate.value, core.zeroed.value) == (1, 1, 0)
    assert cue.after.value == 0
    assert len(core.zeroed_fits) == 4
    assert [(one.kind, one.zeroed) for one in anatomy.excited] == [
        *[("dropped core", False)] * 3,
        *[("dropped cue", True)] * 3,
        *[("kept core", False)] * 3,
    ]


def test_the_audit_holds_the_largest_and_the_file_holds_all(dissected, tmp_path):
    anatomy, table = dissected
    write_feature_table(tmp_path / "f.parquet", table)
    read = pq.read_table(tmp_path / "f.parquet").to_pydict()
    assert read["feature"] == list(range(D))
    assert sum(read["share_erm"]) == pytest.approx(1)
    assert read["weight_dfr"][10:20] == [0.0] * 10
    assert set(read["kept_dfr"]) <= {0, 0.25, 0.5, 0.75, 1}
    assert read["kept_erm"] == [1.0] * D
    assert len(anatomy.top) == TOP
    largest = np.maximum(read["share_erm"], read["share_dfr"])
    assert [row.feature for row in anatomy.top] == np.argsort(-largest, kind="stable")[:TOP].tolist()
    for row in anatomy.top:
        assert row.role == read["role"][row.feature]
        assert row.tells_class.auc == read["class_auc"][row.feature]


def test_the_same_seed_gives_the_same_record(dissected):
    assert asdict(dissect(features(), heads(), "erm", Policy(), 0)[0]) == asdict(dissected[0])


def test_three_classes():
    anatomy, table = dissect(features((60,) * 6, classes=3), heads(3), "erm", Policy(), 0)
    assert anatomy.heads["dfr"].roles[1].zeroed.value == 1
    assert [name for name in table.columns if name.startswith("weight_dfr")] == [f"weight_dfr_{c}" for c in range(3)]


def test_large_groups_are_sampled_and_n_says_so():
    anatomy, _ = dissect(features((2 * MOST_PER_GROUP, 30, 30, 60)), heads(), "erm", Policy(), 0)
    assert anatomy.groups == (MOST_PER_GROUP, 30, 30, 60)


def test_without_strata_there_are_no_roles_but_a_reason():
    anatomy, table = dissect(features((80, 0, 0, 80)), heads(), "erm", Policy(), 0)
    assert table is None
    assert "no cue value" in anatomy.reason
    assert (anatomy.counts, anatomy.heads, anatomy.top, anatomy.excited) == ({}, {}, (), ())
    assert anatomy.entanglement.value is None
