"""From JPEG files to features on disk: hindmost's runtimes against the plain loop, and against the machine.

The plain loop is what most code does: a torch DataLoader, torchvision transforms, the network as loaded in eager
float32. It gets the fastest of its own settings here (0 or 2 workers, 16 or 64 images a batch) and a process of its
own, whose memory hindmost does not manage. All ways run by turns; a way's speed is its best round, its share of the
limit the median. "cpu ms" is processor time an image (without the workers of a DataLoader): it depends little on
what else the machine does, so it tells a busy moment from a slow way.
The limit: n / (seconds to decode all + seconds to embed all), each alone on all cores.

Photographs are real where HINDMOST_REAL_DATA names them, generated elsewhere. EfficientNet-Lite0 has the weights
that were fine-tuned on these photographs, or ImageNet's; ResNet-50 is untrained (nothing here is downloaded).

    python benchmarks/features.py [--quick] [--json FILE] [--network NAME]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(os.environ["HINDMOST_REAL_DATA"]) / "waterbirds50" if "HINDMOST_REAL_DATA" in os.environ else None
NETWORKS = {"resnet50": 128, "tf_efficientnet_lite0": 512}  # images: whole batches, or padding counts as loss
OURS = [(runtime, dtype) for runtime in ("torch", "openvino") for dtype in ("float32", "bfloat16")]
PLAIN = [(workers, batch) for workers in (0, 2) for batch in (16, 64)]
TARGETS = {  # times the plain loop: ResNet-50, EfficientNet-Lite0
    "torch float32": (1.4, 1.7),
    "openvino float32": (2.0, 4.0),
    "torch bfloat16": (2.8, 3.8),
    "openvino bfloat16": (4.0, 6.0),
}
SHARE = 0.85

Once = Callable[[str, Path], dict[str, float]]


def network(name: str) -> Any:
    """The backbone that every way runs."""
    from hindmost.backbones import load

    if name == "resnet50":
        return load(name, pretrained=False, n_classes=2)
    return load(checkpoint=DATA / "erm_lite0.pth") if DATA else load(name)


def plain(name: str, files: list[Path]) -> Once:
    """The loop that most code has; a way is "plain WORKERS BATCH IMAGES"."""
    import torch

    from hindmost.backbones._timm import import_torchvision
    from hindmost.backbones.runtimes import memory

    memory._agreed = False  # building a network asks the C library to keep memory, which the plain loop does not
    transforms = import_torchvision().transforms
    backbone = network(name)
    module = backbone.module.to(memory_format=torch.contiguous_format).eval()
    p = backbone.preprocessing
    steps = transforms.Compose(
        [
            transforms.Resize((p.resize, p.resize)),
            transforms.CenterCrop(p.crop),
            transforms.ToTensor(),
            transforms.Normalize(p.mean, p.std),
        ]
    )

    def once(way: str, out: Path) -> dict[str, float]:
        workers, batch, n = (int(number) for number in way.split()[1:])
        loader = torch.utils.data.DataLoader(Photographs(files[:n], steps), batch_size=batch, num_workers=workers)
        started, cpu = time.perf_counter(), time.process_time()
        with torch.inference_mode():
            X = torch.cat([backbone.cut(module, x)[0] for x in loader])
            logits = module.get_classifier()(X)
        np.savez(out, X=X.numpy(), logits=logits.numpy())
        return {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}

    return once


class Photographs:
    """A map-style dataset of torch."""

    def __init__(self, files: list[Path], steps: Any) -> None:
        self.files, self.steps = files, steps

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, row: int) -> Any:
        from PIL import Image

        with Image.open(self.files[row]) as picture:
            return self.steps(picture.convert("RGB"))


def ours(name: str, files: list[Path]) -> Once:
    """hindmost's own extraction into its own store, hashes too, and its two parts alone; a way is "RUNTIME DTYPE"."""
    from hindmost.backbones.runtimes import on_runtime
    from hindmost.core import fingerprint
    from hindmost.datasets.decode import load_pixels, pixels_of
    from hindmost.features.addressed import Addressed
    from hindmost.features.digests import digests
    from hindmost.features.fill import fill
    from hindmost.features.gather import gather
    from hindmost.features.made import Made
    from hindmost.features.store import FeatureStore

    start, threads = network(name), os.cpu_count() or 1
    backbones: dict[str, Any] = {}

    def load(row: int) -> Any:
        return load_pixels(files[row], start.preprocessing)

    def decode() -> list[Any]:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(load, range(len(files))))

    ready = np.stack(decode())

    def prepare(way: str) -> None:
        backbones[way] = on_runtime(start, *way.split())
        backbones[way].embed(ready[: start.batch])

    def once(way: str, out: Path) -> dict[str, float]:
        prepared = seconds(lambda: prepare(way)) if way not in backbones else 0.0
        backbone = backbones[way]
        size = backbone.batch
        decoding = seconds(decode)
        computing = seconds(lambda: [backbone.embed(ready[at : at + size]) for at in range(0, len(ready), size)])
        with tempfile.TemporaryDirectory() as folder:
            made = Made(backbone.weights_hash, backbone.preprocessing, backbone.describe(), size)
            shelf = FeatureStore(Path(folder)).shelf(made)
            started, cpu = time.perf_counter(), time.process_time()
            contents = digests([fingerprint.of_file(path) for path in files])
            decoded = partial(pixels_of, preprocessing=start.preprocessing)
            photographs = Addressed([str(path) for path in files], contents, decoded).photographs()
            fill(photographs, backbone.embed, shelf, threads=threads)
            took, cpu = time.perf_counter() - started, time.process_time() - cpu
            X, logits, _ = gather(shelf, photographs.contents)
        np.savez(out, X=X, logits=logits)
        return {"seconds": took, "cpu": cpu, "decoding": decoding, "computing": computing, "prepared": prepared}

    return once


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def serve(name: str, listed: str, side: str) -> None:
    """One side in this process: a round for each line that comes in."""
    files = [Path(line) for line in Path(listed).read_text().splitlines()]
    once = {"plain": plain, "ours": ours}[side](name, files)
    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        way, out = json.loads(line)
        print(json.dumps(once(way, Path(out))), flush=True)


