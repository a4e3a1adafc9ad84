"""Worlds at the edge of what the label-budget curve claims, on either side of it, and of a shape that no family has."""

from __future__ import annotations

from collections.abc import Iterator

from _verdict_curves import CurveWorld
from _verdict_shapes import Shape

TARGET = 0.80
SIZES = ((20, 150), (60, 150), (60, 500), (200, 500), (200, 2000))  # images and test rows of each group
BUDGET = 500
HIGH = Shape("flat", 0.93)
EDGE = {
    "flat": ("flat", 0.55, 0.5),
    "root": ("power", 0.55, 0.5),
    "slow": ("power", 0.55, 0.25),
    "discriminant": ("discriminant", 0.55, 0.5),
    "exponential": ("exponential", 0.55, 15.0),
}


def horizon() -> Iterator[CurveWorld]:
    """The true curve is at the target, or beside it, at the horizon: HM013 must not be found where it is reached."""
    for images, test in SIZES:
        at = max(10 * images, BUDGET)
        for name in EDGE:
            shape = _edge(name, TARGET, at)
            yield CurveWorld(f"{name} to the target, {images} images, {test} rows", (shape,) * 4, images, test)
    for images, test in ((60, 500), (200, 2000)):
        size, at = f"{images} images, {test} rows", max(10 * images, BUDGET)
        for name in ("flat", "root"):
            one = _edge(name, TARGET, at)
            yield CurveWorld(f"{name} to the target in one group, {size}", (HIGH, HIGH, one, HIGH), images, test)
        late = Shape("late", TARGET, at, start=0.60, pace=2.0 * images)
        yield CurveWorld(f"late to the target, {size}", (late,) * 4, images, test)
        for value in (0.82, 0.78, 0.70, 0.60):
            for name in ("flat", "root"):
                shape = _edge(name, value, at)
                yield CurveWorld(f"{name} to {value:.0%} at the horizon, {size}", (shape,) * 4, images, test)


def budget() -> Iterator[CurveWorld]:
    """The true curve arrives at the target, or beside it, with as many images as could be had: HM014's edge."""
    for images, test in ((20, 500), (60, 500), (200, 2000)):
        size = f"{images} images, {test} rows"
        for value in (0.70, 0.78, TARGET, 0.82, 0.90):
            for name in ("root", "discriminant"):
                shape = _edge(name, value, BUDGET)
                yield CurveWorld(f"{name} to {value:.0%} at the budget, {size}", (shape,) * 4, images, test)
        one = _edge("root", 0.90, BUDGET)
        yield CurveWorld(f"root to 90% at the budget in one group, {size}", (HIGH, HIGH, one, HIGH), images, test)
        there = Shape("power", 0.82, images, 0.55, 0.5)
        yield CurveWorld(f"the head is at 82%, and rises, {size}", (there,) * 4, images, test)


def _edge(name: str, value: float, at: float) -> Shape:
    kind, start, pace = EDGE[name]
    return Shape(kind, value, at, start, pace)  # type: ignore[arg-type]


def cells() -> Iterator[CurveWorld]:
    """All of them."""
    yield from horizon()
    yield from budget()


def on_an_edge(world: CurveWorld) -> bool:
    """Does the worst group meet the target exactly at the horizon, or exactly at the label budget?"""
    return on_the_bound(world) or _at_target(world, max(world.policy.label_budget, world.images))


def on_the_bound(world: CurveWorld) -> bool:
    """Exactly at the horizon: there HM013 is to keep its level."""
    return _at_target(world, world.horizon)


def _at_target(world: CurveWorld, images: int) -> bool:
    return abs(world.worst_at(images) - TARGET) < 1e-9
