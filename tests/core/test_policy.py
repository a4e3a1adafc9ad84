"""The policy refuses thresholds that cannot be measured against."""

from dataclasses import fields

import pytest

from hindmost.core.errors import InputError
from hindmost.core.policy import Policy, settings


def test_defaults_are_what_the_docs_say():
    policy = Policy()
    assert (policy.target, policy.harm_margin, policy.gap_margin, policy.reliance_margin) == (0.80, 0.05, 0.05, 0.05)
    assert (policy.level, policy.deciding_head, policy.yours) == (0.05, "dfr", ())
    assert Policy(target=None).target is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"target": 1.0}, "target"),
        ({"target": 0.0}, "target"),
        ({"level": 0.5}, "level must lie strictly between 0 and 0.5"),
        ({"harm_margin": 0.0}, "harm_margin"),
        ({"gap_margin": 1.0}, "gap_margin"),
        ({"reliance_margin": -0.1}, "reliance_margin"),
        ({"on_empty_stratum": "skip"}, "'unavailable' or 'fit_existing'"),
        ({"languages": ()}, "languages"),
        ({"languages": ("fr",)}, "fr"),
    ],
)
def test_refuses(values, said):
    with pytest.raises(InputError, match=said):
        Policy(**values)


def test_every_field_says_what_it_means_and_may_be():
    assert [*settings(), "yours"] == [one.name for one in fields(Policy)]
    assert all(one.meaning and one.values for one in settings().values())


def test_prices_of_groups_that_the_data_lack_are_refused():
    policy = Policy(image_price=1.0, group_prices={"waterbird, on land": 12.0})
    policy.check_groups(("landbird, on land", "waterbird, on land"))
    assert (policy.price_of("waterbird, on land"), policy.price_of("landbird, on land")) == (12.0, 1.0)
    with pytest.raises(InputError, match=r"group_prices names 'waterbird, on land', but the groups are: a; b"):
        policy.check_groups(("a", "b"))
    assert Policy().price_of("a") is None
