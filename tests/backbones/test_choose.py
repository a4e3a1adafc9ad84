"""The runtime `auto`: measured once, recorded, the same again from the record."""

import json

import numpy as np
import pytest

pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from hindmost.backbones import load  # noqa: E402
from hindmost.backbones.runtimes import choose, on_runtime  # noqa: E402
from hindmost.backbones.runtimes.choose import RuntimeChoice, choose_runtime  # noqa: E402
from hindmost.core.errors import InputError, MissingExtra  # noqa: E402


@pytest.fixture(scope="module")
def backbone():
    return load("test_resnet", pretrained=False, n_classes=2, input_size=64, longest_side=64)


class Fake:
    """A runtime that takes a given time by a clock of its own."""

    def __init__(self, backbone, clock, seconds, wrong=0.0):
        self.backbone, self.clock, self.seconds, self.wrong = backbone, clock, seconds, wrong
        self.engine = backbone.engine

    def embed(self, pixels):
        self.clock.now += self.seconds
        found = self.backbone.embed(pixels[:2])
        found.X[:, : found.X.shape[1] // 2] += self.wrong
        return found


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def measured(backbone, monkeypatch):
    """A choice between runtimes of given seconds a batch; an exception stands for one that cannot be used."""

    def run(dtype="float32", wrong=None, **seconds):
        clock = Clock()

        def on(backbone, name, dtype):
            if isinstance(seconds[name], Exception):
                raise seconds[name]
            return Fake(backbone, clock, seconds[name], (wrong or {}).get(name, 0.0))

        monkeypatch.setattr(choose, "on_runtime", on)
        return choose_runtime(backbone, dtype=dtype, runtimes=tuple(seconds), clock=clock)

    return run


def test_the_fastest_wins_and_all_are_recorded(measured):
    found = measured(torch=0.4, openvino=0.1)
    assert (found.runtime, found.dtype, found.how) == ("openvino", "float32", "measured")
    speeds = {one.runtime: one.images_per_second for one in found.candidates}
    assert speeds["openvino"] == pytest.approx(4 * speeds["torch"])
    assert all(one.cosine_min == pytest.approx(1) for one in found.candidates)
    assert "openvino" in found.why
    assert "torch" in found.why


def test_a_lead_that_may_be_noise_keeps_the_first(measured):
    assert measured(torch=0.1, openvino=0.098).runtime == "torch"
    assert measured(openvino=0.1, torch=0.098).runtime == "openvino"


def test_one_that_is_missing_is_recorded_with_its_reason(measured):
    found = measured(torch=0.4, openvino=MissingExtra("It is not installed."))
    assert found.runtime == "torch"
    assert found.why == "torch is the only runtime that can be used here"
    missing = found.candidates[-1]
    assert (missing.runtime, missing.images_per_second, missing.reason) == ("openvino", None, "It is not installed.")


def test_one_that_differs_is_not_used_in_float32_and_said_in_bfloat16(measured):
    found = measured(torch=0.4, openvino=0.1, wrong={"openvino": 0.5})
    assert found.runtime == "torch"
    assert "differs from torch: cosine" in found.candidates[1].reason
    found = measured("bfloat16", torch=0.4, openvino=0.1, wrong={"openvino": 0.5})
    assert (found.runtime, found.dtype) == ("openvino", "bfloat16")
    assert found.candidates[1].cosine_min < 0.99999


def test_none_is_an_error_with_every_reason(measured):
    with pytest.raises(InputError, match=r"No runtime can be used: First\. Second\."):
        measured(torch=InputError("First."), openvino=InputError("Second."))


def test_a_choice_comes_back_from_json(measured):
    found = measured(torch=0.4, openvino=0.1)
    assert RuntimeChoice.of_plain(json.loads(json.dumps(found.plain()))) == found
    for damaged in ({}, {**found.plain(), "more": 1}, {**found.plain(), "candidates": [{"x": 1}]}):
        with pytest.raises(InputError, match="cannot be read"):
            RuntimeChoice.of_plain(damaged)
    with pytest.raises(InputError, match="'gone' is not known"):
        RuntimeChoice.of_plain({**found.plain(), "runtime": "gone"})


def test_what_is_asked_for_is_not_measured(backbone):
    found = choose_runtime(backbone, "torch", "bfloat16")
    assert (found.runtime, found.dtype, found.how, found.candidates) == ("torch", "bfloat16", "asked", ())
    with pytest.raises(InputError, match="must be one of"):
        choose_runtime(backbone, "tensorrt")


def test_auto_here_is_usable_and_never_bfloat16(backbone):
    found = choose_runtime(backbone, seconds=0.05)
    assert found.dtype == "float32"
    assert [one.runtime for one in found.candidates] == ["torch", "openvino"]
    chosen = on_runtime(backbone, found.runtime, found.dtype)
    assert np.isfinite(chosen.embed(np.zeros((1, 64, 64, 3), dtype=np.uint8)).X).all()
