"""A small audit with every kind of entry, present and absent."""

import pytest

from hindmost.core import audit as a
from hindmost.core import tables as t
from hindmost.core.dataset import SetAside
from hindmost.core.findings import Finding, Sentence
from hindmost.core.policy import Policy
from hindmost.io.policy import policy_record

GROUPS = ("landbird, on land", "landbird, on water")
GROUP_ROWS = (
    t.GroupRow(GROUPS[0], 10, 9, 0.9, 0.1 + 0.2, 0.98, 0.6, 0.99),
    t.GroupRow(GROUPS[1], 0, None, None, None, None, None, None),
)
WORST = t.WorstGroup(GROUPS[0], 10, 0.9, 0.6, 0.98, "validation, out of fold", 0.9, GROUPS[0], None, "empty", 0.99)
GAP = t.ShortcutGap(None, None, None, None, None, None, False, "one cue only")
RELIANCE = t.Reliance(
    "swap", None, 10, 0.2, 0.1, 0.1, 0.0, 0.2, 0.01, 0.19, "with the training association",
    (t.RelianceRow(GROUPS[0], 10, 0.2, 0.1, 0.1, 0.0, 0.2),),
)  # fmt: skip
ANATOMY = t.HeadAnatomy(2, 0.5, (0.5, 0.0), 0.5, 1.0, None, 0.25, (-1.0, 0.0, 1.0), (1, 1))
MAPS = t.MapTable((t.MapRow(GROUPS[0], 5, 1, 0.5, 0.25, 2.0, 1.5, 2.5),), (), -0.1, 0.0, 0.1, 5)


def head(available: bool) -> a.HeadRecord:
    """A head record, full or empty."""
    if not available:
        return a.HeadRecord(
            False, "a stratum is empty", "DFR", {}, (), None, None, None, "none", None, None, None, None, "none"
        )
    return a.HeadRecord(
        True, None, "the network's own head", {"C": 0.1, "penalty": "l1"}, GROUP_ROWS, WORST, 0.9, None, "empty group",
        GAP, RELIANCE, ANATOMY, MAPS, None,
    )  # fmt: skip


@pytest.fixture
def audit() -> a.Audit:
    """An audit of two heads, one of them not available."""
    message = Sentence("{head} worst group {number:.1%}, n = {n}", {"head": "dfr", "number": 0.9, "n": 10})
    data = a.DataRecord(
        "birds", "images", "ab" * 32, ("landbird",), ("on land", "on water"), ("place",), GROUPS,
        {"train": (5, 1), "val": (2, 0), "test": (10, 0)}, {"train": 3}, {"class": "y"},
        (SetAside("7", "test", "file is empty"),), ("ragged masks",),
    )  # fmt: skip
    model = a.ModelRecord("tf_efficientnet_lite0", "trained here", None, 2, "checkpoint", {"resize": 256}, {}, None)
    change = t.ChangeTable(
        "erm", (t.ChangeRow(GROUPS[0], 10, 2, 1, 0.1, -0.1, 0.3, -0.05, 1.0, 1.0, "open", 640),),
        0.1, -0.1, 0.3, "Tango",
    )  # fmt: skip
    thumbnail = t.Thumbnail("1", GROUPS[0], "AAAA", ((0.5, 1.0),), {"erm": ((0.1, -0.2),)}, {"erm": 1.5})
    return a.Audit(
        schema=a.SCHEMA, hindmost="0.1.0", seed=0, decision="cannot_tell", companions=("treatment_helps",),
        sentence=message.text, message=message, reasons=(message,), left_open=(),
        policy=policy_record(Policy(yours=("target",))), data=data, model=model, baseline="erm",
        heads={"erm": head(True), "dfr": head(False)}, changes={"threshold": change}, control_change=None,
        findings=(Finding("HM001", "gap", "clear", message, 0.1, None, 0.2, 0.05, would_change=message),),
        not_checked=(), conditional_on="one dataset, one training run", thumbnails=(thumbnail,),
    )  # fmt: skip
