"""What it costs to settle what the findings leave open, at the policy's prices."""

from __future__ import annotations

from collections.abc import Sequence

from hindmost.core.costs import CostRow, Costs
from hindmost.core.findings import Finding, RowsWanted, Sentence, Verdict
from hindmost.core.policy import Policy
from hindmost.rules._say import LIMIT, joined

TOTAL = "The test images that would settle these questions ({codes}) cost about {cost} at the policy's prices: {parts}."
LABELS = (
    "The labelled validation images that the head needs more of ({codes}) cost about {cost} at the policy's prices: "
    "{parts}. They are no test images, so their price is not in any other sum."
)
TRAINING = "Training the network once more costs about {cost} at the policy's prices."
NOTHING_ASKED = "no finding asks for more test images"
NO_LABELS = "no finding asks for more validation images"
NO_PRICE = "no price is declared for: {names}"
TOO_MANY = "no number of images up to {limit} settles it, at the rates seen: {names}"


def costs(findings: Sequence[Finding], verdict: Verdict, policy: Policy) -> Costs | None:
    """Every count of images by group that a finding or the decision asks for, with its cost.

    Returns
    -------
    Costs or None       None where the policy declares no price
    """
    hours, hour_price = policy.training_hours, policy.training_hour_price
    if policy.image_price is None and not policy.group_prices and hours is None:
        return None
    asked = [(finding.code, one) for finding in findings for one in finding.wanted]
    rows = tuple(_row(code, one, policy) for code, one in [*asked, *(("decision", one) for one in verdict.wanted)])
    test, labels = (tuple(row for row in rows if row.split == split) for split in ("test", "val"))
    reason, no_labels = _no_total(test, NOTHING_ASKED), _no_total(labels, NO_LABELS)
    return Costs(
        currency=policy.currency,
        rows=rows,
        total=None if reason else sum(_largest(test).values()),
        total_reason=reason,
        training=None if hours is None or hour_price is None else hours * hour_price,
        labels=None if no_labels else sum(_largest(labels).values()),
        labels_reason=no_labels,
    )


def cost_sentences(found: Costs | None) -> tuple[Sentence, ...]:
    """Each total in a sentence, with its groups; and the price of training, where it is declared."""
    if found is None:
        return ()
    said = []
    for template, split, total in ((TOTAL, "test", found.total), (LABELS, "val", found.labels)):
        rows = [row for row in found.rows if row.split == split]
        if total is not None:
            codes = dict.fromkeys(row.asked_by for row in rows)
            parts = joined(f"{name}: {money(cost, found.currency)}" for name, cost in _largest(rows).items())
            values = {"codes": ", ".join(codes), "cost": money(total, found.currency), "parts": parts}
            said.append(Sentence(template, values))
    if found.training is not None:
        said.append(Sentence(TRAINING, {"cost": money(found.training, found.currency)}))
    return tuple(said)


def price_of_all(wanted: Sequence[RowsWanted], policy: Policy) -> str | None:
    """What all these images cost together, with the currency; None where a number or a price is missing, or none are
    wanted.
    """
    costs_of_each = [_row("", one, policy).cost for one in wanted]
    known = [cost for cost in costs_of_each if cost is not None]
    return money(sum(known), policy.currency) if known and len(known) == len(costs_of_each) else None


def money(amount: float, currency: str | None) -> str:
    """An amount with separators, two decimals and its currency.

    Examples
    --------
    >>> money(1240.5, "EUR")
    '1,240.50 EUR'
    """
    return f"{amount:,.2f} {currency or ''}".rstrip()


def _row(code: str, one: RowsWanted, policy: Policy) -> CostRow:
    price = policy.price_of(one.group)
    cost = None if price is None or one.more is None else price * one.more
    return CostRow(code, one.group, one.more, price, cost, one.split)


def _largest(rows: Sequence[CostRow]) -> dict[str, float]:
    """The largest cost of each group."""
    found: dict[str, float] = {}
    for row in rows:
        found[row.group] = max(found.get(row.group, 0.0), row.cost or 0.0)
    return found


def _no_total(rows: Sequence[CostRow], nothing: str) -> str | None:
    unpriced = joined(dict.fromkeys(row.group for row in rows if row.price is None))
    endless = joined(dict.fromkeys(row.group for row in rows if row.more is None))
    if endless is not None:
        return TOO_MANY.format(limit=f"{LIMIT:,}", names=endless)
    if unpriced is not None:
        return NO_PRICE.format(names=unpriced)
    return None if rows else nothing
