"""The distribution of styles in numbers a group, and what they mean in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cocktailman.errors import InputError
from cocktailman.latent.density import Density, density
from cocktailman.latent.gaussians import Gaussian, aggregate_posterior, fit_gaussian, wasserstein
from cocktailman.latent.groups import chance_distance
from cocktailman.latent.normality import (
    NormalityTest,
    as_vectors,
    energy,
    henze_zirkler,
    mardia_kurtosis,
    mardia_skewness,
)

SIGNIFICANCE = 0.01  # not 0.05: a group is tested four times
JUDGED_FROM = 50  # styles: of groups whose 4 to 6 numbers all have skewness 1, 3 in 4 are found at 50, 1 in 4 at 25

# Effects up to which a group is near normal. Six numbers, each a gamma of skewness 0.5 and nothing else, reach 0.48
# skewness, 0.05 kurtosis, 0.0008 Henze-Zirkler and 0.0002 energy; a t with 10 degrees of freedom 0.3 kurtosis, 0.002
# and 0.0004; two clumps along each number, 3 standard deviations apart, -0.12 kurtosis, 0.002 and 0.0003.
SKEWNESS_NEAR = 0.5  # up to here a distribution is fairly symmetrical (Bulmer, Principles of Statistics, 1979)
KURTOSIS_NEAR = 0.1  # the tails of a t with 24 degrees of freedom
HENZE_ZIRKLER_NEAR = 0.001
ENERGY_NEAR = 0.0003

PRIOR_NEAR = 0.25  # standard deviations a number: a difference of means of 0.2 is called small (Cohen, 1988)
R2_NEEDED = 0.1  # below, knowing the recipe narrows the spread of a style by less than 5 %: 1 - (1 - 0.1)^1/2


@dataclass(frozen=True)
class GroupStatistics:
    """What was measured on one group of styles, of d numbers each, say those of one cocktail.

    name, count: of the group; each test also says how many styles it compared.
    energy: None where it was not asked for.
    gaussian: of the group, and from_prior: its 2-Wasserstein distance from N(0, I), in units of the style.
    chance: from_prior of as many draws of the prior, about.
    """

    name: str
    count: int
    skewness: NormalityTest
    kurtosis: NormalityTest
    henze_zirkler: NormalityTest
    energy: NormalityTest | None
    density: Density
    gaussian: Gaussian
    from_prior: float
    chance: float

    @property
    def near_normal(self) -> bool:
        """Whether no test finds a departure that is both beyond chance and of a size that matters.

        A p-value alone would condemn every large group, an effect alone many a small one.
        """
        effects = [
            (self.skewness, SKEWNESS_NEAR),
            (self.kurtosis, KURTOSIS_NEAR),
            (self.henze_zirkler, HENZE_ZIRKLER_NEAR),
            (self.energy, ENERGY_NEAR),
        ]
        return not any(test and test.p_value < SIGNIFICANCE and abs(test.effect) > near for test, near in effects)

    @property
    def shift(self) -> float:
        """How far each number is from the prior beyond chance, root mean square, in its standard deviations."""
        return float(np.sqrt(max(self.from_prior**2 - self.chance**2, 0) / len(self.gaussian.mean)))


def group_statistics(
    name: str, styles: npt.ArrayLike, stds: npt.ArrayLike | None = None, replicates: int = 199, seed: int = 0
) -> GroupStatistics:
    """Everything about the styles (n, d) of one group; with `replicates` 0 without the energy test, which is slow.

    With stds, (n, d), the styles are posterior means with these deviations, and it is their aggregate posterior that is
    compared with the prior: the means alone always vary less. The tests and the density look at `styles` alone.
    Fewer than 100 replicates cannot give a p-value below `SIGNIFICANCE`.
    Raises `InputError` as `normality.standardised`, `density.density` and `gaussians.aggregate_posterior` do.
    """
    x = as_vectors(styles)
    gaussian = fit_gaussian(x) if stds is None else aggregate_posterior(x, stds)
    return GroupStatistics(
        name=name,
        count=len(x),
        skewness=mardia_skewness(x),
        kurtosis=mardia_kurtosis(x),
        henze_zirkler=henze_zirkler(x, seed),
        energy=energy(x, replicates, seed) if replicates else None,
        density=density(x, seed=seed),
        gaussian=gaussian,
        from_prior=wasserstein(gaussian, Gaussian.prior(x.shape[1])),
        chance=chance_distance(*x.shape),
    )


def verdict(groups: Sequence[GroupStatistics], r2: npt.ArrayLike | None = None) -> str:
    """A few plain sentences: how many groups are near normal, how far from the prior, and whether the recipe matters.

    r2: the share of each number's variance that a regression from recipe to style explains, cross-validated, (d,);
    None where there is no such regression. Groups of fewer than `JUDGED_FROM` styles are left out; raises `InputError`
    where none is left.
    """
    judged = [group for group in groups if group.count >= JUDGED_FROM]
    if not judged:
        raise InputError(f"no group has {JUDGED_FROM} styles or more: choose larger groups")
    odd = [group.name for group in judged if not group.near_normal]
    far = [group.name for group in judged if group.shift > PRIOR_NEAR]
    shifts = [group.shift for group in judged]
    farthest = judged[int(np.argmax(shifts))].name
    differs = "differs" if len(odd) == 1 else "differ"
    aside = f": {_listed(odd)} {differs} from one by more than chance, and by enough to matter" if odd else ""
    where = f"{len(far)} of {len(judged)} are far from it" if far else "all are near it"
    sentences = [
        f"{len(judged) - len(odd)} of {len(judged)} groups have a nearly normal distribution{aside}.",
        f"Corrected for the size of the sample, a group lies {np.median(shifts):.2f} standard deviations per number "
        f"from the prior N(0, I) in the median, {max(shifts):.2f} at most ({farthest}): {where}.",
    ]
    if r2 is not None:
        explained = np.clip(np.asarray(r2, float), 0, None)
        if explained.max() >= R2_NEEDED:
            advice = "it is worth predicting styles from recipes"
        else:
            all_styles = "but draw from the normal distribution of all styles, not from the prior"
            instead = all_styles if far else "and the prior will do"
            advice = f"predicting styles from recipes would change little, {instead}"
        share = f"{explained.mean():.0%} of the variance of styles (R²), {explained.max():.0%} of one number's at most"
        sentences.append(f"The recipe explains {share}: {advice}.")
    return " ".join(sentences)


def _listed(names: Sequence[str], most: int = 4) -> str:
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
