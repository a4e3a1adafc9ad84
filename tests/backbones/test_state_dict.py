"""The user's own weights: every wrapper, every refusal."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from hindmost.backbones import load  # noqa: E402
from hindmost.backbones.identity import hash_of_tensors, hash_of_weights  # noqa: E402
from hindmost.core.errors import InputError, MissingExtra  # noqa: E402

SMALL = {"input_size": 64, "longest_side": 64}


def loaded(path, name="test_resnet"):
    return load(name, checkpoint=path, **SMALL)


WRAPS = {
    "plain": lambda state: state,
    "state_dict": lambda state: {"state_dict": state, "epoch": 3},
    "model": lambda state: {"model": state, "optimizer": {"lr": 0.1}},
    "model_state_dict": lambda state: {"model_state_dict": state},
    "lightning": lambda state: {"state_dict": {f"model.{k}": v for k, v in state.items()}},
    "lightning with a loss": lambda state: {
        "state_dict": {"criterion.weight": torch.ones(3), **{f"model.{k}": v for k, v in state.items()}}
    },
    "parallel": lambda state: {f"module.{k}": v for k, v in state.items()},
    "compiled and parallel": lambda state: {f"module._orig_mod.{k}": v for k, v in state.items()},
    "without counters": lambda state: {k: v for k, v in state.items() if "num_batches" not in k},
}


@pytest.mark.parametrize("wrap", WRAPS)
def test_every_wrapper_gives_the_same_network(checkpoint, trained, wrap):
    backbone = loaded(checkpoint(WRAPS[wrap](trained[1].state_dict())))
    assert backbone.weights_hash == hash_of_weights(trained[1])
    assert backbone.head.n_classes == 3
    assert backbone.source == "checkpoint weights.pth"


def test_safetensors(tmp_path, trained):
    from safetensors.torch import save_file

    save_file(trained[1].state_dict(), tmp_path / "weights.safetensors")
    assert loaded(tmp_path / "weights.safetensors").weights_hash == hash_of_weights(trained[1])


def test_the_head_is_the_last_layer(checkpoint, trained):
    head = loaded(checkpoint()).head
    layer = trained[1].get_classifier()
    np.testing.assert_array_equal(head.coef, layer.weight.detach().double().numpy())
    np.testing.assert_array_equal(head.intercept, layer.bias.detach().double().numpy())


def test_torchvision(tmp_path):
    import torchvision.models

    module = torchvision.models.get_model("shufflenet_v2_x0_5", weights=None, num_classes=4)
    torch.save(module.state_dict(), tmp_path / "tv.pth")
    backbone = loaded(tmp_path / "tv.pth", "torchvision/shufflenet_v2_x0_5")
    assert (backbone.head.n_classes, backbone.weights_hash) == (4, hash_of_weights(module))


def test_the_hash_does_not_depend_on_order(trained):
    state = trained[1].state_dict()
    assert hash_of_tensors(dict(reversed(state.items()))) == hash_of_tensors(state)
    name = next(iter(state))
    assert hash_of_tensors({**state, name: state[name] + 1}) != hash_of_tensors(state)


def test_another_architecture(checkpoint):
    with pytest.raises(InputError, match=r"does not fit test_efficientnet: \d+ of its \d+ tensors are missing "
                                         r"\(conv_stem.*unexpected.*--backbone NAME"):  # fmt: skip
        loaded(checkpoint(), "test_efficientnet")


def test_another_shape(checkpoint, trained):
    state = trained[1].state_dict()
    state = {**state, "bn1.weight": torch.ones(7)}
    with pytest.raises(InputError, match=r"1 have another shape \(bn1.weight \(7,\) instead of"):
        loaded(checkpoint(state))


def test_unknown_architecture(checkpoint):
    with pytest.raises(InputError, match="torchvision has no classifier named 'resnet19'"):
        loaded(checkpoint(), "torchvision/resnet19")
    with pytest.raises(InputError, match="timm has no network named"):
        loaded(checkpoint(), "resnet19x")


class Malicious:
    def __reduce__(self):
        return print, ("this must never be printed",)


def test_a_pickle_that_wants_to_run_code(checkpoint, capsys):
    path = checkpoint({"weight": Malicious()})
    with pytest.raises(InputError, match=r"wants to run code, so it was not opened .*safetensors"):
        loaded(path)
    assert "never" not in capsys.readouterr().out


def test_a_whole_pickled_module(checkpoint, trained):
    with pytest.raises(InputError, match="wants to run code"):
        loaded(checkpoint(trained[1]))


@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors"])
@pytest.mark.parametrize("content", [b"", b"not weights at all", b"PK\x03\x04 half an archive"])
def test_a_damaged_file(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="damaged or not a file of weights"):
        loaded(tmp_path / name)


def test_a_truncated_file(checkpoint):
    path = checkpoint()
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(InputError, match="damaged"):
        loaded(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        loaded(tmp_path / "gone.pth")
    with pytest.raises(InputError, match="not a file"):
        loaded(tmp_path)


@pytest.mark.parametrize("content", [{"epoch": 3}, [1, 2], {}])
def test_no_tensors(checkpoint, content):
    with pytest.raises(InputError, match=r"Save model\.state_dict"):
        loaded(checkpoint(content))


def test_weights_that_are_not_finite(checkpoint, trained):
    state = {k: v.clone() for k, v in trained[1].state_dict().items()}
    state["fc.weight"][0, 0] = float("nan")
    with pytest.raises(InputError, match="NaN"):
        loaded(checkpoint(state))


def test_without_safetensors(monkeypatch, tmp_path):
    import sys

    (tmp_path / "weights.safetensors").write_bytes(b"x")
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(MissingExtra, match="vision"):
        loaded(tmp_path / "weights.safetensors")


@pytest.mark.realdata
def test_the_study_checkpoint(real_data):
    backbone = load(checkpoint=real_data / "waterbirds50" / "erm_lite0.pth")
    assert (backbone.name, backbone.head.n_classes, backbone.n_features) == ("tf_efficientnet_lite0", 2, 1280)
    stored = np.load(real_data / "waterbirds50" / "features_lite0.npz")
    rows = list(_first_rows(real_data / "waterbirds50", 48))
    X = backbone.embed(np.stack([pixels for _, pixels in rows])).X
    order = {str(name): place for place, name in enumerate(stored["img_id"])}
    theirs = stored["X"][[order[name] for name, _ in rows]]
    cosine = (X * theirs).sum(axis=1) / np.linalg.norm(X, axis=1) / np.linalg.norm(theirs, axis=1)
    assert cosine.mean() > 0.99  # stored under bfloat16 autocast; 0.9965 over all rows


def _first_rows(folder, n):
    import csv

    from PIL import Image

    with (folder / "metadata.csv").open() as stream:
        table = list(csv.DictReader(stream))[:n]
    for row in table:
        with Image.open(folder / row["img_filename"]) as image:
            square = image.convert("RGB").resize((256, 256), Image.Resampling.BILINEAR)
        yield row["img_id"], np.asarray(square)[16:240, 16:240]