class Side:
    """A process that runs the ways of one side."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__, "--serve", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
        )
        self._answer()

    def run(self, way: str, out: Path) -> dict[str, float]:
        """One round of a way."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps([way, str(out)])}\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _answer(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"A process ended with exit code {self._process.wait()}; its reason is above.")
        return dict(json.loads(line))


@dataclass
class Way:
    """One way, where its features go, and the rounds it has run."""

    label: str
    side: Side
    out: Path
    rounds: list[dict[str, float]] = field(default_factory=list)

    def run(self) -> None:
        """One more round."""
        self.rounds.append(self.side.run(self.label, self.out))

    @property
    def best(self) -> float:
        """Seconds of the best round."""
        return min(one["seconds"] for one in self.rounds)


def fastest_plain(side: Side, n: int, probe: int, out: Path) -> Way:
    """The plain loop with the settings that are fastest on a few images."""
    side.run(f"plain 0 16 {min(16, probe)}", out)  # the first run of a process is slow
    took = {setting: side.run(f"plain {setting[0]} {setting[1]} {probe}", out)["seconds"] for setting in PLAIN}
    workers, batch = min(took, key=lambda setting: took[setting])
    return Way(f"plain {workers} {batch} {n}", side, out)


def compare(name: str, n: int, rounds: int, probe: int, folder: Path) -> dict[str, Any]:
    """Every way over the same files."""
    files, y, group = photographs(n, folder)
    listed = folder / "files.txt"
    listed.write_text("\n".join(map(str, files)))
    theirs = Side(name, str(listed), "plain")
    ways = [fastest_plain(theirs, n, probe, folder / "plain.npz")]
    own = Side(name, str(listed), "ours")
    ways += [Way(f"{runtime} {dtype}", own, folder / f"{runtime}-{dtype}.npz") for runtime, dtype in OURS]
    for _ in range(rounds):
        for way in ways:
            way.run()
    theirs.close()
    own.close()
    lines = [line(way, ways[0], n, name, y, group) for way in ways]
    _, workers, batch, _ = ways[0].label.split()
    return {"network": name, "images": n, "rounds": rounds, "workers": workers, "batch": batch, "ways": lines}


def line(way: Way, baseline: Way, n: int, name: str, y: Any, group: Any) -> dict[str, Any]:
    """What one way showed."""
    found: dict[str, Any] = {
        "way": "plain" if way is baseline else way.label,
        "images_per_second": n / way.best,
        "times_plain": baseline.best / way.best,
        "cpu_ms": 1000 * min(one["cpu"] for one in way.rounds) / n,
        "rounds": [n / one["seconds"] for one in way.rounds],
    }
    if way is baseline:
        return found
    target = TARGETS[way.label][list(NETWORKS).index(name)]
    shares = [(one["decoding"] + one["computing"]) / one["seconds"] for one in way.rounds]
    found |= {"target": target, "met": found["times_plain"] >= target, "share": statistics.median(shares)}
    found |= {part: n / min(one[part] for one in way.rounds) for part in ("decoding", "computing")}
    found["prepared_seconds"] = way.rounds[0]["prepared"]
    return found | agreement(baseline.out, way.out, y, group)


