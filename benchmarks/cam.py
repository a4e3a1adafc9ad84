"""The closed-form map against pytorch-grad-cam: the same numbers, and the time an image and head.

    python -m pip install grad-cam
    python benchmarks/cam.py [--images 64] [--heads 10] [-o TABLE.md]

Fresh weights, one machine, one run, all cores for both. Both see the same images and heads. Grad-CAM's raw map is
taken before its ReLU, resizing and scaling; times ``h w`` it must be the map of the margin. Its time is that of its
whole call, as anyone would make it, one head after another, 16 images a call, with one warm-up call. Ours is the pass
through the network with its maps, on each runtime, and the maps of all heads, also after one warm-up call.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch

from hindmost.backbones import _timm
from hindmost.backbones.architecture import untrained
from hindmost.backbones.backbone import Backbone
from hindmost.backbones.build import build
from hindmost.backbones.preprocessing import preprocessing_for
from hindmost.backbones.runtimes import on_runtime
from hindmost.backbones.runtimes.whole import normalised
from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray
from hindmost.evals.cam import margin_maps

_timm.import_timm()  # before pytorch_grad_cam: it imports torchvision
from pytorch_grad_cam import GradCAM  # noqa: E402

BATCH = 16
RUNTIMES = ("torch", "openvino")
NETWORKS = {"resnet50": "layer4", "tf_efficientnet_lite0": "bn2"}  # name: the module whose output is pooled


class RawGradCAM(GradCAM):
    """Grad-CAM that keeps its raw map."""

    def get_cam_image(self, *args: Any, **options: Any) -> FloatArray:
        self.raw = super().get_cam_image(*args, **options)
        return self.raw


@dataclass(frozen=True)
class Margin:
    """A target of pytorch-grad-cam: logit of one class minus that of another."""

    y: int
    rival: int

    def __call__(self, logits: torch.Tensor) -> torch.Tensor:
        return logits[self.y] - logits[self.rival]


def main() -> None:
    """Compare every network, print and write."""
    options = _options()
    lines = [
        "| network | runtime | largest difference, of the largest value | pytorch-grad-cam, ms an image and head "
        "| hindmost | times |",
        "|---|---|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for name in NETWORKS:
        for line in _compare(name, options.images, options.heads):
            lines.append(line)
            print(line, flush=True)
    if options.out is not None:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _compare(name: str, n: int, n_heads: int) -> Iterator[str]:
    """One line a runtime."""
    network = untrained(name, 3)
    backbone = build(name, network, preprocessing_for(network.model_cfg), "a benchmark")
    rng, side = np.random.default_rng(0), backbone.preprocessing.crop
    pixels = rng.integers(0, 256, (n, side, side, 3), dtype=np.uint8)
    heads = [Head(0.1 * rng.normal(size=(3, backbone.n_features)), np.zeros(3)) for _ in range(n_heads)]
    y = rng.integers(3, size=n)
    rival = (y + 1) % 3
    moved = {runtime: on_runtime(backbone, runtime, "float32") for runtime in RUNTIMES}
    theirs, seconds = _grad_cam(backbone, network.classifier, NETWORKS[name], pixels, heads, (y, rival))
    for runtime, one in moved.items():
        ours, own = _closed_form(one, pixels, heads, (y, rival))
        off = np.abs(ours.shape[2] * ours.shape[3] * theirs - ours).max() / np.abs(ours).max()
        each, mine = 1000 * seconds / (n * n_heads), 1000 * own / (n * n_heads)
        yield f"| {name} | {runtime} | {off:.1e} | {each:.1f} | {mine:.2f} | {seconds / own:.0f} |"


def _closed_form(
    backbone: Backbone, pixels: np.ndarray, heads: list[Head], classes: tuple[IntArray, IntArray]
) -> tuple[FloatArray, float]:
    size = backbone.batch

    def run() -> FloatArray:
        parts = [backbone.embed(pixels[at : at + size], maps=True).maps for at in range(0, len(pixels), size)]
        return margin_maps(np.concatenate([part for part in parts if part is not None]), heads, *classes)

    run()
    start = time.perf_counter()
    return run(), time.perf_counter() - start


def _grad_cam(
    backbone: Backbone,
    classifier: str,
    layer: str,
    pixels: np.ndarray,
    heads: list[Head],
    classes: tuple[IntArray, IntArray],
) -> tuple[FloatArray, float]:
    x = normalised(torch.from_numpy(pixels), backbone.preprocessing)
    targets = [Margin(*pair) for pair in zip(*(each.tolist() for each in classes), strict=True)]
    last, drawn = backbone.module.get_submodule(classifier), []
    with RawGradCAM(model=backbone.module, target_layers=[backbone.module.get_submodule(layer)]) as cam:
        cam(input_tensor=x[:BATCH], targets=targets[:BATCH])
        start = time.perf_counter()
        for head in heads:
            with torch.no_grad():
                last.weight.copy_(torch.from_numpy(head.coef))
            for at in range(0, len(x), BATCH):
                cam(input_tensor=x[at : at + BATCH], targets=targets[at : at + BATCH])
                drawn.append(cam.raw)
        seconds = time.perf_counter() - start
    raw = np.concatenate(drawn).astype(np.float64)
    return raw.reshape(len(heads), len(x), *raw.shape[1:]), seconds


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--heads", type=int, default=10)
    parser.add_argument("-o", "--out", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
