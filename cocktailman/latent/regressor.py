"""From a recipe to the styles that are typical of it: a ridge regression, and the spread that it leaves.

Where the styles of cocktails differ, a style of the prior may be one that no photo of this cocktail has. The regression
(Hoerl & Kennard, Technometrics 12, 1970) predicts the mean style of a recipe, linear in its ingredients; the covariance
of what it gets wrong, by cross-validation, is the spread.

A Gaussian knows nothing of styles that no drink has: what is painted of them is torn. They are told by the encoder,
which does not read from the painting the style that it was painted with (the latent regression error of BicycleGAN, Zhu
et al., arXiv 1711.11586, section 3.3), and drawn anew, as in discriminator rejection sampling (Azadi et al., arXiv
1810.06758), where a network that has learnt is asked which samples to keep.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.models.checkpoints import WEIGHTS, Checkpoint
from cocktailman.models.manifest import record, ships, verified

Array = npt.NDArray[np.float32]

FILE = "regressor.safetensors"  # beside the weights
PENALTIES = np.logspace(-1, 4, 11)  # of squared coefficients, to choose from
FOLDS = 5
TRIES = 16  # styles drawn for a picture, at most; then the one of the least error is taken


@dataclass(frozen=True)
class StyleRegressor:
    """coefficients: (n_ingredients, style_dim); intercept: (style_dim,); covariance: (style_dim, style_dim).

    r2: the share of each dimension's variance that the recipe explains, by 5-fold cross-validation, (style_dim,).
    most_error: the latent regression error that a style may have, (1,): infinite where there is no encoder to tell.
    pictures: how many it was fitted on.
    """

    coefficients: Array
    intercept: Array
    covariance: Array
    r2: Array
    most_error: Array
    pictures: int

    def mean(self, recipe: npt.ArrayLike) -> Array:
        """The typical style, (style_dim,), of a recipe vector (n_ingredients,)."""
        return np.asarray(recipe, np.float32) @ self.coefficients + self.intercept

    def sample(
        self,
        recipes: npt.ArrayLike,
        seed: int,
        truncation: float = 1.0,
        error: Callable[[Array, Array], Array] | None = None,
    ) -> Array:
        """A style typical of each of n recipe vectors, (n, n_ingredients): (n, style_dim).

        The first are the same for any n. error: the latent regression errors (n,) of recipe vectors and styles; styles
        with more than `most_error` are drawn anew. truncation: what their distance from the mean is multiplied by then.
        """
        vectors = np.asarray(recipes, np.float32)
        means, spread = vectors @ self.coefficients + self.intercept, np.linalg.cholesky(self.covariance.astype(float))

        def drawn(seeds: int | list[int]) -> Array:
            normal = np.random.default_rng(seeds).standard_normal(means.shape)
            return (means + normal @ spread.T).astype(np.float32)

        styles = drawn(seed)
        if error is not None and np.isfinite(self.most_error):
            errors = error(vectors, styles)
            for again in range(1, TRIES):
                rows = np.flatnonzero(errors > self.most_error)
                if not len(rows):
                    break
                others = drawn([seed, again])[rows]
                found = error(vectors[rows], others)
                better = found < errors[rows]
                styles[rows[better]], errors[rows[better]] = others[better], found[better]
        return (means + truncation * (styles - means)).astype(np.float32)


def fit_regressor(
    recipes: npt.ArrayLike, styles: npt.ArrayLike, most_error: float = np.inf, seed: int = 0
) -> StyleRegressor:
    """Fits recipe vectors (n, n_ingredients) to styles (n, style_dim); the penalty is chosen by cross-validation.

    most_error: see `StyleRegressor`.
    """
    from sklearn.linear_model import RidgeCV  # slow to load: only those who fit pay for it
    from sklearn.model_selection import KFold, cross_val_predict

    x, y = np.asarray(recipes, float), np.asarray(styles, float)
    ridge = RidgeCV(PENALTIES)
    left = y - cross_val_predict(ridge, x, y, cv=KFold(FOLDS, shuffle=True, random_state=seed))  # (n, style_dim)
    ridge.fit(x, y)
    return StyleRegressor(
        coefficients=np.asarray(ridge.coef_, np.float32).T,
        intercept=np.asarray(ridge.intercept_, np.float32),
        covariance=(np.cov(left.T) + 1e-6 * np.eye(y.shape[1])).astype(np.float32),
        r2=(1 - (left**2).mean(0) / y.var(0)).astype(np.float32),
        most_error=np.full(1, most_error, np.float32),
        pictures=len(y),
    )


def save_regressor(regressor: StyleRegressor, checkpoint: Checkpoint) -> Path:
    """Writes it beside the weights it was fitted for, and which those were."""
    tensors = {name: np.ascontiguousarray(getattr(regressor, name)) for name in _shapes(0, 0)}
    facts = {"weights": checkpoint.sha256[WEIGHTS], "pictures": str(regressor.pictures)}
    path = checkpoint.folder / FILE
    with written(path) as unfinished:
        unfinished.write_bytes(save(tensors, metadata=facts))
    record(checkpoint.folder, FILE)
    return path


def forget_regressor(checkpoint: Checkpoint) -> None:
    """Removes that of a checkpoint, where there is one."""
    (checkpoint.folder / FILE).unlink(missing_ok=True)
    record(checkpoint.folder, FILE)


def read_regressor(checkpoint: Checkpoint, style_dim: int, recipe_dim: int) -> StyleRegressor | None:
    """The regressor of a checkpoint; None where it has none.

    Raises `InputError` where it is damaged, or was fitted for other weights.
    """
    try:
        if not ships(checkpoint.folder, FILE):
            return None
        with safe_open(verified(checkpoint.folder, FILE), framework="numpy") as file:
            facts = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in _shapes(0, 0)}
        sound = {name: tensor.shape for name, tensor in tensors.items()} == _shapes(style_dim, recipe_dim)
        pictures = int(facts.get("pictures", ""))
        np.linalg.cholesky(tensors["covariance"].astype(float))  # else no style could be drawn
    except (OSError, ValueError, SafetensorError, np.linalg.LinAlgError) as error:
        raise _unfit(checkpoint) from error
    finite = all(np.isfinite(tensor).all() for name, tensor in tensors.items() if name != "most_error")
    bounded = sound and bool(tensors["most_error"] > 0)  # not of NaN
    if not (bounded and finite) or facts.get("weights") != checkpoint.sha256[WEIGHTS]:
        raise _unfit(checkpoint)
    return StyleRegressor(**tensors, pictures=pictures)


def _shapes(style_dim: int, recipe_dim: int) -> dict[str, tuple[int, ...]]:
    return {
        "coefficients": (recipe_dim, style_dim),
        "intercept": (style_dim,),
        "covariance": (style_dim, style_dim),
        "r2": (style_dim,),
        "most_error": (1,),
    }


def _unfit(checkpoint: Checkpoint) -> InputError:
    return InputError(
        f"the regressor of {checkpoint.name} is damaged or of other weights ({FILE}): restore it with "
        f"`git checkout -- data/checkpoints/{checkpoint.name}`, or fit it with `python -m training regressor "
        f"{checkpoint.name}`"
    )
