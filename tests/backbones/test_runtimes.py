"""Laws of every runtime: the same numbers as eager float32, whatever lies around a row."""

import importlib
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hindmost.backbones import runtimes
from hindmost.backbones.runtimes import ABOUT, RUNTIMES, on_runtime
from hindmost.core.errors import InputError, MissingExtra

HERE = Path(__file__).parent
NAMES = ("test_resnet", "test_efficientnet", "test_vit", "test_convnext", "torchvision/resnet18")


@pytest.mark.parametrize("key", RUNTIMES)
def test_keys_and_files_agree(key):
    assert RUNTIMES[key] == f"hindmost.backbones.runtimes.{key}:engine"
    assert (Path(runtimes.__file__).parent / f"{key}.py").is_file()
    assert key in ABOUT


def test_the_registry_loads_no_runtime():
    code = "import hindmost.backbones.runtimes, sys; print([n for n in ('torch', 'openvino') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@cache
def tiny(name="test_resnet"):
    pytest.importorskip("torch")
    from hindmost.backbones.architecture import untrained
    from hindmost.backbones.build import build
    from hindmost.backbones.preprocessing import preprocessing_for

    network = untrained(name, 3)
    side = 160 if "vit" in name else 64
    return build(name, network, preprocessing_for(network.model_cfg, input_size=side, longest_side=side), "a test")


@cache
def on(name, runtime, dtype="float32"):
    if runtime == "openvino":
        pytest.importorskip("openvino")
    if runtime == "openvino" and dtype == "bfloat16":
        from hindmost.training.precision import computes_in_bfloat16

        if not computes_in_bfloat16():
            pytest.skip("this processor does not compute in bfloat16, and OpenVINO refuses to pretend")
    return on_runtime(tiny(name), runtime, dtype)


def noise(backbone, n, seed=0):
    side = backbone.preprocessing.crop
    return np.random.default_rng(seed).integers(0, 256, (n, side, side, 3), dtype=np.uint8)


def eager(backbone):
    """The network as loaded, in float32, with plain normalising: what peers compute."""
    import torch

    from hindmost.core.features import Embedded

    p = backbone.preprocessing

    def embed(pixels):
        x = torch.from_numpy(((pixels / 255.0 - np.array(p.mean)) / np.array(p.std)).transpose(0, 3, 1, 2)).float()
        with torch.inference_mode():
            return Embedded(backbone.cut(backbone.module, x)[0].numpy(), backbone.module(x).numpy())

    return embed


@pytest.mark.vision
@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("name", NAMES)
def test_float32_is_eager_float32_in_another_order(name, runtime):
    from hindmost.backbones.runtimes.fidelity import fidelity

    backbone = on(name, runtime)
    found = fidelity(eager(backbone), backbone.embed, [noise(backbone, 10)])
    assert found.n == 10
    assert found.cosine_min >= 0.99999
    assert found.flipped_sure == 0


@pytest.mark.vision
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_row_depends_on_nothing_around_it(runtime, dtype):
    backbone = on("test_resnet", runtime, dtype)
    pixels = noise(backbone, 19)  # no multiple of a pass
    whole = backbone.embed(pixels, maps=True)
    assert whole.X.shape == (19, backbone.n_features)
    assert whole.maps.shape[:2] == whole.X.shape
    for rows in ([0], [18, 3], list(range(5, 14))):
        part = backbone.embed(pixels[rows])
        assert part.maps is None
        np.testing.assert_array_equal(part.X, whole.X[rows])  # every bit: each pass has one shape and one thread
        np.testing.assert_array_equal(part.logits, whole.logits[rows])
        np.testing.assert_array_equal(backbone.embed(pixels[rows], maps=True).maps, whole.maps[rows])


@pytest.mark.vision
@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("name", ["test_efficientnet", "test_vit"])
def test_the_number_of_cores_changes_no_bit(name, runtime):
    import torch

    backbone = on(name, runtime)
    pixels, before = noise(backbone, 16), torch.get_num_threads()
    try:
        torch.set_num_threads(3 if before < 3 else 1)
        other = on_runtime(tiny(name), runtime)
        assert other.engine.workers != backbone.engine.workers
        np.testing.assert_array_equal(other.embed(pixels).X, backbone.embed(pixels).X)
    finally:
        torch.set_num_threads(before)
    assert other.describe() == backbone.describe()


@pytest.mark.vision
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_mean_of_the_maps_is_the_feature(runtime):
    backbone = on("torchvision/resnet18", runtime)
    found = backbone.embed(noise(backbone, 6), maps=True)
    assert found.maps.dtype == np.float32
    # one mean over a few cells, summed in another order
    np.testing.assert_allclose(found.maps.mean(axis=(2, 3)), found.X, atol=1e-5 * np.abs(found.X).max())
    deep = on("mobilenetv3_small_050", runtime)
    with pytest.raises(InputError, match="has no maps"):
        deep.embed(noise(deep, 1), maps=True)


