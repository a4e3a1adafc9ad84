"""What the schema of a published table says of a head comes back to the last bit."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.core.published import head_of_plain, plain_head

VALUES = st.floats(allow_nan=False, allow_infinity=False)


@given(st.data(), st.integers(2, 4), st.integers(1, 5))
def test_a_head_there_and_back(data: st.DataObject, c: int, d: int) -> None:
    head = Head(
        data.draw(arrays(np.float64, (c, d), elements=VALUES)), data.draw(arrays(np.float64, c, elements=VALUES))
    )
    back = head_of_plain(json.loads(json.dumps(plain_head(head))))
    assert back.coef.tobytes() == head.coef.tobytes()
    assert back.intercept.tobytes() == head.intercept.tobytes()


@pytest.mark.parametrize("change", [{"shape": [3, 2]}, {"coef": "???"}, {"intercept": None}])
def test_what_is_no_head_is_refused(change: dict) -> None:
    plain = plain_head(Head(np.ones((2, 4)), np.ones(2)))
    with pytest.raises(InputError, match="head in the schema cannot be read"):
        head_of_plain({**plain, **change})
