"""What was promised before looking: target, margins, deciding head, prices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import Any, Literal

from hindmost.core.errors import InputError


@dataclass(frozen=True)
class Setting:
    """What one field of a policy means, and what it may be.

    Parameters
    ----------
    meaning : str               one line, English
    values : str                what may be written, one line
    kind : "share", "amount" or "choice"    strictly between 0 and ``below``; 0 or more; neither
    below : float               end of the range of a share
    example : str or None       what to write, where the default is "not declared"
    """

    meaning: str
    values: str
    kind: Literal["share", "amount", "choice"] = "choice"
    below: float = 1
    example: str | None = None


def _share(default: float, meaning: str, *, below: float = 1, null: str = "") -> Any:
    values = f"strictly between 0 and {below:g}" + (f"; null: {null}" if null else "")
    return field(default=default, metadata={"setting": Setting(meaning, values, "share", below)})


def _choice(default: Any, meaning: str, values: str, example: str | None = None) -> Any:
    return field(default=default, metadata={"setting": Setting(meaning, values, example=example)})


def _amount(meaning: str, example: str) -> Any:
    setting = Setting(meaning, "0 or more; null: not declared", "amount", example=example)
    return field(default=None, metadata={"setting": setting})


def _amounts(meaning: str, values: str, example: str) -> Any:
    return field(default_factory=dict, metadata={"setting": Setting(meaning, values, "amount", example=example)})


@dataclass(frozen=True)
class Policy:
    """The thresholds that the decision is measured against, and what images and training cost.

    Each field carries its meaning and its values (``settings``): the policy file, its template and its
    docs are made from them. ``yours`` names the fields that a policy file set; the others are defaults.
    Prices change no decision: they say what the images cost that would decide.
    """

    target: float | None = _share(
        0.80, "worst-group accuracy that is wanted", null='nothing is promised, which forbids "sufficient"'
    )
    harm_margin: float = _share(0.05, "loss of accuracy in any group that is tolerated")
    gap_margin: float = _share(0.05, "shortcut gap that is tolerated")
    reliance_margin: float = _share(0.05, "reliance on the cue that is tolerated")
    level: float = _share(0.05, "error level of every test", below=0.5)
    flip_tolerance: float = _share(
        0.02, "share of predictions that --dtype bfloat16 may flip against float32; more is refused"
    )
    label_budget: int = _choice(
        500, "labelled validation images of each group that could be had, all in all", "a whole number, 1 or more"
    )
    deciding_head: str = _choice("dfr", "the head that the decision speaks of", "one of --heads")
    on_empty_stratum: str = _choice(
        "unavailable",
        "what happens to a head that needs a group without rows",
        "unavailable, or fit_existing: it is fitted on the groups that exist",
    )
    languages: tuple[str, ...] = _choice(
        ("en", "ja"), "one report page each, the first is report.html", "a list of en, ja"
    )
    image_price: float | None = _amount("price of one more labelled image, of any group", "2.50")
    group_prices: Mapping[str, float] = _amounts(
        "price of one more labelled image of a group, where it differs",
        "a mapping from group names, as the report prints them, to prices; {}: none differs",
        '{"waterbird, on land": 12.00}',
    )
    training_hours: float | None = _amount("hours that training the network once more takes", "6")
    training_hour_price: float | None = _amount("price of one hour of training", "1.80")
    currency: str | None = _choice(None, "what prices are counted in", "text; null: not declared", "EUR")
    yours: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for name, setting in settings().items():
            _check_range(name, setting, getattr(self, name))
        if self.label_budget < 1:
            raise InputError(f"policy: label_budget must be at least 1 image a group, but {self.label_budget} came.")
        if self.on_empty_stratum not in ("unavailable", "fit_existing"):
            raise InputError(
                f"policy: on_empty_stratum must be 'unavailable' or 'fit_existing', but {self.on_empty_stratum!r} came."
            )
        if not self.languages or set(self.languages) - {"en", "ja"}:
            raise InputError(f"policy: languages must name 'en', 'ja' or both, but {list(self.languages)} came.")
        if (self.training_hours is None) != (self.training_hour_price is None):
            there, lacks = ("training_hours", "training_hour_price")[:: 1 if self.training_hours is not None else -1]
            raise InputError(f"policy: {there} came without {lacks}, and only both give a price. Set both or neither.")

    def check_groups(self, groups: Collection[str]) -> None:
        """Refuse prices of groups that the data do not have.

        Raises
        ------
        InputError
            ``group_prices`` names another group.
        """
        strange = [name for name in self.group_prices if name not in groups]
        if strange:
            raise InputError(
                f"policy: group_prices names {strange[0]!r}, but the groups are: {'; '.join(groups)}. Correct the name."
            )

    def price_of(self, group: str) -> float | None:
        """What one more labelled image of this group costs; None where no price is declared."""
        return self.group_prices.get(group, self.image_price)


def settings() -> dict[str, Setting]:
    """Meaning and values of each field, in order.

    Examples
    --------
    >>> settings()["level"].values
    'strictly between 0 and 0.5'
    """
    return {one.name: one.metadata["setting"] for one in fields(Policy) if "setting" in one.metadata}


def _check_range(name: str, setting: Setting, value: Any) -> None:
    if value is None or setting.kind == "choice":
        return
    numbers = {f"{name} of {key!r}": one for key, one in value.items()} if isinstance(value, Mapping) else {name: value}
    for place, number in numbers.items():
        if setting.kind == "share" and not 0 < number < setting.below:
            raise InputError(f"policy: {place} must lie strictly between 0 and {setting.below:g}, but {number} came.")
        if setting.kind == "amount" and not (isfinite(number) and number >= 0):
            raise InputError(f"policy: {place} must be a finite number, 0 or more, but {number} came.")
