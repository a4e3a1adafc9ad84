"""From one drawn data set to a decision, by the code of the product from tables on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from _verdict_runs import Held
from _verdict_world import Draw, World, rows_of, with_twins
from hindmost.core.audit import DataRecord, Evidence, HeadRecord
from hindmost.core.ceilings import Ceilings
from hindmost.core.findings import Finding, Verdict
from hindmost.core.rows import IntArray, Rows
from hindmost.core.tables import ChangeTable, HeadTable, MapTable, Reliance
from hindmost.evals.head_table import head_table
from hindmost.evals.paired_change import paired_change
from hindmost.evals.reliance import swap_reliance
from hindmost.rules import check_all
from hindmost.rules.decision import decide

Bools = NDArray[np.bool_]
STILL = MapTable((), (), -0.01, 0.0, 0.01, 200)  # maps that did not move


def held(verdict: Verdict) -> Held:
    """The decision and the rows that hold with it."""
    return (verdict.decision, *verdict.companions)


def record(table: HeadTable, reliance: Reliance, maps: MapTable | None = None) -> HeadRecord:
    """What an audit would hold of one head."""
    return HeadRecord(
        True, None, "drawn", {}, table.groups, table.worst_group, table.mean, table.adjusted_mean,
        table.adjusted_mean_reason, table.shortcut_gap, reliance, None, maps, None,
    )  # fmt: skip


@dataclass(frozen=True)
class Judge:
    """What does not change from one data set of a world to the next.

    ``keep_baseline``: take the baseline's own table from its expected counts. "Sufficient" does not rest on it.
    """

    world: World
    keep_baseline: bool = False

    @cached_property
    def rows(self) -> Rows:
        return rows_of(self.world)

    @cached_property
    def twins(self) -> IntArray:
        return with_twins(self.world)

    @cached_property
    def twin_rows(self) -> Rows:
        return self.rows.take(self.twins)

    @cached_property
    def no_val(self) -> Rows:
        return self.rows.take(np.arange(0))

    @cached_property
    def data(self) -> DataRecord:
        naming, sizes = self.world.naming, self.world.sizes
        counts = {"train": (100,) * len(sizes), "val": (100,) * len(sizes), "test": sizes}
        return DataRecord(
            "drawn", "images", "0" * 8, naming.classes, naming.cues, ("a",), naming.groups, counts, None, {}, (), ()
        )

    @cached_property
    def usual_baseline(self) -> HeadRecord:
        rank = np.concatenate([(np.arange(n) + 0.5) / n for n in self.world.sizes])
        rates, m = self.world.flips_before, len(self.twins)
        place = np.random.default_rng(0).permutation(m) / m
        swap, control = place < rates.both + rates.swap, place < rates.both
        return self._head(self._said(rank < np.repeat(self.world.before, self.world.sizes)), (swap, control))

    def __call__(self, drawn: Draw, seed: int, ceilings: Ceilings | None = None) -> tuple[Held, tuple[Finding, ...]]:
        """What holds of one data set, and the findings it rests on."""
        said = {"erm": self._said(drawn.before), "dfr": self._said(drawn.after)}
        flips = {"erm": drawn.flips_before, "dfr": drawn.flips}
        if drawn.control is not None:
            said["threshold"], flips["threshold"] = self._said(drawn.control), drawn.flips_before
        changes = {name: self._change(said["erm"], said[name], seed) for name in said if name != "erm"}
        control = self._change(said["threshold"], said["dfr"], seed) if "threshold" in said else None
        known = {"erm": self.usual_baseline} if self.keep_baseline else {}
        heads = {name: known.get(name) or self._head(said[name], flips[name]) for name in said}
        evidence = Evidence("erm", heads, changes, control, self.data, (0, ()), ceilings)
        findings = check_all(evidence, self.world.policy)
        return held(decide(findings, evidence, self.world.policy)), findings

    def _said(self, right: Bools) -> IntArray:
        return np.where(right, self.rows.y, 1 - self.rows.y)

    def _change(self, before: IntArray, after: IntArray, seed: int) -> ChangeTable:
        policy = self.world.policy
        return paired_change(
            self.rows,
            before,
            after,
            baseline="erm",
            level=policy.level,
            harm_margin=policy.harm_margin,
            seed=seed,
        )

    def _head(self, said: IntArray, flips: tuple[Bools, Bools]) -> HeadRecord:
        table = head_table(
            self.rows,
            said,
            train_counts=np.full(self.rows.n_groups, 100),
            level=self.world.policy.level,
            val_rows=self.no_val,
            val_predicted=None,
            val_reason="none were drawn",
        )
        return record(table, self._reliance(said, flips), STILL)

    def _reliance(self, said: IntArray, flips: tuple[Bools, Bools]) -> Reliance:
        k, own = self.world.naming.cues, said[self.twins]
        swapped, control = (np.where(flip, 1 - own, own) for flip in flips)
        return swap_reliance(
            self.twin_rows,
            own,
            swapped,
            (self.twin_rows.cue + len(k) // 2) % len(k),
            control,
            association=self.world.association,
            level=self.world.policy.level,
        )
