"""Audit stored embeddings from Python: make a toy set, look at the decision."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from hindmost.pipeline.audit import audit

generator = np.random.default_rng(0)
n = 2000
y, cue = generator.integers(0, 2, n), generator.integers(0, 2, n)
split = generator.choice([0, 1, 2], n, p=[0.4, 0.2, 0.4])
aligned = generator.random(n) < 0.95
cue = np.where((split == 0) & aligned, y, cue)
X = generator.normal(size=(n, 16))
X[:, 0] += 2.5 * y
X[:, 1] += 4.0 * cue

with TemporaryDirectory() as folder:
    file = Path(folder) / "embeddings.npz"
    np.savez(file, X=X.astype(np.float32), y=y, a=cue, split=split)
    result = audit(file, Path(folder) / "out")
    print(result.decision, "-", result.sentence)
