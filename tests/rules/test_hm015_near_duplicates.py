"""HM015: found, clear, not applicable, with and without pictures; a count is never short of data."""

from dataclasses import replace

from hindmost.core.near_duplicates import NearDuplicates, NearPair
from hindmost.core.policy import Policy
from hindmost.rules.hm015_near_duplicates import check
from hindmost.rules.not_checked import not_checked

POLICY = Policy()
PAIR = NearPair("a.jpg", "test", "b.jpg", "train", 0.91, 0.97)
SEEN = NearDuplicates("pictures", 1, {"train": 1, "val": 0, "test": 1}, 2889, 700, 0.4, 0.85, 0.31, 600, (PAIR,))
NONE = replace(SEEN, pairs=0, rows={"train": 0, "val": 0, "test": 0}, examples=())


def of(make, near):
    return replace(make.evidence(), near_duplicates=near)


def test_found_names_the_pair_and_how_alike_random_pairs_are(make):
    finding = check(of(make, SEEN), POLICY)
    assert (finding.outcome, finding.number) == ("found", 1.0)
    assert "a.jpg (test) ≈ b.jpg (train)" in finding.sentence
    assert "600 random pairs of one group reached 0.31" in finding.sentence
    alone = replace(SEEN, by="features", likeness_threshold=None, likeness_by_chance=None, chance_pairs=0)
    assert "No pictures were compared" in check(of(make, alone), POLICY).sentence


def test_clear_and_not_applicable(make):
    assert check(of(make, NONE), POLICY).outcome == "clear"
    assert "No pictures were compared" in check(of(make, replace(NONE, by="features")), POLICY).sentence
    assert check(of(make, None), POLICY).outcome == "not_applicable"


def test_what_was_not_searched_is_said(make):
    said = {by: " ".join(map(str, not_checked(of(make, near)))) for by, near in
            {"none": None, "pictures": NONE, "features": replace(NONE, by="features")}.items()}  # fmt: skip
    assert "only images with identical bytes" in said["none"]
    assert "Mirrored or strongly cropped copies" in said["pictures"]
    assert "by features alone" in said["features"]
