"""Laws of every registered head."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.head import predictions
from hindmost.heads import HEADS, build, load
from hindmost.heads._linear import LinearHead
from hindmost.heads.refit import Refit
from hindmost.heads.to_head import to_head, to_predictor

ROOT = Path(__file__).parents[2]
STEMS = sorted({target.split(":")[0].rsplit(".", 1)[1] for target in HEADS.values()})
TOOLS = {"recover", "crossfit", "to_head"}  # functions of the room, not heads


@pytest.fixture(scope="module")
def context(shortcut: Callable[..., Features]) -> FitContext:
    features = shortcut()
    train, val = features.of("train"), features.of("val")
    network = to_head(Refit().fit(train.X, train.rows.y))
    return FitContext(train, val, network, 0, 4)


def test_keys_files_tests_and_pages_agree() -> None:
    files = {path.stem for path in (ROOT / "src/hindmost/heads").glob("[a-z]*.py")}
    assert files - TOOLS == set(STEMS)
    assert {path.stem for path in (ROOT / "docs/heads").glob("*.md")} == set(STEMS)
    assert files <= {path.stem.removeprefix("test_") for path in (ROOT / "tests/heads").glob("test_*.py")}


def test_unknown_key_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"erm, refit, threshold, dfr, dfr-v1, .*committee"):
        load("group-dor")


def test_registry_imports_nothing_until_asked() -> None:
    code = "import sys, hindmost.heads; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


QUICK = {"dfr-subpop": {"n_settings": 2, "steps": 601}}  # else half a minute


@pytest.mark.parametrize("target", sorted(set(HEADS.values())))
def test_scikit_learn_accepts_it(target: str) -> None:
    key = next(key for key, value in HEADS.items() if value == target)
    results = check_estimator(load(key)(**QUICK.get(key, {})), on_skip=None, on_fail=None)
    failed = {r["check_name"]: r["exception"] for r in results if r["status"] not in ("passed", "skipped")}
    assert not failed
    assert sum(r["status"] == "skipped" for r in results) <= 1  # array API input, which needs a setting


@pytest.mark.parametrize("key", HEADS)
def test_it_says_what_it_is(key: str) -> None:
    head = load(key)
    assert head.rows in ("train", "held_out", "val", "none")
    for text in (head.labels, head.method, head.source):
        assert text
        assert "\n" not in text


@pytest.mark.parametrize("key", HEADS)
def test_head_and_estimator_agree(key: str, context: FitContext, shortcut: Callable[..., Features]) -> None:
    rows = context.fitted_on(load(key).rows)
    fitted = load(key).from_context(context).fit(rows.X, rows.rows.y, strata=rows.rows.strata)
    test = shortcut().of("test")
    logits = to_predictor(fitted).logits(test.X)
    margin = logits[:, 1] - logits[:, 0]
    np.testing.assert_allclose(margin, fitted.decision_function(test.X), rtol=0, atol=1e-10)
    np.testing.assert_array_equal(predictions(logits), fitted.predict(test.X))
    np.testing.assert_allclose(fitted.predict_proba(test.X)[:, 1], 1 / (1 + np.exp(-margin)), rtol=0, atol=1e-12)


def test_a_criterion_is_part_of_the_key(context: FitContext) -> None:
    assert build("afr@worst_class", context).get_params()["select"] == "worst_class"
    assert build("afr", context).get_params()["select"] == "worst_group"
    with pytest.raises(InputError, match="worst_group, worst_class, mean"):
        load("afr@best")
    with pytest.raises(InputError, match="erm has no settings that are chosen"):
        load("erm@mean")


@pytest.mark.parametrize("key", HEADS)
def test_strata_of_another_length_are_refused(key: str, context: FitContext) -> None:
    with pytest.raises(InputError, match="strata has shape"):
        load(key).from_context(context).fit(context.val.X, context.val.rows.y, strata=context.val.rows.strata[1:])


@pytest.mark.parametrize("key", ["dfr", "dfr-v2", "dfr-spuco", "dfr-tr", "dfr-cf"])
def test_a_mean_of_fits_keeps_them_on_raw_features(key: str, context: FitContext) -> None:
    rows = context.fitted_on(load(key).rows)
    fitted = build(key, context).fit(rows.X, rows.rows.y, strata=rows.rows.strata)
    assert isinstance(fitted, LinearHead)
    assert fitted.single_fits_ is not None
    assert fitted.single_coefs_ is not None
    np.testing.assert_allclose(fitted.single_fits_.coef.mean(axis=0), fitted.coef_, rtol=0, atol=1e-12)
    np.testing.assert_allclose(fitted.single_fits_.intercept.mean(axis=0), fitted.intercept_, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(fitted.single_fits_.coef == 0, fitted.single_coefs_ == 0)
    assert fitted.single_fits_.predict(rows.X).shape == (len(fitted.single_fits_), len(rows.X))
