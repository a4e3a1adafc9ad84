"""The same answer in one screenful of plain text."""

from __future__ import annotations

import textwrap

from hindmost.core.audit import Audit
from hindmost.core.tables import ChangeRow, GroupRow
from hindmost.report import facts, numbers, words
from hindmost.report.columns import columns, fit
from hindmost.report.facts import Worst

WIDTH = 80
NAME = 27
MOST_GROUPS = 12


def summary(audit: Audit) -> str:
    """Say the decision, the groups before and after, and what is open, in 80 columns.

    Returns
    -------
    str
        English, without colour or control characters; ends without a newline.
    """
    blocks = [_title(audit), _decision(audit), _groups(audit), _means(audit), _findings(audit), _open(audit)]
    return "\n".join(_plain(line) for block in blocks for line in block)


def _title(audit: Audit) -> list[str]:
    return [fit(f"hindmost {audit.hindmost}: {audit.data.name}, {audit.model.backbone}, seed {audit.seed}", WIDTH - 1)]


def _decision(audit: Audit) -> list[str]:
    word = facts.decision_word(audit)
    lines = ["-" * WIDTH, f"[{word.mark}] {word.label.upper()}", *_wrapped(audit.message.text)]
    if audit.companions:
        labels = "; ".join(words.word(words.DECISIONS, name).label for name in audit.companions)
        lines += _wrapped(f"Holds as well: {labels}.")
    return [*lines, "-" * WIDTH]


def _groups(audit: Audit) -> list[str]:
    head = facts.shown_head(audit)
    before = audit.heads[audit.baseline].groups
    if head is None:
        rows = [_line(row.name, row.n, numbers.percent(row.accuracy), "", "", "", "") for row in before]
        return [_line("test group", "n", audit.baseline, "", "", "", ""), *_cut(rows)]
    after, change = audit.heads[head].groups, audit.changes[head].groups
    rows = [_group(*row) for row in zip(before, after, change, strict=True)]
    return [_line("test group", "n", audit.baseline, head, "change", "95% interval", "outcome"), *_cut(rows)]


def _cut(rows: list[str]) -> list[str]:
    left = len(rows) - MOST_GROUPS
    return rows if left <= 0 else [*rows[:MOST_GROUPS], f"... and {left} more groups in the report"]


def _group(before: GroupRow, after: GroupRow, change: ChangeRow) -> str:
    outcome = words.word(words.CHANGES, change.outcome)
    return _line(
        before.name, before.n, numbers.percent(before.accuracy), numbers.percent(after.accuracy),
        numbers.points(change.difference), numbers.points_interval(change.low, change.high), outcome.label,
    )  # fmt: skip


def _line(name: str, n: int | str, before: str, after: str, change: str, interval: str, outcome: str) -> str:
    name = fit(name, NAME - 1)
    padded = name + " " * (NAME - columns(name))
    return f"{padded}{n:>6} {fit(before, 8):>7} {fit(after, 8):>7} {change:>6} {interval:>14} {outcome}".rstrip()


def _means(audit: Audit) -> list[str]:
    before, after = facts.worst_pair(audit)
    other = " -> ".join(map(numbers.percent, facts.chosen_on_validation(audit)))
    title = f"Worst group (lowest on test{other and f'; chosen on validation: {other}'}):"
    lines = [title, *(_worst(w) for w in (before, after) if w)] if before else []
    names = [audit.baseline, facts.shown_head(audit)]
    means = " -> ".join(numbers.percent(audit.heads[name].mean) for name in names if name)
    return ["", *lines, f"Mean accuracy: {means}"]


def _worst(worst: Worst) -> str:
    interval = numbers.percent_interval(worst.low, worst.high)
    start = f"  {fit(worst.head, 12)}: {numbers.percent(worst.accuracy)} {interval}, n = {worst.n}, "
    return start + fit(worst.group or "", WIDTH - 1 - columns(start))


def _findings(audit: Audit) -> list[str]:
    found = [f for f in facts.findings(audit) if f.outcome == "found"]
    lines = [line for f in found[:4] for line in _item(f"{f.code} {f.sentence}")]
    unsure = ", ".join(f.code for f in facts.findings(audit) if f.outcome == "not_enough_data")
    if len(found) > 4:
        lines.append(f"- and {len(found) - 4} more in the report")
    head = ["Found:", *lines] if lines else ["Found: nothing by these rules"]
    return ["", *head, *([f"Not enough data: {unsure}"] if unsure else [])]


def _open(audit: Audit) -> list[str]:
    lines = [line for sentence in audit.left_open[:3] for line in _item(sentence.text)]
    lines = ["Open:", *lines] if lines else []
    return [*lines, *_wrapped(f"Conditional on {audit.conditional_on}. Not checked: {len(audit.not_checked)} points.")]


def _item(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH - 1, initial_indent="- ", subsequent_indent="  ", max_lines=2, placeholder=" ...")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH - 1)


def _plain(line: str) -> str:
    """Keyboard characters for signs, and nothing that steers a terminal."""
    line = line.replace(numbers.MINUS, "-").replace(numbers.NULL, "-")
    return "".join(character if character.isprintable() else "?" for character in line)
