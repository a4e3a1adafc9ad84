"""bfloat16 only where the processor says so."""

import pytest

from hindmost.training.precision import computes_in_bfloat16, uses_bfloat16


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flags\t\t: fpu avx512_bf16 sse\n", True),
        ("flags : amx_bf16", True),
        ("flags : avx512f bf16x", False),
        ("", False),
    ],
)
def test_flags(tmp_path, text, expected):
    (tmp_path / "cpuinfo").write_text(text)
    assert computes_in_bfloat16(tmp_path / "cpuinfo") is expected


def test_where_nothing_can_be_read(tmp_path):
    assert computes_in_bfloat16(tmp_path / "gone") is False


def test_what_is_asked_for_wins():
    assert uses_bfloat16("bfloat16") is True
    assert uses_bfloat16("float32") is False
    assert uses_bfloat16("auto") is computes_in_bfloat16()
