"""Finished English phrases that other rooms write into an audit, so that they can be translated.

Reasons and methods come as text, not as template and values. Each entry is a message id; a field in it
stands for any text. A phrase that matches none is shown as it is.
"""

from __future__ import annotations

import re
from functools import cache

from hindmost.report.words import N_

PHRASES: tuple[str, ...] = (
    # what the audit is conditional on, and where the model came from
    N_("one dataset, one training run"),
    N_("one dataset, {n} training runs"),
    N_("{head} is not available in: {names}"),
    N_("t interval; runs and test rows drawn again, rows within groups and the same for all runs; n - 1 of n runs"),
    N_("trained here"),
    N_("checkpoint"),
    N_("stored embeddings"),
    N_("unknown: features were stored before"),
    N_("the network's own last layer, as it was trained"),
    N_("the network's own last layer, stored beside the features"),
    N_("the network's own head, recovered by least squares from features and logits {fit}"),
    # worst group, means, gap
    N_("validation, out of fold"),
    N_("validation, out of fold; without rows there: {names}"),
    N_("no validation row has an out-of-fold prediction"),
    N_("there are no validation rows"),
    N_("no test rows of: {names}"),
    N_("there are no training rows to take the group mix from"),
    N_("no test rows of a group of the training mix: {names}"),
    N_("the cue has one value only, so there is nothing to compare"),
    # change
    N_("Tango paired score interval, exact McNemar, Holm over groups"),
    N_(
        "cluster bootstrap no narrower than the Tango interval of the rows (Tango at the effective number of rows "
        "where few clusters changed), exact sign flips by cluster, Holm over groups"
    ),
    # reliance
    N_("with the training association"),
    N_("against the training association"),
    N_("in either direction"),
    N_("no row has a twin whose cue goes with another class in training"),
    N_("{n} rows left out: both cue values go with the same class"),
    N_("not compared, no rows of: {names}"),
    N_("no class has rows under two cue values, so its margins cannot be compared"),
    N_("twins and controls came with the data"),
    N_(
        "twins were composed here: the object of a test image on the ground of another with the other cue; "
        "for the control, on another ground with its own cue"
    ),
    N_("twins are rows of the data, without control images"),
    N_(
        "the cue was erased from test images that show it; for the control, as much of the image elsewhere. "
        "Images without the cue were not changed"
    ),
    N_("erasing needs core masks, so that its control leaves the object alone"),
    N_("a cue that is erased has two values, there or not, but {n} came"),
    N_("the cue could be erased from no {split} row: {why}"),
    N_("the {split} rows have one cue value only, so no ground with another cue exists"),
    N_("no {split} row has a usable core mask; name masks in a column mask_filename"),
    N_("grounds of two cue values are needed, usable {split} rows by cue are {few}"),
    # what limits the worst group
    N_("the head {head} is not available"),
    N_("the head {head} is not fitted on validation rows"),
    N_("there are no test rows"),
    N_("a label budget needs {least} validation rows of every group, and has fewer of: {names}"),
    N_("every draw could be fitted at {fitted} of {budgets} budgets, and an extrapolation needs {least}"),
    N_("the budgets reach from {low} to {high} images per group, and an extrapolation needs a factor of {least}"),
    N_("its accuracy follows no curve that rises and levels off"),
    N_("no curve could be taken further of: {names}"),
    # the ladder of ceilings
    N_("the network's own head"),
    N_("its class offsets moved, without a look at groups"),
    N_("the deciding head"),
    N_("oracle: cross-fitted on validation and test rows, groups weighing the same, penalty chosen inside each fold"),
    N_("the cue erased from the features, then a new head"),
    N_("balanced end-to-end training"),
    N_("not run"),
    N_("{head} was not among the heads"),
    N_("{n} validation and test rows are more than the {most} that it is cross-fitted on"),
    # maps
    N_("stored embeddings hold no images, so there are no maps"),
    N_("no row has a core mask"),
    N_("its feature is its class token, one of an array of shape {shape}, and no sum over places gives that"),
    N_("what it pools is an array of shape {shape}, not a map with its {d} features as channels"),
    N_(
        "what it pools is an array of shape {shape}, not a map with its {d} features as channels "
        '(it calls its pooling "{name}")'
    ),
    N_(
        "no one array over a plane that passes through it has its {d} features as its mean or its maximum, with or "
        "without a norm after it"
    ),
    N_(
        "no one array over a plane that passes through it has its {d} features as its mean or its maximum, with or "
        'without a norm after it (it calls its pooling "{name}")'
    ),
    N_(
        "its features are neither the mean nor the maximum of its maps, nor half of each, nor one of these before a "
        "norm"
    ),
    N_(
        "its features are neither the mean nor the maximum of its maps, nor half of each, nor one of these before a "
        'norm (it calls its pooling "{name}")'
    ),
    N_("{reason}. Attention to places gives no map either: {found}"),
    N_("no place is known for what its last attention reads"),
    N_("the feature is more than what one token makes of its last attention"),
    N_("the end of the network cannot be run again on one token"),
    N_("integrated gradients of its last attention do not add up to what it brings (off by {error})"),
    N_("its last call is attention with dropout, an order of tokens or shared heads"),
    N_("its last call is attention with a mask, extra keys or weights that are asked for"),
    N_("attention in {block} over {height} x {width} places"),
    N_("attention in {block} over {height} x {width} places, gradients integrated over {steps} points"),
    N_("the margin is the same for all images"),
    N_("the head is not linear, so no map shows its evidence and no file holds its weights"),
    # costs
    N_("no finding asks for more test images"),
    N_("no finding asks for more images"),
    N_("no finding asks for more validation images"),
    N_("no price is declared for: {names}"),
    N_("no number of images up to {limit} settles it, at the rates seen: {names}"),
    N_("cue masks came with the data"),
    N_("the cue is everything outside the core mask, as the data card says"),
    N_("not measured: no row has a cue mask, and the data card does not say cue_region: outside_core"),
    N_("all rows"),
    # order of pairs
    N_("pairs are ordered by the margin of two classes, and there are more"),
    N_("the test rows hold one class only, so there are no pairs"),
    N_("training shows one of the cue values never, so what it says about a pair is not known"),
    # probes
    N_("L2 logistic regression on standardised features, C = 0.01"),
    N_("a margin is read for two classes, and there are more"),
    N_("the cue is probed for up to {most} values, and there are {many}"),
    N_("no class has {n} validation rows and {m} test rows of two cue values"),
    # what single features tell
    N_("the baseline is not linear, so its features have no weights"),
    N_("roles are read for up to {most} classes and cue values, and there are {many}"),
    N_("no cue value has {n} rows of two classes, so no feature can be seen to tell the class"),
    N_("no class has {n} rows of two cue values, so no feature can be seen to tell the cue"),
    N_("the head is one fit, so there are no retrains to compare"),
    N_("there are no twins with the cue swapped"),
    N_("the region of the cue is not known"),
    N_("the network is not there to read changed images"),
    N_("measured for the baseline and the deciding head only"),
    N_("{n} images are needed"),
    N_("all images are of one cluster"),
    N_("nothing varies within groups"),
    # heads: what each fits, and why one could not be
    N_("the network's own last layer, nothing is fitted"),
    N_("L2 logistic regression on the standardised train rows; no group is looked at"),
    N_("the baseline's weights with class offsets that maximise worst-group accuracy"),
    N_("mean of L1 logistic regressions on group-balanced subsets of the validation rows"),
    N_("mean of L1 logistic regressions on group-balanced validation rows, scaled by all of them"),
    N_("mean of L1 logistic regressions on group-balanced validation rows, not standardised"),
    N_("softmax head with an L1 penalty, by SGD on one group-balanced validation subset"),
    N_("mean of L1 logistic regressions on group-balanced subsets of the train rows"),
    N_("mean of L1 logistic regressions on group-balanced validation rows, C by cross-fitting"),
    N_("L2 logistic regression on the validation rows, each class weighing the same"),
    N_("L2 logistic regression on the train rows, each group weighing the same"),
    N_("L2 logistic regression on one group-balanced subset of the train rows"),
    N_("the linear head with the smallest penalised loss of the worst train group"),
    N_("the baseline's weights with class offsets that reproduce the class rates of dfr"),
    N_("gradient steps from the network's head on rows weighted by its doubt, pulled back to it"),
    N_("class-balanced fine-tuning of the network's head where it disagrees most with a weaker version"),
    N_("a new last layer on equally many rows of highest and of lowest loss of each class"),
    N_("class-balanced logistic regression without units more active where the network is wrong"),
    N_("LEACE of the cue within class from train rows, then balanced L2 logistic regression"),
    N_("mean probability of prototype classifiers on group-balanced subsets; not linear"),
    N_("it is fitted on {split} rows, and there are none."),
    N_("the {split} rows do not hold every class."),
    N_("a random half of its rows holds none of: {names}; collect more of them."),
    N_("it needs {n} rows of each group, and has fewer of: {names}; collect more of them."),
    N_("{head} must predict every row out of fold, but: {reason}."),
    N_(
        "it needs rows of every group, and has none of: {names}; collect some, or let the policy say "
        "on_empty_stratum: fit_existing."
    ),
)


def match(text: str) -> tuple[str, dict[str, str]] | None:
    """The message id of a finished phrase and the texts of its fields; None where no entry fits.

    Examples
    --------
    >>> match("no test rows of: waterbird, on land")
    ('no test rows of: {names}', {'names': 'waterbird, on land'})
    """
    for msgid, pattern in _patterns().items():
        found = pattern.fullmatch(text)
        if found:
            return msgid, found.groupdict()
    return None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Entries without fields first, so that the plainest one wins."""
    ordered = sorted(PHRASES, key=lambda msgid: "{" in msgid)
    return {msgid: re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(msgid))) for msgid in ordered}
