"""Extraction by Ray against this process on the same cores: images/s, seconds to start, and what a row costs more.

Ways, each in a process of its own and by turns, from JPEG files to shards on disk:

- local        ``fill`` with as many threads as there are cores
- ray Nx1      a local Ray cluster, one worker with one thread for each core
- ray 1xN      a local Ray cluster, one worker with all cores

"cpu" is the processor time of the processes that hold the network, without their start: it hardly feels other jobs.
"start" is from the call to the first finished shard; "rate" counts from there to the last shard but one. The store of
every way must be that of local, byte for byte. ``rows`` does the same with photographs of 192 bytes and a network that
costs nothing: what is left is the way of a row through files, Ray and the store.

Photographs are real where HINDMOST_REAL_DATA names them, with the network fine-tuned on them; generated elsewhere,
with EfficientNet-Lite0 as installed. (This file is not called ray.py: it would be imported in place of Ray.)

    python benchmarks/scale_out.py [--images N] [--rounds N]
    python benchmarks/scale_out.py rows [--images N] [--rounds N]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(os.environ["HINDMOST_REAL_DATA"]) / "waterbirds50" if "HINDMOST_REAL_DATA" in os.environ else None
CORES = os.cpu_count() or 1
WAYS = {"local": (0, CORES), f"ray {CORES}x1": (CORES, 1), f"ray 1x{CORES}": (1, CORES)}
SIDE = 8


def network() -> Any:
    """The backbone of the images."""
    from hindmost.backbones import load

    return load(checkpoint=DATA / "erm_lite0.pth") if DATA else load()


class Metered:
    """A network that writes down how much processor time its process has used, after each pass."""

    def __init__(self, made: Any, folder: Path) -> None:
        self._made, self._file = made, folder / f"{os.getpid()}.cpu"
        self.weights_hash, self.preprocessing, self.describe = made.weights_hash, made.preprocessing, made.describe

    def embed(self, batch: np.ndarray, *, maps: bool = False) -> Any:
        found = self._made.embed(batch, maps=maps)
        with self._file.open("a") as stream:
            stream.write(f"{time.process_time()}\n")
        return found


def metered(recipe: Any, folder: Path) -> Metered:
    """What a recipe makes, metered."""
    return Metered(recipe(), folder)


def cpu_ms(folder: Path, batch: int) -> float:
    """Processor time of the workers for each image, first batches (and so the start) left out."""
    times = [np.loadtxt(path, ndmin=1) for path in folder.glob("*.cpu")]
    return float(1e3 * sum(one[-1] - one[0] for one in times) / (batch * sum(len(one) - 1 for one in times)))


def costless() -> Any:
    """A network that hands pixels on."""
    from hindmost.core.dataset import Preprocessing
    from hindmost.core.features import Embedded

    class Costless:
        weights_hash, preprocessing = "none", Preprocessing(SIDE, SIDE)

        def embed(self, batch: np.ndarray, *, maps: bool = False) -> Embedded:
            return Embedded(batch.reshape(len(batch), -1)[:, :64].astype(np.float32), None, None)

        def describe(self) -> dict[str, Any]:
            return {"runtime": "none"}

    return Costless()


def as_pixels(content: bytes, address: str) -> np.ndarray:
    """A photograph that is its own pixels."""
    return np.frombuffer(content, dtype=np.uint8).reshape(SIDE, SIDE, 3)


def photographs(images: int, folder: Path) -> list[str]:
    """JPEG files: real ones as often as needed, each a content of its own by bytes behind its end."""
    real = sorted((DATA / "images").rglob("*.jpg")) if DATA else []
    rng, paths = np.random.default_rng(0), []
    for number in range(images):
        content = real[number % len(real)].read_bytes() if real else generated(rng)
        path = folder / f"{number}.jpg"
        path.write_bytes(content + number.to_bytes(4, "big"))
        paths.append(str(path))
    return paths


def generated(rng: np.random.Generator) -> bytes:
    """A JPEG of 256 x 256 pixels."""
    from io import BytesIO

    from PIL import Image

    stream = BytesIO()
    Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).resize((256, 256)).save(stream, "JPEG")
    return stream.getvalue()


def raw(images: int, folder: Path) -> list[str]:
    """Files of 192 bytes."""
    rng = np.random.default_rng(0)
    for number in range(images):
        (folder / f"{number}.raw").write_bytes(rng.integers(0, 256, 192, dtype=np.uint8).tobytes())
    return [str(folder / f"{number}.raw") for number in range(images)]


def once(way: str, kind: str, listed: Path) -> dict[str, Any]:
    """One round of a way in this process."""
    from hindmost.datasets.decode import pixels_of
    from hindmost.features.addressed import Addressed
    from hindmost.features.digests import digests
    from hindmost.features.made import Made
    from hindmost.features.store import FeatureStore

    paths = listed.read_text().splitlines()
    meters = listed.parent / f"meters-{os.getpid()}"
    meters.mkdir()
    recipe = partial(metered, network if kind == "images" else costless, meters)
    made_here = recipe()
    reading = made_here.preprocessing
    decode = partial(pixels_of, preprocessing=reading) if kind == "images" else as_pixels
    contents = digests([hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths])
    made = Made(made_here.weights_hash, reading, made_here.describe())
    count, threads = WAYS[way]
    times: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        shelf = FeatureStore(Path(folder)).shelf(made)
        began = time.perf_counter()
        with engine(count, threads, made_here, recipe) as (place, mine):
            connected = time.perf_counter() - began
            place.fill(
                Addressed(paths, contents, decode), mine, shelf,
                progress=lambda _, done, total: times.append((done, time.perf_counter() - began)),
            )  # fmt: skip
        names = sorted(path.name for path in shelf.folder.iterdir())
    shards = [entry for entry in times if entry[0]]
    (first, began_first), (last, ended_last) = shards[0], shards[-2]  # the last one is short, or waits for nothing
    rate = (last - first) / (ended_last - began_first)
    whole = times[-1][1]
    return {
        "connect": connected,
        "start": began_first,
        "rate": rate,
        "whole": whole,
        "cpu": cpu_ms(meters, made.batch),
        "key": made.key,
        "store": hashlib.sha256("".join(names).encode()).hexdigest(),
    }


@contextmanager
def engine(count: int, threads: int, made_here: Any, recipe: Any) -> Iterator[tuple[Any, Any]]:
    """This process, or a local Ray cluster, with the recipe of its networks."""
    from hindmost.features.engines import LocalEngine, RayEngine
    from hindmost.features.ray_cluster import Workers, ray_cluster

    if not count:
        yield LocalEngine(readers=threads), lambda: made_here
        return
    workers = Workers(count, threads, readers=threads)
    with ray_cluster("local", cpus=workers.cpus):
        yield RayEngine(workers), recipe


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", nargs="?", choices=["images", "rows"], default="images")
    parser.add_argument("--images", type=int, default=None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", nargs=2, metavar=("WAY", "LIST"))
    given = parser.parse_args()
    if given.way:
        print(json.dumps(once(given.way[0], given.kind, Path(given.way[1]))))
        return
    images = given.images or (3072 if given.kind == "images" else 32_768)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = (photographs if given.kind == "images" else raw)(images, folder)
        listed = folder / "list.txt"
        listed.write_text("\n".join(paths))
        found: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
        for _ in range(given.rounds):
            for way, rounds in found.items():
                rounds.append(child(way, given.kind, listed))
    table(found, images)


def child(way: str, kind: str, listed: Path) -> dict[str, Any]:
    """One round in a process of its own."""
    command = [sys.executable, "-W", "ignore", __file__, kind, "--way", way, str(listed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def table(found: dict[str, list[dict[str, Any]]], images: int) -> None:
    """Medians over the rounds, the range of the rate, and whether the stores are equal."""
    if len({round_["key"] for rounds in found.values() for round_ in rounds}) != 1:
        raise SystemExit(
            "The code or a library was changed while this ran: rounds differ in what they make. Run again."
        )
    stores = {round_["store"] for rounds in found.values() for round_ in rounds}
    local = float(np.median([round_["rate"] for round_ in found["local"]]))
    print(f"{images} images, {CORES} cores; medians of {len(found['local'])} rounds, by turns\n")
    print(
        "| way | connect s | first shard s | rate, images/s | range | share of local | whole s | cpu, ms an image |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    for way, rounds in found.items():
        names = ("connect", "start", "rate", "whole", "cpu")
        connect, start, rate, whole, cpu = (float(np.median([one[name] for one in rounds])) for name in names)
        rates = [one["rate"] for one in rounds]
        print(f"| {way} | {connect:.1f} | {start:.1f} | {rate:.0f} | {min(rates):.0f}-{max(rates):.0f} | "
              f"{rate / local:.2f} | {whole:.1f} | {cpu:.2f} |")  # fmt: skip
    print(f"\nstores equal byte for byte: {'yes' if len(stores) == 1 else 'NO'}")
    if len(stores) != 1:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