def agreement(reference: Path, other: Path, y: Any, group: Any) -> dict[str, Any]:
    """Fidelity to the plain loop's numbers, pixels included."""
    from hindmost.backbones.runtimes.fidelity import fidelity, worst_group_change
    from hindmost.core.features import Embedded

    stored = [np.load(path) for path in (reference, other)]
    ways = [lambda rows, a=arrays: Embedded(a["X"][rows], a["logits"][rows]) for arrays in stored]
    found = fidelity(ways[0], ways[1], [np.arange(len(stored[0]["X"]))])
    result = {name: getattr(found, name) for name in ("cosine_min", "cosine_mean", "flipped", "flipped_sure")}
    if y is not None and stored[0]["logits"].shape[1] == 2:
        predicted = [arrays["logits"].argmax(axis=1) for arrays in stored]
        change = worst_group_change(*predicted, y=y, group=group, n_groups=4)
        result |= {"worst_group_plain": change.reference, "worst_group_change": change.change}
    return result


def photographs(n: int, folder: Path) -> tuple[list[Path], Any, Any]:
    """Files, classes and groups: real ones evenly over the test split, or generated without labels."""
    if DATA is None:
        return [generated(folder / f"{row}.jpg", row) for row in range(n)], None, None
    with (DATA / "metadata.csv").open() as stream:
        table = [row for row in csv.DictReader(stream) if row["split"] == "2"]
    chosen = [table[row] for row in np.linspace(0, len(table) - 1, n).astype(int)]
    y, place = (np.array([int(row[column]) for row in chosen]) for column in ("y", "place"))
    return [DATA / row["img_filename"] for row in chosen], y, 2 * y + place


def generated(path: Path, seed: int) -> Path:
    """A JPEG with about the bytes of a photograph of this size."""
    from PIL import Image

    coarse = np.random.default_rng(seed).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((256, 192), Image.Resampling.BICUBIC).save(path, quality=90)
    return path


def show(study: dict[str, Any]) -> None:
    """One table."""
    print(f"\n{study['network']}, {study['images']} images, {study['rounds']} rounds, {os.cpu_count()} cores; "
          f"plain loop with {study['workers']} workers and batches of {study['batch']}", flush=True)  # fmt: skip
    print(f"{'way':18} {'img/s':>7} {'x plain':>8} {'cpu ms':>7} {'target':>7} {'of limit':>8} {'decode':>7} "
          f"{'embed':>7} {'prepare':>8} {'cosine min / mean':>19} {'flips (sure)':>13} {'worst':>12}")  # fmt: skip
    for way in study["ways"]:
        first = f"{way['way']:18} {way['images_per_second']:7.1f} {way['times_plain']:8.2f} {way['cpu_ms']:7.1f}"
        if "target" not in way:
            print(first)
            continue
        change = f"{way['worst_group_change']:+.3f}" if "worst_group_change" in way else "-"
        print(f"{first} {way['target']:7.1f} "
              f"{way['share']:8.0%} {way['decoding']:7.0f} {way['computing']:7.0f} {way['prepared_seconds']:7.1f}s "
              f"{way['cosine_min']:9.6f} {way['cosine_mean']:9.6f} {way['flipped']:6d} ({way['flipped_sure']:4d}) "
              f"{change:>12}", flush=True)  # fmt: skip


def main() -> int:
    """Compare, print, write; exit code 1 where a target or the share of the limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer images, one round: for a look, not for a report")
    parser.add_argument("--network", choices=list(NETWORKS), help="only this one")
    parser.add_argument("--json", type=Path, help="where the numbers go as well")
    chosen = parser.parse_args()
    studies = []
    for name in [chosen.network] if chosen.network else NETWORKS:
        n, rounds, probe = (NETWORKS[name] // 2, 1, 16) if chosen.quick else (NETWORKS[name], 2, 32)
        with tempfile.TemporaryDirectory() as folder:
            studies.append(compare(name, n, rounds, probe, Path(folder)))
        show(studies[-1])
    if chosen.json:
        chosen.json.write_text(json.dumps({"studies": studies, "share_target": SHARE}, indent=1))
    ways = [way for study in studies for way in study["ways"] if "target" in way]
    return 0 if all(way["met"] and way["share"] >= SHARE for way in ways) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(*sys.argv[2:])
    else:
        sys.exit(main())
