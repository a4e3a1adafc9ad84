"""The policy refuses thresholds that cannot be measured against."""

import pytest

from hindmost.core.errors import InputError
from hindmost.core.policy import Policy


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