@pytest.mark.vision
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_bfloat16_is_close_and_not_the_same(runtime):
    from hindmost.backbones.runtimes.fidelity import fidelity

    backbone = on("test_resnet", runtime, "bfloat16")
    found = fidelity(tiny("test_resnet").embed, backbone.embed, [noise(backbone, 12)])
    assert 0.99 < found.cosine_min < 1 - 1e-9  # 8 significant bits: about 0.4 % a number, averaged over layers
    assert found.largest_logit_difference > 0
    assert backbone.describe()["dtype"] == "bfloat16"
    assert backbone.embed(noise(backbone, 1)).X.dtype == np.float32


@pytest.mark.vision
def test_passes_at_once_do_not_hear_each_other():
    """A cut by hooks records tensors of the module it hangs on: one pass must not find another's there."""
    backbone = on("torchvision/resnet18", "torch")
    batches = [noise(backbone, 9, seed) for seed in range(6)]
    alone = [backbone.embed(batch).X for batch in batches]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda batch: backbone.embed(batch).X, batches))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.vision
def test_torch_keeps_its_threads_for_others():
    import torch

    before = torch.get_num_threads()
    backbone = on_runtime(tiny(), "torch")
    backbone.embed(noise(backbone, 3))
    seen = []
    thread = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert (torch.get_num_threads(), seen) == (before, [before])
    assert backbone.engine._run._pool.submit(torch.get_num_threads).result() == 1


@pytest.mark.vision
def test_descriptions_are_plain_and_tell_runtimes_and_dtypes_apart():
    described = [on_runtime(tiny(), "torch", dtype).describe() for dtype in ("float32", "bfloat16")]
    described.append(on("test_resnet", "openvino").describe())
    assert all(isinstance(value, str | int) for one in described for value in one.values())
    assert len({tuple(sorted(one.items())) for one in described}) == 3
    assert described[2]["runtime"].startswith("openvino 20")


@pytest.mark.vision
def test_a_batch_keeps_every_core_busy():
    backbone = tiny()
    for workers in (1, 2, 7, 48):
        backbone.engine.workers, before = workers, backbone.engine.workers
        batch, at_once = backbone.batch, backbone.engine.size * workers
        backbone.engine.workers = before
        assert batch % at_once == 0
        assert batch >= max(64, 2 * at_once)


def test_names_that_are_not_known_are_refused():
    with pytest.raises(InputError, match=r"one of torch, openvino, but 'onnx'"):
        on_runtime(None, "onnx")
    with pytest.raises(InputError, match=r"float32 or bfloat16, but 'int8'"):
        on_runtime(None, "torch", "int8")


@pytest.mark.vision
def test_a_missing_openvino_names_the_remedy(monkeypatch):
    pytest.importorskip("torch")
    imports = importlib.import_module("hindmost.backbones.runtimes._openvino")

    def absent(name):
        raise ModuleNotFoundError(f"No module named '{name}'", name=name)

    monkeypatch.setattr(imports, "import_module", absent)
    with pytest.raises(MissingExtra, match=r'pip install "hindmost\[openvino\]", or choose the runtime torch'):
        on_runtime(tiny(), "openvino")


@pytest.mark.vision
def test_openvino_that_computes_another_function_or_dtype_is_refused(monkeypatch):
    pytest.importorskip("openvino")
    engines = importlib.import_module("hindmost.backbones.runtimes.openvino")
    whole, side = tiny().whole, tiny().preprocessing.crop

    class Wrong:
        def __init__(self, make, size, workers):
            pass

        def __call__(self, pixels, maps):
            found = tiny().embed(pixels)
            return replace(found, X=found.X * 1.01)

    monkeypatch.setattr(engines, "SideBySide", Wrong)
    with pytest.raises(InputError, match="does not give its outputs"):
        engines.engine(whole, side, "float32")
    monkeypatch.setattr(engines, "HINTS", {"float32": "float33"})
    with pytest.raises(InputError, match=r"OpenVINO cannot run this network: .* Choose the runtime torch"):
        engines.engine(whole, side, "float32")
    with pytest.raises(InputError, match="computes in f32 on this processor, but bf16 was asked"):
        engines._check_precision("f32", "bf16")
    engines._check_precision("bf16", "bf16")


def test_openvino_tells_nobody():
    pytest.importorskip("openvino")
    code = (
        "import sys, warnings; warnings.simplefilter('ignore')\n"
        "from hindmost.backbones.runtimes._openvino import import_openvino\n"
        "import_openvino()\n"
        "stub = sys.modules['openvino.tools.ovc.telemetry_utils'].tm.__name__\n"
        "print(stub, any(name.startswith('openvino_telemetry') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["openvino.tools.ovc.telemetry_stub", "False"]
