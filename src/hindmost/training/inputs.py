"""From bytes to what a network reads."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hindmost.core.dataset import Preprocessing


def as_input(pixels: NDArray[np.uint8], preprocessing: Preprocessing) -> Tensor:
    """uint8 (n, h, w, 3) to float32 (n, 3, h, w) with the network's mean and deviation, channels last."""
    mean = torch.tensor(preprocessing.mean).view(1, 3, 1, 1)
    std = torch.tensor(preprocessing.std).view(1, 3, 1, 1)
    values = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).to(torch.float32)
    return values.div_(255.0 * std).sub_(mean / std)
