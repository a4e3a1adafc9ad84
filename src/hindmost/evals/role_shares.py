"""How much of a head's margin weight lies on features of each role, and how much of the baseline's was set to zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.anatomy import ROLES, HeadRoles, Part, RoleShare
from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.core.rows import BoolArray, FloatArray, IntArray
from hindmost.evals._check import check_length
from hindmost.evals._resample import percentile_interval


@dataclass(frozen=True)
class _Weight:
    """Margin weight of each feature (d,), sum 1 before and after; ``fits`` (fits, d): zeroed in each single fit."""

    before: FloatArray
    after: FloatArray
    zeroed: FloatArray
    lost: FloatArray
    fits: FloatArray


def margin_weight(coef: FloatArray, sd: FloatArray) -> FloatArray:
    """Size of each feature's weight in the margin times its sd, shape (..., d), from coef (..., c, d).

    The size is the root mean square, over pairs of classes, of the difference of their weights: ``|w|`` if binary.
    """
    c = coef.shape[-2]
    centred = coef - coef.mean(axis=-2, keepdims=True)
    return np.asarray(np.sqrt((centred**2).sum(axis=-2) * 2 / (c - 1)) * sd)


def has_weight(coef: FloatArray) -> BoolArray:
    """True for features with a weight in any margin, shape (..., d), from coef (..., c, d)."""
    return np.asarray((coef != coef[..., :1, :]).any(axis=-2))


def role_shares(
    head: Head, baseline: Head, single: FloatArray | None, sd: FloatArray, roles: IntArray, drawn: IntArray
) -> HeadRoles:
    """Shares of margin weight before and after, and of what was zeroed or lost, by role.

    Parameters
    ----------
    head, baseline : Head
    single : float array (fits, c, d) or None     coefficients of single fits; see ``as_coefs``
    sd : float array (d,)                         of each feature
    roles : int array (d,)                        positions in ``ROLES``
    drawn : int array (draws, d)                  the same with the rows drawn again: the intervals

    Raises
    ------
    InputError
        Arrays or heads are of other features.
    """
    if head.coef.shape != baseline.coef.shape:
        raise InputError(f"The heads have coef {head.coef.shape} and {baseline.coef.shape}. Pass heads of one network.")
    for name, array in (("sd", sd), ("roles", roles), ("drawn, transposed,", drawn.T)):
        check_length(name, array, head.coef.shape[1])
    before, after = share_of_weight(baseline, sd), share_of_weight(head, sd)
    zeroed = np.where(has_weight(head.coef), 0.0, before)
    lost = lost_weight(head, baseline, sd)
    fits = np.zeros((0, len(sd))) if single is None else np.where(has_weight(single), 0.0, before)
    weight = _Weight(before, after, zeroed, lost, fits)
    return HeadRoles(
        n_zeroed=int((~has_weight(head.coef)).sum()),
        zeroed=float(zeroed.sum()),
        lost=float(lost.sum()),
        roles=tuple(_share(r, weight, roles, drawn) for r in range(len(ROLES))),
    )


def share_of_weight(head: Head, sd: FloatArray) -> FloatArray:
    """Margin weight of each feature as a share of the head's, shape (d,); 0 where the head has no weight at all."""
    weight = margin_weight(head.coef, sd)
    total = weight.sum()
    return np.asarray(weight / total if total > 0 else weight)


def lost_weight(head: Head, baseline: Head, sd: FloatArray) -> FloatArray:
    """What each feature's share of the baseline's weight does not keep, with its sign, in the head's; shape (d,)."""
    before = share_of_weight(baseline, sd)
    return np.asarray(before - np.minimum(before, _kept(head, baseline) * share_of_weight(head, sd)))


def as_coefs(single: FloatArray | None, n_classes: int) -> FloatArray | None:
    """Single fits as (fits, c, d); of a binary head they may come as one row of margin weights each.

    None where there are fewer than two.
    """
    if single is None or len(single) < 2:
        return None
    fits = single[:, None, :] if single.ndim == 2 else single
    return np.concatenate([-fits / 2, fits / 2], axis=1) if n_classes == 2 and fits.shape[1] == 1 else fits


def _kept(head: Head, baseline: Head) -> FloatArray:
    """Share of each feature's new weight that points as the old one did, in 0..1; 0 for a binary sign that turned."""
    new, old = (each.coef - each.coef.mean(axis=0) for each in (head, baseline))
    sizes = np.sqrt((new**2).sum(axis=0) * (old**2).sum(axis=0))
    return np.maximum((new * old).sum(axis=0) / np.where(sizes > 0, sizes, 1.0), 0.0)


def _share(r: int, weight: _Weight, roles: IntArray, drawn: IntArray) -> RoleShare:
    here = np.concatenate([roles[None], drawn]) == r  # observed first
    member = here.astype(np.float64)
    everywhere = np.ones_like(member)
    fits = weight.fits[weight.fits.sum(axis=1) > 0]
    return RoleShare(
        role=ROLES[r],
        n=int(here[0].sum()),
        before=_part(weight.before, weight.before, member, everywhere),
        after=_part(weight.after, weight.after, member, everywhere),
        zeroed=_part(weight.zeroed, weight.zeroed, member, everywhere),
        zeroed_rate=_part(weight.zeroed, weight.before, member, member),
        lost=_part(weight.lost, weight.lost, member, everywhere),
        lost_rate=_part(weight.lost, weight.before, member, member),
        zeroed_fits=tuple((fits @ member[0] / fits.sum(axis=1)).tolist()),
    )


def _part(weight: FloatArray, of: FloatArray, chosen: FloatArray, among: FloatArray) -> Part:
    """Share that ``weight`` on the chosen features has in ``of`` among others; the first line is the observed one."""
    whole = among @ of
    if not whole[0] > 0:
        return Part(None, None, None)
    known = whole > 0
    share = (chosen @ weight)[known] / whole[known]
    if known.sum() < len(known) / 2:
        return Part(float(share[0]), None, None)
    return Part(float(share[0]), *percentile_interval(share[1:]))
