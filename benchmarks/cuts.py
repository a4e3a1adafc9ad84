"""The cut of one network of every family: found and checked in numbers, or refused with the reason.

Run: python benchmarks/cuts.py [--most-millions 30] [-o FILE.csv]
Each family gives one of its small networks (the least weights among the eight whose names promise it), fresh, at its
own size. Columns: what the network's own output
differs by from head(features), as a share of its largest value; whether there are maps, else why not.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
import warnings
from collections.abc import Iterator

import numpy as np
import torch

from hindmost.backbones import _timm
from hindmost.backbones.architecture import untrained
from hindmost.backbones.attended import Attended
from hindmost.backbones.build import build
from hindmost.backbones.preprocessing import preprocessing_for
from hindmost.core.errors import InputError

SMALL = ("atto", "femto", "pico", "nano", "tiny", "_ti", "xxs", "xx_small", "_xs", "small", "_s", "_t", "_b0", "_a0",
         "_00", "_02", "_03", "_05", "10", "14", "18", "26")  # fmt: skip
COLUMNS = ("family", "network", "millions", "side", "features", "head_off", "maps_off", "verdict", "seconds")


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--most-millions", type=float, default=30, help="leave out families whose smallest is larger")
    read.add_argument("--most-side", type=int, default=256, help="leave out families that read larger images")
    read.add_argument("-o", type=argparse.FileType("w"), default=sys.stdout)
    given = read.parse_args()
    table = csv.DictWriter(given.o, COLUMNS, lineterminator="\n")
    table.writeheader()
    for family, name, millions in [*timm_families(given.most_side), *torchvision_families()]:
        if millions <= given.most_millions:
            table.writerow({"family": family, "network": name, "millions": f"{millions:.1f}", **judged(name)})
            given.o.flush()


def timm_families(most_side: int) -> Iterator[tuple[str, str, float]]:
    """Family, a small network of it, and that network's millions of weights."""
    timm = _timm.import_timm()
    for family in timm.list_modules():
        fitting = [name for name in timm.list_models(module=family) if side(timm, name) <= most_side]
        promising = sorted(fitting, key=lambda name: not any(word in name for word in SMALL))[:8]
        sized = [(weights(name), name) for name in promising]
        if sized:
            count, name = min(sized)
            yield family, name, count


def side(timm: object, name: str) -> int:
    config = timm.get_pretrained_cfg(name)  # type: ignore[attr-defined]
    return 224 if config is None else int(config.input_size[-1])


def weights(name: str) -> float:
    """Millions of weights, without making them."""
    try:
        with torch.device("meta"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = _timm.import_timm().create_model(name)
    except (RuntimeError, NotImplementedError, TypeError, ValueError):  # some cannot be made of nothing
        return float("inf")
    return float(sum(part.numel() for part in module.parameters()) / 1e6)


def torchvision_families() -> Iterator[tuple[str, str, float]]:
    models = _timm.import_torchvision().models
    seen: set[str] = set()
    listed = models.list_models(module=models)
    for name in sorted(listed, key=lambda name: models.get_model_weights(name).DEFAULT.meta["num_params"]):
        family = models.get_model_builder(name).__module__.rpartition(".")[2]
        if family not in seen:
            seen.add(family)
            count = models.get_model_weights(name).DEFAULT.meta["num_params"] / 1e6
            yield f"torchvision {family}", f"torchvision/{name}", count


def judged(name: str) -> dict[str, object]:
    """What ``build`` finds of a fresh network of three classes, checked on another batch."""
    start = time.perf_counter()
    try:
        network = untrained(name, 3)
        backbone = build(name, network, preprocessing_for(network.model_cfg), "benchmark")
    except InputError as error:
        return {"verdict": f"refused: {error}", "seconds": f"{time.perf_counter() - start:.1f}"}
    p = backbone.preprocessing
    pixels = np.random.default_rng(1).integers(0, 256, (2, p.crop, p.crop, 3), dtype=np.uint8)
    x = torch.from_numpy(((pixels / 255 - np.array(p.mean)) / np.array(p.std)).transpose(0, 3, 1, 2)).float()
    with torch.inference_mode():
        own = backbone.module(x).numpy()
        features, before = backbone.cut(backbone.module, x)
        spread = backbone.whole.maps
        maps = None if spread is None else spread(backbone.module, before, features).numpy()
        sums = features
        if isinstance(spread, Attended):
            whole, rest = spread.along(backbone.module, before, (1, 0))
            sums = whole - rest
    return {
        "side": p.crop,
        "features": backbone.n_features,
        "head_off": f"{off(backbone.head.logits(features.numpy()), own):.1e}",
        "maps_off": "" if maps is None else f"{off(maps.mean(axis=(2, 3)), sums.numpy()):.1e}",
        "verdict": f"no maps: {backbone.maps_reason}" if spread is None else spread.describe().get("maps", "maps"),
        "seconds": f"{time.perf_counter() - start:.1f}",
    }


def off(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).max() / np.abs(b).max())


if __name__ == "__main__":
    main()
