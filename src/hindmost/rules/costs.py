"""What it costs to settle what the findings leave open, at the policy's prices."""

from __future__ import annotations

from collections.abc import Sequence

from hindmost.core.costs import CostRow, Costs
from hindmost.core.findings import Finding, RowsWanted, Sentence, Verdict
from hindmost.core.policy import Policy
from hindmost.rules._say import LIMIT, joined

TOTAL = "The images that would settle these questions ({codes}) cost about {cost} at the policy's prices: {parts}."
TRAINING = "Training the network once more costs about {cost} at the policy's prices."
NOTHING_ASKED = "no finding asks for more images"
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
    reason = _no_total(rows)
    return Costs(
        currency=policy.currency,
        rows=rows,
        total=None if reason else sum(_largest(rows).values()),
        total_reason=reason,
        training=None if hours is None or hour_price is None else hours * hour_price,
    )


def cost_sentences(found: Costs | None) -> tuple[Sentence, ...]:
    """The total in a sentence, with its groups; and the price of training, where it is declared."""
    said = []
    if found is not None and found.total is not None:
        codes = dict.fromkeys(row.asked_by for row in found.rows)
        parts = joined(f"{name}: {money(cost, found.currency)}" for name, cost in _largest(found.rows).items())
        values = {"codes": ", ".join(codes), "cost": money(found.total, found.currency), "parts": parts}
        said.append(Sentence(TOTAL, values))
    if found is not None and found.training is not None:
        said.append(Sentence(TRAINING, {"cost": money(found.training, found.currency)}))
    return tuple(said)


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
    return CostRow(code, one.group, one.more, price, cost)


def _largest(rows: Sequence[CostRow]) -> dict[str, float]:
    """The largest cost of each group."""
    found: dict[str, float] = {}
    for row in rows:
        found[row.group] = max(found.get(row.group, 0.0), row.cost or 0.0)
    return found


def _no_total(rows: Sequence[CostRow]) -> str | None:
    unpriced = joined(dict.fromkeys(row.group for row in rows if row.price is None))
    endless = joined(dict.fromkeys(row.group for row in rows if row.more is None))
    if endless is not None:
        return TOO_MANY.format(limit=f"{LIMIT:,}", names=endless)
    if unpriced is not None:
        return NO_PRICE.format(names=unpriced)
    return None if rows else NOTHING_ASKED
