"""Maps drawn over a photograph."""

from __future__ import annotations

import re
from dataclasses import replace

from hindmost.core.audit import Audit
from hindmost.report import overlay


def test_the_scale_is_shared_by_all_maps_of_one_image(audit: Audit) -> None:
    thumbnail = replace(audit.thumbnails[0], maps={"a": ((1.0, -4.0),), "b": ((2.0, 0.0),)})
    assert overlay.scale(thumbnail) == 4.0
    assert overlay.scale(replace(thumbnail, maps={})) == 0.0


def test_signs_have_their_own_marks_and_zero_has_none() -> None:
    drawn = overlay.evidence(((4.0, 0.0), (-4.0, 2.0)), 4.0)
    assert re.findall(r'class="(\w+)" opacity="([\d.]+)" d="M([\d.]+) ([\d.]+)', drawn) == [
        ("pos", "0.43", "50", "50"),
        ("pos", "0.86", "0", "0"),
        ("neg", "0.86", "0", "50"),
    ]


def test_half_the_evidence_is_half_as_strong() -> None:
    assert 'opacity="0.43"' in overlay.evidence(((2.0,),), 4.0)
    assert overlay.evidence(((0.0,),), 0.0) == ""


def test_the_outline_goes_around_the_covered_cells() -> None:
    drawn = overlay.outline(((0.0, 0.0, 0.0), (0.0, 0.9, 0.5), (0.0, 0.2, 0.0)))
    edges = re.findall(r"M([\d.]+) ([\d.]+)([vh])", drawn.split('class="core"')[1])
    assert len(edges) == 6  # two cells side by side have six outer edges
    assert overlay.outline(None) == ""
    assert overlay.outline(((0.1,),)) == ""


def test_activity_is_the_positive_part_at_its_own_strength() -> None:
    drawn = overlay.activity(((-9.0, 2.0), (1.0, 0.0)))
    assert re.findall(r'class="(\w+)" opacity="([\d.]+)"', drawn) == [("pos", "0.43"), ("pos", "0.86")]
    assert overlay.activity(((-1.0, 0.0),)) == ""
