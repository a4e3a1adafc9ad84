"""Step: choose the few images that the report shows, and what is drawn over them."""

from __future__ import annotations

import base64
from collections.abc import Callable

import numpy as np

from hindmost.core.features import Features
from hindmost.core.head import Predictor, margins, runner_up
from hindmost.core.rows import Rows
from hindmost.core.tables import Thumbnail
from hindmost.pipeline._maps import Maps

MOST = 24  # images in an audit
BESIDE_FEATURES = 12  # of them for the groups, where images that excite features are shown too


def choose(
    features: Features, heads: dict[str, Predictor], maps: Maps, pair: tuple[str, str], *, most: int = MOST
) -> np.ndarray:
    """Up to ``most`` entries of the maps, shared by the groups: fixed and broken ones first, then the others.

    ``pair`` names the baseline and the head that is compared with it.
    """
    rows = features.rows.take(maps.positions)
    X = features.X[maps.positions]
    before, after = (heads[name].predict(X) == rows.y for name in pair)
    changed = before != after
    groups = np.unique(rows.group)
    share = max(1, most // max(1, len(groups)))
    picked = []
    for g in groups[:most]:
        members = np.flatnonzero(rows.group == g)
        kinds = [members[(before != after)[members] & after[members]], members[changed[members] & before[members]]]
        some = np.concatenate([kind[: share // 3] for kind in kinds])
        rest = members[~np.isin(members, some)]
        picked.append(np.concatenate([some, rest[: share - len(some)]]))
    return np.concatenate([*picked, np.empty(0, dtype=np.int64)]).astype(np.int64)


def thumbnails(
    features: Features,
    heads: dict[str, Predictor],
    maps: Maps,
    chosen: np.ndarray,
    baseline: str,
    jpeg: Callable[[int], bytes],
) -> tuple[Thumbnail, ...]:
    """The chosen images with the raw maps and margins of every head."""
    rows = features.rows.take(maps.positions[chosen])
    X = features.X[maps.positions[chosen]]
    rival = runner_up(heads[baseline].logits(X), rows.y)
    shown = {name: margins(head.logits(X), rows.y, rival) for name, head in heads.items()}
    return tuple(
        Thumbnail(
            id=str(rows.ids[i]),
            group=rows.naming.groups[rows.group[i]],
            jpeg=base64.b64encode(jpeg(int(maps.positions[entry]))).decode(),
            mask=grid(maps.masks[entry]) if maps.has_mask[entry] else None,
            maps={name: grid(drawn[entry]) for name, drawn in maps.by_head.items()},
            margins={name: round(float(values[i]), 6) for name, values in shown.items()},
        )
        for i, entry in enumerate(chosen)
    )


def bare_thumbnail(rows: Rows, position: int, mask: np.ndarray | None, jpeg: Callable[[int], bytes]) -> Thumbnail:
    """An image that is shown for another reason than what the heads say of it: without their maps."""
    return Thumbnail(
        id=str(rows.ids[position]),
        group=rows.naming.groups[rows.group[position]],
        jpeg=base64.b64encode(jpeg(position)).decode(),
        mask=None if mask is None else grid(mask),
        maps={},
        margins={},
    )


def grid(values: np.ndarray) -> tuple[tuple[float, ...], ...]:
    """Cells as plain numbers, to six decimals."""
    return tuple(tuple(round(float(v), 6) for v in line) for line in values)
