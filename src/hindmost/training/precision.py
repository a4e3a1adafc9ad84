"""Whether this processor computes in bfloat16, or would only imitate it slowly."""

from __future__ import annotations

from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_NATIVE = {"avx512_bf16", "amx_bf16"}


def computes_in_bfloat16(cpuinfo: Path = _CPUINFO) -> bool:
    """True where the processor lists bfloat16 instructions; False where that cannot be read."""
    try:
        lines = cpuinfo.read_text(errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return not _NATIVE.isdisjoint(flags.split())


def uses_bfloat16(precision: str) -> bool:
    """Whether a recipe's precision means bfloat16 autocast on this machine."""
    return precision == "bfloat16" or (precision == "auto" and computes_in_bfloat16())
