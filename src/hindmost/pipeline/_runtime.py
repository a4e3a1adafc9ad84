"""Step: what computes the forward pass, chosen once per cache, and what another number format costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from hindmost.core import fingerprint
from hindmost.core.errors import InputError
from hindmost.core.policy import Policy
from hindmost.core.sample import sample_per_group
from hindmost.datasets.decode import load_pixels
from hindmost.features.choice import choice
from hindmost.pipeline._data import Input, images_of
from hindmost.pipeline._network import Network
from hindmost.pipeline._recipe import Recipe, moved
from hindmost.pipeline.options import ModelOptions, Talk, cache_folder

if TYPE_CHECKING:
    from hindmost.backbones.backbone import Backbone
    from hindmost.backbones.runtimes.choose import RuntimeChoice

SAMPLE_PER_GROUP = 32  # test images of each group that are computed both ways
BATCH = 32


def running(network: Network, options: ModelOptions, talk: Talk) -> Network:
    """The same network, and its early self, on the runtime that was asked for or is fastest here."""
    from hindmost.backbones.runtimes import on_runtime

    chosen = _chosen(network.backbone, options)
    talk.notice(f"Runtime: {chosen.runtime} {chosen.dtype} ({chosen.why})")
    move: Callable[[Backbone], Backbone] = lambda one: on_runtime(one, chosen.runtime, options.dtype)  # noqa: E731
    there: Callable[[Recipe], Recipe] = lambda one: partial(moved, one, chosen.runtime, options.dtype)  # noqa: E731
    network = replace(network, backbone=move(network.backbone), recipe=there(network.recipe))
    if network.early is None or network.early_recipe is None:
        return network
    return replace(network, early=move(network.early), early_recipe=there(network.early_recipe))


def _chosen(backbone: Backbone, options: ModelOptions) -> RuntimeChoice:
    """Measured once per cache for this network, size and number format, then kept."""
    from hindmost.backbones.runtimes.choose import RuntimeChoice, choose_runtime

    if options.runtime != "auto":
        return choose_runtime(backbone, options.runtime, options.dtype)
    about = [backbone.name, backbone.preprocessing.crop, options.dtype, backbone.describe()]
    name = f"runtime-{fingerprint.of_json(about)[:16]}"
    recorded = choice(
        cache_folder() / "features", name, lambda: choose_runtime(backbone, "auto", options.dtype).plain()
    )
    return RuntimeChoice.of_plain(recorded)


def measure_fidelity(given: Input, backbone: Backbone, seed: int) -> dict[str, Any] | None:
    """What a number format other than float32 changes, on a sample of the test rows; None for float32."""
    if backbone.describe()["dtype"] == "float32":
        return None
    from hindmost.backbones.runtimes import on_runtime
    from hindmost.backbones.runtimes.fidelity import fidelity, worst_group_change

    images, rows = images_of(given.dataset), given.dataset.rows
    chosen = sample_per_group(rows.group, rows.mask("test"), SAMPLE_PER_GROUP, np.random.default_rng(seed))
    pixels = np.stack([load_pixels(images.root / str(images.files[i]), backbone.preprocessing) for i in chosen])
    parts = [pixels[start : start + BATCH] for start in range(0, len(pixels), BATCH)]
    exact = on_runtime(backbone, "torch", "float32")
    found = fidelity(exact.embed, backbone.embed, parts)
    said = [np.concatenate([_classes(one, part) for part in parts]) for one in (exact, backbone)]
    sample = rows.take(chosen)
    change = worst_group_change(*said, y=sample.y, group=sample.group, n_groups=rows.n_groups)
    return {**asdict(found), "flipped_share": found.flipped_share, "worst_group_change": change.change}


def check_fidelity(found: dict[str, Any] | None, policy: Policy) -> None:
    """Raise InputError where more predictions flip than the policy tolerates."""
    if found is not None and found["flipped_share"] > policy.flip_tolerance:
        raise InputError(
            f"This number format flips {found['flipped']} of {found['n']} predictions against float32 "
            f"({found['flipped_share']:.1%}), the policy tolerates {policy.flip_tolerance:.1%}. "
            "Leave out --dtype, or set flip_tolerance in the policy."
        )


def _classes(backbone: Backbone, pixels: np.ndarray) -> np.ndarray:
    logits = backbone.embed(pixels).logits
    assert logits is not None
    return np.asarray(logits.argmax(axis=1))
