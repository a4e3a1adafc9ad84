"""Two knobs told apart: is the head at fault, or are the features?

Three networks on generated photographs, all trained alike (5 epochs): the default data; "entangled" data, where no last
layer can undo the cue; and the same with balanced groups in training, a remedy that changes the backbone. Test rows
have the same groups and numbers in all three. Worst group: the plain minimum over test groups, with the simultaneous
lower and upper bounds that decide.

    python benchmarks/end_to_end.py [--seed N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from hindmost.core.audit import Audit
from hindmost.pipeline.audit import audit
from hindmost.pipeline.demo import SIZE, DemoOptions, photographs
from hindmost.pipeline.options import SILENT, AuditOptions, ModelOptions, TrainOptions

EPOCHS = 5
SETTINGS = {
    "default": DemoOptions(),
    "entangled": DemoOptions(entangled=True),
    "entangled, balanced training": DemoOptions(entangled=True, correlation=0.5),
}


def run(options: DemoOptions, seed: int) -> Audit:
    """Generate, train, audit."""
    folder = photographs(options, SILENT)
    chosen = AuditOptions(model=ModelOptions(input_size=SIZE), training=TrainOptions(epochs=EPOCHS), seed=seed)
    with tempfile.TemporaryDirectory() as out:
        return audit(folder, Path(out) / "out", chosen)


def line(audit: Audit, head: str) -> dict[str, Any]:
    """What one head reached."""
    record = audit.heads[head]
    worst = record.worst_group
    assert worst is not None
    return {
        "head": head,
        "groups": [row.accuracy for row in record.groups],
        "n": [row.n for row in record.groups],
        "worst": worst.test_minimum,
        "bounds": [worst.lower_bound, worst.upper_bound],
    }


def main() -> None:
    """Run every setting once, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where the numbers go as well")
    chosen = parser.parse_args()
    found = []
    print(f"{'data':30} {'head':6} {'worst':>6} {'bounds':>14}  {'groups':27} decision", flush=True)
    for name, options in SETTINGS.items():
        started = time.perf_counter()
        result = run(options, chosen.seed)
        seconds = time.perf_counter() - started
        for head in ("erm", "dfr"):
            one = line(result, head) | {"data": name, "decision": result.decision, "seconds": seconds}
            found.append(one)
            low, high = one["bounds"]
            groups = " ".join(f"{accuracy:.3f}" for accuracy in one["groups"])
            said = f"{result.decision} ({seconds:.0f} s)" if head == "dfr" else ""
            print(f"{name:30} {head:6} {one['worst']:6.3f} {low:6.3f} to {high:5.3f}  {groups:27} {said}", flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
