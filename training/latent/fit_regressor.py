"""Fits the regressor from recipe to style on the training split of a checkpoint's style table, and how well styles of
training pictures are read back from what is painted in them."""

import numpy as np

from cocktailman.catalog import catalog
from cocktailman.inference.generator import Generator
from cocktailman.latent.regressor import fit_regressor, forget_regressor, save_regressor
from cocktailman.latent.tables import read_styles, style_matrix
from cocktailman.models.checkpoints import find_checkpoint

ASKED, KEPT = 1000, 0.95  # pictures, and the share of their styles that count as read back


def write_regressor(name: str) -> str:
    """Fits and saves the regressor of checkpoint `name`; returns a sentence about it."""
    checkpoint = find_checkpoint(name)
    table = read_styles(name)
    table = table.loc[table["split"] == "train"]
    recipes = np.stack([catalog().recipe_vector(catalog().recipe(ids.split())) for ids in table["ingredients"]])
    styles = style_matrix(table)
    forget_regressor(checkpoint)  # else that of the weights before would have to be sound
    rows = np.random.default_rng(0).permutation(len(table))[:ASKED]
    errors = Generator(checkpoint).latent_errors(recipes[rows], styles[rows])
    regressor = fit_regressor(recipes, styles, float(np.quantile(errors, KEPT)))
    path = save_regressor(regressor, checkpoint)
    shares = ", ".join(f"{share:.2f}" for share in regressor.r2)
    return (
        f"{path}: R2 by dimension {shares} (5-fold cross-validation, {regressor.pictures} pictures); latent regression "
        f"error up to {regressor.most_error.item():.3f}, that of {KEPT:.0%} of {len(rows)} of them"
    )
