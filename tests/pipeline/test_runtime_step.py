"""What computes the features: chosen once and kept; another number format is measured and may be refused."""

from pathlib import Path

import pytest

from hindmost.core.errors import InputError
from hindmost.core.policy import Policy
from hindmost.datasets.bluebox import generate
from hindmost.pipeline._runtime import check_fidelity
from hindmost.pipeline.audit import audit
from hindmost.pipeline.options import AuditOptions, ModelOptions, Talk, TrainOptions

FLIPS = {"n": 100, "flipped": 3, "flipped_share": 0.03}


def test_more_flips_than_the_policy_tolerates_are_refused() -> None:
    check_fidelity(None, Policy())
    check_fidelity(FLIPS, Policy(flip_tolerance=0.03))
    with pytest.raises(InputError, match=r"flips 3 of 100 .* tolerates 2.0%"):
        check_fidelity(FLIPS, Policy())


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bluebox") / "photographs"
    return generate(folder, train=48, val_per_group=6, test_per_group=6, size=64, workers=1)


@pytest.mark.vision
def test_the_choice_is_made_once_and_bfloat16_says_what_it_costs(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    monkeypatch.setenv("HINDMOST_CACHE", str(tmp_path / "cache"))
    said: list[str] = []
    talk = Talk(notice=said.append)

    def run(model: ModelOptions, out: str) -> dict:
        options = AuditOptions(model=model, training=TrainOptions(epochs=1), policy=tmp_path / "policy.yaml")
        return audit(drawn, tmp_path / out, options, talk=talk).model.extraction

    (tmp_path / "policy.yaml").write_text("flip_tolerance: 0.99\n", encoding="utf-8")
    plain = run(ModelOptions(input_size=64), "first")
    again = run(ModelOptions(input_size=64), "second")
    chosen = [line for line in said if line.startswith("Runtime: ")]
    assert chosen[0] == chosen[1]
    assert plain == again
    assert "against_float32" not in plain
    found = run(ModelOptions(input_size=64, runtime="torch", dtype="bfloat16"), "third")["against_float32"]
    assert found["n"] == 24
    assert 0.9 < found["cosine_min"] < 1
    assert found["flipped_share"] == found["flipped"] / 24
