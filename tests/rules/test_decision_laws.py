"""Laws of the decision under evidence of any kind: hypothesis draws tables with holes in them."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from hindmost.core.ceilings import Ceilings, CurveValue, Extrapolation, GroupCurve, LabelCurve
from hindmost.core.policy import Policy
from hindmost.core.tables import ChangeRow, ChangeTable, GroupRow, MapTable, Reliance, ShortcutGap, WorstGroup
from hindmost.rules import check_all
from hindmost.rules.decision import TABLE, decide
from hindmost.rules.templates import all_templates

GROUPS = ("landbird, on land", "landbird, on water", "waterbird, on land", "waterbird, on water")
TEMPLATES = frozenset(all_templates())
ORDER = [decision for decision, _ in TABLE]

# half of the draws are numbers that let conditions hold, so that every decision is reached; the rest is noise
high = st.sampled_from([0.85, 0.9, 0.95, None]) | st.floats(0, 1)
small = st.sampled_from([0.0, 0.01, 0.04, None]) | st.floats(0, 1)
signed = st.sampled_from([-0.3, -0.01, 0.2, 0.3, None]) | st.floats(-1, 1)
words = st.sampled_from([None, "because"])
sizes = st.sampled_from([500, 500, 500, 20, 3, 0])
names = st.sampled_from([*GROUPS, None])


@st.composite
def group_rows(draw):
    rows = []
    for name in GROUPS[: draw(st.sampled_from([4, 4, 4, 3, 0]))]:
        n = draw(sizes)
        numbers = [draw(high) for _ in range(5)] if n else [None] * 5
        rows.append(GroupRow(name, n, None if numbers[0] is None else round(n * numbers[0]), *numbers))
    return tuple(rows)


worsts = st.builds(
    WorstGroup, names, st.none() | st.integers(0, 500), high, high, high, st.just("validation"), high, names, high,
    words, high,
)  # fmt: skip
gaps = st.builds(ShortcutGap, small, names, names, names, small, small, st.booleans(), words)
kinds = st.sampled_from(["swap", "swap", "swap_only", "dependence", "none"])
reliances = st.builds(
    Reliance, kinds, words, st.integers(0, 500), small, small, small, small, small, small, small, words, st.just(())
)  # fmt: skip
outcomes = st.sampled_from(["helped", "unharmed", "unharmed", "unharmed", "harmed", "open", "no_data"])
map_tables = st.builds(MapTable, st.just(()), st.just(()), signed, signed, signed, st.integers(0, 100))


@st.composite
def change_tables(draw):
    rows = []
    calm = draw(st.booleans())
    for name in GROUPS[: draw(st.sampled_from([4, 4, 4, 2]))]:
        outcome = "unharmed" if calm else draw(outcomes)
        numbers = [draw(signed) for _ in range(4)]
        close = draw(st.none() | st.integers(0, 5000))
        rows.append(ChangeRow(name, draw(sizes), 1, 1, *numbers, None, None, outcome, close))
    return ChangeTable("erm", tuple(rows), draw(signed), draw(signed), draw(signed), "a method")


counts = st.none() | st.integers(1, 900)


@st.composite
def ceilings(draw):
    budgets = draw(st.sampled_from([(40, 160, 500, None), (40, 400, None), (900, None)]))
    values = st.tuples(*(st.builds(CurveValue, st.just(b), high, high, high) for b in budgets))
    rise = st.sampled_from([0.05, 0.05, None]) | signed
    groups = tuple(
        draw(st.builds(GroupCurve, st.just(name), sizes, st.integers(4, 900), signed, rise, values, words))
        for name in GROUPS
    )
    further = st.builds(
        Extrapolation,
        st.just(10),
        st.sampled_from([500, 400]),
        st.just(groups),
        values,
        high,
        counts,
        counts,
        counts,
        st.just(4000),
        words,
    )
    heads = st.sampled_from(["dfr", "dfr", "dfr", "threshold"])
    return Ceilings(draw(st.builds(LabelCurve, heads, st.just(500), st.none(), st.none() | further, words)))


@st.composite
def evidences(draw, make):
    world = make.evidence()
    heads = {}
    for name in ("erm", "threshold", "dfr"):
        available = name == "erm" or draw(st.sampled_from([True, True, True, False]))
        record = world.heads[name] if available else make.missing_head(draw(words))
        if available:
            record = replace(
                record,
                groups=draw(st.just(record.groups) | group_rows()),
                worst_group=draw(st.just(record.worst_group) | st.none() | worsts),
                shortcut_gap=draw(st.just(make.gap()) | st.none() | gaps),
                reliance=draw(st.just(make.reliance()) | st.none() | reliances),
                maps=draw(st.none() | map_tables),
                maps_reason=draw(words),
            )
        heads[name] = record
    fitted = [name for name in ("threshold", "dfr") if heads[name].available and draw(st.just(True) | st.booleans())]
    changes = {name: draw(st.just(make.change()) | change_tables()) for name in fitted}
    counts = {
        "train": (50,) * 4,
        "val": (50,) * 4,
        "test": draw(st.sampled_from([(500,) * 4, (500,) * 4, (500, 0, 500, 500), ()])),
    }
    control = draw(st.none() | change_tables())
    curve = draw(st.none() | ceilings())
    return replace(world, heads=heads, changes=changes, control_change=control, data=make.data(counts), ceilings=curve)


policies = st.builds(
    Policy,
    target=st.sampled_from([0.8, 0.8, None]),
    deciding_head=st.sampled_from(["dfr", "dfr", "dfr", "erm", "threshold"]),
)


def sufficient_by_hand(world, policy):
    """Row 2 of the table, written out on the raw tables."""
    head, change = world.heads.get(policy.deciding_head), world.changes.get(policy.deciding_head)
    if policy.target is None or head is None or not head.available or change is None:
        return False
    worst, reliance = head.worst_group, head.reliance
    if worst is None or worst.lower_bound is None or reliance is None or reliance.upper_bound is None:
        return False
    full = {row.name for row in head.groups if row.n > 0} & {row.name for row in change.groups if row.n > 0}
    return (
        policy.deciding_head != world.baseline
        and worst.lower_bound >= policy.target
        and set(GROUPS) == full
        and all(world.data.counts["test"])
        and all(row.outcome in ("unharmed", "helped") for row in change.groups)
        and reliance.kind != "none"
        and reliance.upper_bound < policy.reliance_margin
    )


def features_by_hand(world, policy):
    """The second way to row 4, written out on the raw tables."""
    curve = world.ceilings.labels if world.ceilings else None
    if policy.target is None or curve is None or curve.extrapolation is None or curve.head != policy.deciding_head:
        return False
    worst = {value.budget: value for value in curve.extrapolation.worst}
    upper = worst.get(curve.extrapolation.horizon, curve.extrapolation.worst[-1]).upper
    return upper is not None and upper < policy.target


def labels_by_hand(world, policy):
    """Row 5, written out on the raw tables."""
    curve, head = world.ceilings.labels if world.ceilings else None, world.heads.get(policy.deciding_head)
    if policy.target is None or curve is None or curve.extrapolation is None or curve.head != policy.deciding_head:
        return False
    further, worst = curve.extrapolation, head.worst_group
    short = [group for group in further.groups if (group.values[0].estimate or 1.0) < policy.target]
    there = [value for value in further.worst if value.budget is not None and value.budget <= policy.label_budget]
    return (
        policy.deciding_head != world.baseline
        and worst.upper_bound is not None
        and worst.upper_bound < policy.target
        and bool(short)
        and all(group.rise_lower is not None and group.rise_lower > 0 for group in short)
        and further.needed <= policy.label_budget
        and (there[-1] if there else further.worst[0]).estimate >= policy.target
        and any(group.rows < further.needed for group in further.groups)
    )


def held_in(world, policy):
    verdict = decide(check_all(world, policy), world, policy)
    return {verdict.decision, *verdict.companions}


@settings(max_examples=100, deadline=None)
@given(st.data(), policies, st.floats(0.01, 0.5))
def test_a_lower_ceiling_never_takes_surgery_away(make, data, policy, down):
    """Monotone: where every upper bound of the curve falls, what held as surgery still holds."""
    world = data.draw(evidences(make))
    before = held_in(world, policy)
    if "surgery_needed" in before and world.ceilings is not None and world.ceilings.labels.extrapolation is not None:
        further = world.ceilings.labels.extrapolation
        lower = tuple(replace(v, upper=None if v.upper is None else max(0.0, v.upper - down)) for v in further.worst)
        labels = replace(world.ceilings.labels, extrapolation=replace(further, worst=lower))
        assert "surgery_needed" in held_in(replace(world, ceilings=Ceilings(labels)), policy)


@settings(max_examples=100, deadline=None)
@given(st.data(), policies)
def test_no_limit_is_found_where_no_curve_was_measured(make, data, policy):
    world = replace(data.draw(evidences(make)), ceilings=None)
    outcomes = {f.code: f.outcome for f in check_all(world, policy)}
    assert {outcomes["HM013"], outcomes["HM014"]} == {"not_applicable"}
    assert "collect_data" not in held_in(world, policy)


@settings(max_examples=250, deadline=None)
@given(st.data(), policies)
def test_laws(make, data, policy):
    world = data.draw(evidences(make))
    findings = check_all(world, policy)
    verdict = decide(findings, world, policy)
    held = [verdict.decision, *verdict.companions]
    # sufficiency only where each of its conditions holds on the raw tables
    assert "treatment_sufficient" not in held or sufficient_by_hand(world, policy)
    # the first that holds decides, companions follow in the table's order, "cannot tell" stands alone
    assert held == ["cannot_tell"] or held == [decision for decision in ORDER if decision in held]
    # surgery rests on a swap with its control, or on features; data are collected only where a target is missed
    if "surgery_needed" in held:
        assert features_by_hand(world, policy) or world.heads[policy.deciding_head].reliance.kind == "swap"
    if "collect_data" in held:
        assert labels_by_hand(world, policy)
    # every sentence is one that a translator has seen
    said = [verdict.message, *verdict.reasons, *verdict.left_open]
    said += [sentence for f in findings for sentence in (f.message, f.would_change) if sentence is not None]
    assert {sentence.template for sentence in said} <= TEMPLATES
    assert all(isinstance(value, str | int | float) for sentence in said for value in sentence.values.values())
    # comparable exactly where a treated head shares a test row with the baseline
    shared = [row.n for name, change in world.changes.items() if world.heads[name].available for row in change.groups]
    assert verdict.comparable == any(n > 0 for n in shared)
