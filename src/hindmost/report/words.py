"""Plain words and a sign for each decision and outcome. Values are message ids, marked with N_."""

from __future__ import annotations

from dataclasses import dataclass


def N_(msgid: str) -> str:
    """Mark a message id so that the extraction finds it; it is translated where it is shown."""
    return msgid


@dataclass(frozen=True)
class Word:
    """How one outcome is shown.

    Parameters
    ----------
    label : str     message id, a few words
    sign : str      name of its shape, so that colour is never the only sign
    mark : str      one character for tables and the terminal
    tone : str      "good", "warn", "bad" or "calm"
    more : str      message id, one sentence: what to do next, or what it means
    """

    label: str
    sign: str
    mark: str
    tone: str
    more: str


DECISIONS: dict[str, Word] = {
    "no_shortcut_found": Word(
        N_("No shortcut found"),
        "check",
        "+",
        "good",
        N_("Keep the present last layer. Audit again when the data, the cue or the model changes."),
    ),
    "treatment_sufficient": Word(
        N_("Retraining the last layer is enough"),
        "check",
        "+",
        "good",
        N_("Use the head {head} in place of the last layer, and measure the same groups again after deployment."),
    ),
    "treatment_harms": Word(
        N_("Retraining the last layer harms"),
        "cross",
        "!",
        "bad",
        N_("Keep the present last layer. Do not put the head {head} to use."),
    ),
    "surgery_needed": Word(
        N_("Retraining the last layer is not enough"),
        "cross",
        "!",
        "bad",
        N_(
            "Change the backbone or the data, for example by training on balanced groups or without the cue; then "
            "audit again."
        ),
    ),
    "collect_data": Word(
        N_("More labelled images are needed"),
        "plus",
        "~",
        "warn",
        N_("Collect labelled images of the groups that are named here, then audit again."),
    ),
    "treatment_helps": Word(
        N_("Retraining the last layer helps"),
        "rise",
        "~",
        "warn",
        N_(
            "Weigh what the head {head} gains against the groups that pay, and close the open points before relying "
            "on it."
        ),
    ),
    "cannot_tell": Word(
        N_("These data cannot tell"),
        "question",
        "?",
        "calm",
        N_("Keep the present last layer for now, and collect the test images that are named as open."),
    ),
}

PAID_FOR = N_("Retraining the last layer helps, but groups pay")

CHANGES: dict[str, Word] = {
    "helped": Word(N_("helped"), "up", "▲", "good", N_("the gain lies beyond chance (adjusted p below the level)")),
    "harmed": Word(N_("harmed"), "down", "▼", "bad", N_("the loss lies beyond chance and beyond the margin")),
    "unharmed": Word(N_("unharmed"), "dot", "●", "calm", N_("a loss beyond the margin is ruled out")),
    "open": Word(N_("open"), "ring", "○", "warn", N_("a loss beyond the margin is neither shown nor ruled out")),
    "no_data": Word(N_("no data"), "dash", "–", "calm", N_("the group has no test rows")),
}

OUTCOMES: dict[str, Word] = {
    "found": Word(N_("found"), "cross", "!", "bad", N_("the rule found what it looks for")),
    "not_enough_data": Word(N_("not enough data"), "question", "?", "warn", N_("the data cannot answer")),
    "clear": Word(N_("clear"), "check", "✓", "good", N_("the rule looked and did not find it")),
    "not_applicable": Word(N_("not applicable"), "dash", "–", "calm", N_("the rule could not be applied")),
}

RELIANCE: dict[str, str] = {
    "swap": N_("swap minus control"),
    "swap_only": N_("swap only"),
    "dependence": N_("dependence"),
    "none": N_("not measured"),
}

ROLES: dict[str, str] = {
    "core": N_("the class alone"),
    "cue": N_("the cue alone"),
    "mixed": N_("both"),
    "neither": N_("neither was shown"),
}

EXCITED: dict[str, str] = {
    "dropped core": N_("class feature, dropped"),
    "dropped cue": N_("cue feature, dropped"),
    "kept core": N_("class feature, kept"),
}

PAIRS: dict[str, str] = {
    "all": N_("all pairs"),
    "easy": N_("easy: the cue orders them right"),
    "hard": N_("hard: the cue orders them wrong"),
    "same": N_("same: the cue does not order them"),
}

POLICY: dict[str, str] = {
    "target": N_("target for the worst group"),
    "harm_margin": N_("loss in a group that is tolerated"),
    "gap_margin": N_("shortcut gap that is tolerated"),
    "reliance_margin": N_("reliance on the cue that is tolerated"),
    "flip_tolerance": N_("predictions that another number format may flip"),
    "label_budget": N_("labelled images of each group that could be had"),
    "level": N_("error level of every test"),
    "deciding_head": N_("head that decides"),
    "on_empty_stratum": N_("when a head needs a group that is empty"),
    "languages": N_("languages of the report"),
    "image_price": N_("price of one more labelled image"),
    "group_prices": N_("price of one more labelled image of a group"),
    "training_hours": N_("hours that training the network once more takes"),
    "training_hour_price": N_("price of one hour of training"),
    "currency": N_("what prices are counted in"),
}

MEASURES: dict[str, str] = {
    "mass": N_("share of evidence inside"),
    "lift": N_("lift over area"),
    "rank": N_("strongest cells inside"),
    "auc": N_("AUC of the map"),
    "pointing": N_("strongest cell inside"),
    "density": N_("lift inside minus outside"),
}

REGIONS: dict[str, str] = {"core": N_("core region"), "cue": N_("region of the cue")}

SIDES: dict[str, str] = {
    "for": N_("evidence for the true class"),
    "against": N_("evidence against the true class"),
}

TRUST: dict[str, str] = {
    "random_head": N_("likeness to maps of shuffled head weights"),
    "random_layers": N_("likeness to maps of shuffled last layers"),
    "other_masks": N_("lift in the own mask minus that in masks of other images"),
    "refits": N_("likeness of maps from two halves of the retrains"),
    "deletion": N_("deletion of pixels, weakest cells minus strongest"),
    "swap": N_("agreement with a swapped cue"),
    "places": N_("share of the margin's variance that the places explain"),
}

PASSES: dict[str, str] = {
    "below": N_("below {threshold}"),
    "above": N_("above {threshold}"),
    "off": N_("on one side of {threshold}"),
}

SPLITS: dict[str, str] = {"train": N_("training"), "val": N_("validation"), "test": N_("test")}


def word(table: dict[str, Word], key: str) -> Word:
    """The word of a key; a key of a newer schema is shown as it is."""
    return table.get(key, Word(key.replace("_", " "), "question", "?", "calm", ""))
