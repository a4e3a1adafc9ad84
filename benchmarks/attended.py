"""Maps of features that attention gathers: their time, and by how much their sum misses at several numbers of points.

    python benchmarks/attended.py PHOTOGRAPHS [--images 16] [-o TABLE.md]

PHOTOGRAPHS is a folder with JPEGs at any depth. Random weights of deviation 2 / sqrt(inputs): fresh ones are so small
that what follows the attention is nearly linear. One thread of torch, the better of two passes after one that is not
counted. Missed: the largest difference of the mean over cells from what the places bring, of its largest value.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from hindmost.backbones.architecture import untrained
from hindmost.backbones.attended import Attended
from hindmost.backbones.backbone import Backbone
from hindmost.backbones.build import build
from hindmost.backbones.preprocessing import preprocessing_for
from hindmost.backbones.runtimes.whole import normalised

NETWORKS = ("vit_small_patch16_224", "vit_tiny_patch16_224")
POINTS = (1, 2, 4, 8)


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("photographs", type=Path)
    read.add_argument("--images", type=int, default=16)
    read.add_argument("-o", type=argparse.FileType("w"), default=sys.stdout)
    given = read.parse_args()
    torch.set_num_threads(1)
    pixels = photographs(given.photographs, given.images)
    print("| network | plain pass | with maps |", " | ".join(f"missed by {n}" for n in POINTS), "|", file=given.o)
    print("|---" * (3 + len(POINTS)), "|", sep="", file=given.o)
    for name in NETWORKS:
        backbone = lived_in(name)
        plain, mapped = (best(backbone, pixels, maps) for maps in (False, True))
        told = " | ".join(f"{one:.1e}" for one in missed(backbone, pixels))
        print(f"| {name} | {plain:.0f} ms | {mapped:.0f} ms | {told} |", file=given.o)


def photographs(folder: Path, n: int) -> np.ndarray:
    """The first JPEGs of a folder by path, squashed to 224 pixels."""
    found = sorted(folder.rglob("*.jpg"))[:n]
    return np.stack([np.asarray(Image.open(path).convert("RGB").resize((224, 224))) for path in found])


def lived_in(name: str) -> Backbone:
    network, generator = untrained(name, 2), torch.Generator().manual_seed(1)
    for path, weights in network.module.named_parameters():
        if weights.ndim > 1:
            nn.init.normal_(weights, std=2 / weights[0].numel() ** 0.5, generator=generator)
        elif path.endswith("weight"):
            nn.init.uniform_(weights, 0.5, 1.5, generator=generator)
        else:
            nn.init.normal_(weights, std=0.3, generator=generator)
    return build(name, network, preprocessing_for(network.model_cfg), "benchmark")


def best(backbone: Backbone, pixels: np.ndarray, maps: bool) -> float:
    """Milliseconds an image."""
    backbone.embed(pixels, maps=maps)
    taken = []
    for _ in range(2):
        start = time.perf_counter()
        backbone.embed(pixels, maps=maps)
        taken.append(time.perf_counter() - start)
    return 1000 * min(taken) / len(pixels)


def missed(backbone: Backbone, pixels: np.ndarray) -> Iterator[float]:
    attended, body = backbone.whole.maps, backbone.whole.body
    assert isinstance(attended, Attended)
    with torch.inference_mode():
        features, before = backbone.cut(body, normalised(torch.from_numpy(pixels), backbone.preprocessing))
        assert before is not None
        whole, rest = attended.along(body, before, (1, 0))
        for steps in POINTS:
            mean = replace(attended, steps=steps)(body, before, features).mean(dim=(2, 3))
            yield float((mean - (whole - rest)).abs().max() / (whole - rest).abs().max())


if __name__ == "__main__":
    main()
