"""Hugging Face classifiers, saved by transformers into folders and read back without a network."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.vision

from hindmost.backbones import load  # noqa: E402
from hindmost.backbones._processor import data_config  # noqa: E402
from hindmost.backbones.hugging_face import import_transformers  # noqa: E402
from hindmost.backbones.preprocessing import preprocessing_for  # noqa: E402
from hindmost.core.errors import InputError, MissingExtra  # noqa: E402

PROCESSOR = {
    "image_processor_type": "ViTImageProcessor",
    "do_resize": True, "size": {"height": 64, "width": 64}, "resample": 3,
    "do_normalize": True, "image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.25, 0.3],
    "do_rescale": True, "rescale_factor": 1 / 255,
}  # fmt: skip
DEPTHS = {"hidden_sizes": [8, 16, 24, 32], "depths": [1, 1, 1, 1], "num_labels": 3}
VIT = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "image_size": 64,
       "num_labels": 3}  # fmt: skip
FAMILIES = {  # class stem, configuration, what the mean of the maps is: the feature, a part of it, or there are none
    "resnet": ("ResNet", {"embedding_size": 8, "layer_type": "basic", **DEPTHS}, "feature"),
    "regnet": ("RegNet", {"embedding_size": 8, "groups_width": 8, **DEPTHS}, "feature"),
    "poolformer": ("PoolFormer", DEPTHS, "feature"),
    "mobilenet_v2": ("MobileNetV2", {"image_size": 64, "depth_multiplier": 0.35, "num_labels": 3}, "feature"),
    "convnext": ("ConvNext", {"image_size": 64, **DEPTHS}, "feature"),
    "vit": ("ViT", VIT, "part"),
    "deit": ("DeiT", VIT, "part"),
    "swin": ("Swin", {"image_size": 64, "embed_dim": 8, "depths": [1, 1], "num_heads": [1, 2], "window_size": 4,
                      "num_labels": 3}, "none"),
}  # fmt: skip


def saved(folder, family="resnet", processor=PROCESSOR, **changes):
    """A fresh model of a family, written by transformers itself."""
    stem, options, _ = FAMILIES[family]
    transformers = import_transformers()
    torch.manual_seed(0)
    config = getattr(transformers, f"{stem}Config")(**options, **changes)
    model = getattr(transformers, f"{stem}ForImageClassification")(config).eval()
    transformers.utils.logging.disable_progress_bar()
    model.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(processor), encoding="utf-8")
    return model


@pytest.mark.parametrize("family", FAMILIES)
def test_body_then_head_is_what_transformers_computes(tmp_path, family, capsys):
    model = saved(tmp_path, family)
    backbone = load(f"hf/{tmp_path}")
    assert capsys.readouterr().err == ""
    pixels = np.random.default_rng(0).integers(0, 256, (20, *[backbone.preprocessing.crop] * 2, 3), dtype=np.uint8)
    embedded = backbone.embed(pixels)
    x = (pixels / 255 - np.array(PROCESSOR["image_mean"])) / np.array(PROCESSOR["image_std"])
    with torch.inference_mode():
        own = model(torch.from_numpy(x.transpose(0, 3, 1, 2)).float()).logits.numpy()
    scale = np.abs(own).max()
    # the same float32 network with folded norms and another memory layout
    np.testing.assert_allclose(embedded.logits, own, atol=1e-5 * scale)
    np.testing.assert_allclose(backbone.head.logits(embedded.X), own, atol=1e-5 * scale)
    assert backbone.head.n_classes == 3
    assert (backbone.maps_reason is not None) == (FAMILIES[family][2] == "none")
    assert backbone.partial_maps == (FAMILIES[family][2] == "part")
    if FAMILIES[family][2] == "feature":
        maps = backbone.embed(pixels, maps=True).maps
        np.testing.assert_allclose(maps.mean((2, 3)), embedded.X, atol=1e-5 * np.abs(embedded.X).max())
    elif FAMILIES[family][2] == "none":
        assert "no one array over a plane" in backbone.maps_reason


def test_a_folder_is_shown_by_its_name_only(tmp_path):
    (tmp_path / "birds").mkdir()
    saved(tmp_path / "birds")
    backbone = load(f"hf/{tmp_path / 'birds'}")
    assert (backbone.name, backbone.source) == ("hf/birds", "hf/birds (published weights)")


def test_another_configuration_is_another_network_though_the_weights_are_the_same(tmp_path):
    hashes = []
    for act in ("relu", "silu"):
        (tmp_path / act).mkdir()
        saved(tmp_path / act, hidden_act=act)
        hashes.append(load(f"hf/{tmp_path / act}").weights_hash)
    assert hashes[0] != hashes[1]
    (tmp_path / "relu").rename(tmp_path / "moved")
    assert load(f"hf/{tmp_path / 'moved'}").weights_hash == hashes[0]


def test_a_last_layer_of_other_classes_is_fresh_and_follows_the_seed(tmp_path):
    saved(tmp_path)
    one, again, other = (load(f"hf/{tmp_path}", n_classes=5, seed=seed) for seed in (0, 0, 1))
    assert one.weights_hash == again.weights_hash != other.weights_hash
    assert (one.head.n_classes, np.abs(one.head.coef).max() < 0.1) == (5, True)
    untrained = [load(f"hf/{tmp_path}", n_classes=2, pretrained=False, seed=seed).weights_hash for seed in (0, 0, 1)]
    assert untrained[0] == untrained[1] != untrained[2]


def test_a_checkpoint_in_its_architecture(tmp_path):
    model = saved(tmp_path)
    model.classifier[1].weight.data.add_(1)
    torch.save({"state_dict": {f"model.{key}": value for key, value in model.state_dict().items()}}, tmp_path / "a.pth")
    backbone = load(f"hf/{tmp_path}", checkpoint=tmp_path / "a.pth")
    np.testing.assert_array_equal(backbone.head.coef, model.classifier[1].weight.detach().double().numpy())


def test_a_body_without_a_classifier_is_not_given_a_random_one(tmp_path):
    model = saved(tmp_path)
    from safetensors.torch import save_file

    body = {key: value for key, value in model.state_dict().items() if not key.startswith("classifier")}
    save_file(body, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"no weights for 2 tensors of its classifier \(classifier\.1\.bias\)"):
        load(f"hf/{tmp_path}")
    assert load(f"hf/{tmp_path}", n_classes=3).head.n_classes == 3  # a fresh one is meant


def test_what_cannot_be_loaded_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    for name in ("hf/nobody/nothing", f"hf/{tmp_path}", f"hf/{tmp_path / 'gone'}"):
        with pytest.raises(InputError, match="could not be loaded: ") as caught:
            load(name)
        assert "\n" not in str(caught.value)
    saved(tmp_path)
    (tmp_path / "preprocessor_config.json").unlink()
    with pytest.raises(InputError, match="could not be loaded"):
        load(f"hf/{tmp_path}")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}), encoding="utf-8")
    with pytest.raises(InputError, match="could not be loaded"):
        load(f"hf/{tmp_path}")


def test_without_transformers(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtra, match=r"hindmost\[vision,hf\]"):
        load("hf/anything")


EDGE = {"size": {"shortest_edge": 72}, "do_center_crop": True, "crop_size": {"height": 64, "width": 64}}
PROCESSORS = {  # class of transformers, what its file says, (resize, crop, squash) meant
    "squash": ("ViTImageProcessor", {}, (64, 64, True)),
    "crop": ("CLIPImageProcessor", EDGE, (72, 64, False)),
    "crop by share": ("ConvNextImageProcessor", {"size": {"shortest_edge": 64}, "crop_pct": 0.875}, (73, 64, False)),
    "scaled twice": ("EfficientNetImageProcessor", {"include_top": True}, (64, 64, True)),
    "old words": ("ViTImageProcessor", {"size": 64}, (64, 64, False)),
    "raw": ("ViTImageProcessor", {"do_normalize": False}, (64, 64, True)),
}


@pytest.mark.parametrize("kind", PROCESSORS)
def test_the_words_of_an_image_processor(kind):
    stem, changes, meant = PROCESSORS[kind]
    said = {**PROCESSOR, "image_processor_type": stem, **changes}
    cfg = data_config("a model", said)
    p = preprocessing_for(cfg, preset="timm")
    assert (p.resize, p.crop, p.squash, p.interpolation) == (*meant, "bicubic")
    processor = getattr(import_transformers(), stem)(**{key: value for key, value in said.items() if key[0] != "_"})
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    done = processor(pixels, return_tensors="np", do_resize=False, do_center_crop=False)
    oracle = np.asarray(done["pixel_values"])[0]
    found = ((pixels / 255 - np.array(p.mean)) / np.array(p.std)).transpose(2, 0, 1)
    np.testing.assert_allclose(found, oracle, atol=1e-4)  # float32 of their division


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"do_flip_channel_order": True}, "red and blue"),
        ({"rescale_factor": 1 / 127.5}, "divide pixels by 255"),
        ({"do_rescale": False}, "divide pixels by 255"),
        ({"rescale_offset": True}, "shifts pixels"),
        ({"size": None}, "says no size"),
        ({"size": {"height": 32, "width": 64}}, "32 x 64"),
        ({"do_center_crop": True, "crop_size": 80}, "crops 80 pixels of 64"),
    ],
)
def test_what_hindmost_does_not_do_to_pixels_is_refused(changes, words):
    with pytest.raises(InputError, match=words):
        data_config("a model", {**PROCESSOR, **changes})


def test_another_interpolation_is_refused_only_where_it_would_be_used():
    cfg = data_config("a model", {**PROCESSOR, "resample": 0})
    assert preprocessing_for(cfg).interpolation == "bilinear"
    with pytest.raises(InputError, match="resizes by 'nearest'"):
        preprocessing_for(cfg, preset="timm")
