"""Draws what a picture shows, as plain numbers, before any pixel is painted."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

Bench: TypeAlias = Literal["wood", "concrete", "rubber", "steel", "conveyor"]
Shape: TypeAlias = Literal["disc", "ring", "nut", "plate", "bracket", "gear"]
Finish: TypeAlias = Literal["brushed", "turned", "cast"]
Flaw: TypeAlias = Literal["scratch", "dent", "chip", "crack"]

BENCHES: tuple[Bench, ...] = ("wood", "concrete", "rubber", "steel", "conveyor")
SHAPES: tuple[Shape, ...] = ("disc", "ring", "nut", "plate", "bracket", "gear")
FINISHES: tuple[Finish, ...] = ("brushed", "turned", "cast")
FLAWS: tuple[Flaw, ...] = ("scratch", "dent", "chip", "crack")


@dataclass(frozen=True)
class Part:
    """A metal part: what it is and how it lies. Lengths are fractions of the side."""

    shape: Shape
    finish: Finish
    metal: int  # index into the table of metals
    x: float
    y: float
    radius: float
    angle: float
    tilt: float  # 1 seen from straight above, less when foreshortened
    seed: int


@dataclass(frozen=True)
class Defect:
    """What is wrong with the part. ``place`` in [0, 1) picks a pixel of the part's surface."""

    flaw: Flaw
    place: float
    angle: float
    length: float
    seed: int


@dataclass(frozen=True)
class Box:
    """The blue box that the part lies in."""

    dx: float  # its centre from the part's
    dy: float
    width: float
    height: float
    angle: float
    hue: float
    shade: float


@dataclass(frozen=True)
class Surroundings:
    """Everything that the control redraws: the patch of bench, the clutter, the box's looks."""

    bench: Bench
    tone: float
    bench_seed: int
    clutter: int
    clutter_seed: int
    box: Box


@dataclass(frozen=True)
class Camera:
    """Light and sensor."""

    light: float  # direction that the light comes from, radians
    falloff: float
    exposure: float
    warmth: float
    softness: float
    noise: float
    noise_seed: int
    quality: int  # of the JPEG


@dataclass(frozen=True)
class Scene:
    """One photograph. The defect and the box are always drawn up, and shown or not."""

    part: Part
    defect: Defect
    surroundings: Surroundings
    camera: Camera
    defective: bool
    with_box: bool

    def twin(self) -> "Scene":
        """The same scene with the box added or removed."""
        return replace(self, with_box=not self.with_box)


def draw(seed: np.random.SeedSequence, *, defective: bool, with_box: bool) -> tuple[Scene, Scene]:
    """A scene and its control: the same but for redrawn surroundings of the same kind.

    The parameters depend on the seed alone, so class and cue leave no other trace in a scene.
    """
    rng = np.random.default_rng(seed)
    bench = BENCHES[rng.integers(len(BENCHES))]
    tone = rng.uniform(0.8, 1.15)
    scene = Scene(
        part=draw_part(rng),
        defect=draw_defect(rng),
        surroundings=draw_surroundings(rng, bench, tone),
        camera=draw_camera(rng),
        defective=defective,
        with_box=with_box,
    )
    return scene, replace(scene, surroundings=draw_surroundings(rng, bench, tone))


def draw_part(rng: np.random.Generator) -> Part:
    """A part somewhere near the middle of the picture."""
    return Part(
        shape=SHAPES[rng.integers(len(SHAPES))],
        finish=FINISHES[rng.integers(len(FINISHES))],
        metal=int(rng.integers(1 << 16)),
        x=rng.uniform(0.4, 0.6),
        y=rng.uniform(0.4, 0.6),
        radius=rng.uniform(0.27, 0.35),
        angle=rng.uniform(0, 2 * np.pi),
        tilt=rng.uniform(0.82, 1.0),
        seed=int(rng.integers(1 << 32)),
    )


def draw_defect(rng: np.random.Generator) -> Defect:
    """A flaw of any kind, anywhere on the part."""
    return Defect(
        flaw=FLAWS[rng.integers(len(FLAWS))],
        place=rng.uniform(),
        angle=rng.uniform(0, 2 * np.pi),
        length=rng.uniform(1.0, 1.35),
        seed=int(rng.integers(1 << 32)),
    )


def draw_surroundings(rng: np.random.Generator, bench: Bench, tone: float) -> Surroundings:
    """A patch of the given bench, some clutter, and a box around the part."""
    return Surroundings(
        bench=bench,
        tone=tone,
        bench_seed=int(rng.integers(1 << 32)),
        clutter=int(rng.integers(0, 5)),
        clutter_seed=int(rng.integers(1 << 32)),
        box=Box(
            dx=rng.uniform(-0.06, 0.06),
            dy=rng.uniform(-0.06, 0.06),
            width=rng.uniform(0.4, 0.48),
            height=rng.uniform(0.38, 0.46),
            angle=rng.uniform(-0.5, 0.5),
            hue=rng.uniform(-1, 1),
            shade=rng.uniform(0.75, 1.15),
        ),
    )


def draw_camera(rng: np.random.Generator) -> Camera:
    """Light from any side, and the wear and tear of a line camera."""
    return Camera(
        light=rng.uniform(0, 2 * np.pi),
        falloff=rng.uniform(0.0, 0.35),
        exposure=rng.uniform(0.8, 1.15),
        warmth=rng.uniform(-0.07, 0.07),
        softness=rng.uniform(0.0, 0.005),
        noise=rng.uniform(1.5, 7.0),
        noise_seed=int(rng.integers(1 << 32)),
        quality=int(rng.integers(72, 96)),
    )
