"""Fits the regressor from recipe to style on the training split of a checkpoint's style table."""

import numpy as np

from cocktailman.catalog import catalog
from cocktailman.latent.regressor import fit_regressor, save_regressor
from cocktailman.latent.tables import read_styles, style_matrix
from cocktailman.models.checkpoints import find_checkpoint


def write_regressor(name: str) -> str:
    """Fits and saves the regressor of checkpoint `name`; returns a sentence about it."""
    checkpoint = find_checkpoint(name)
    table = read_styles(name)
    table = table.loc[table["split"] == "train"]
    recipes = [catalog().recipe_vector(catalog().recipe(ids.split())) for ids in table["ingredients"]]
    regressor = fit_regressor(np.stack(recipes), style_matrix(table))
    path = save_regressor(regressor, checkpoint)
    shares = ", ".join(f"{share:.2f}" for share in regressor.r2)
    return f"{path}: R2 by dimension {shares} (5-fold cross-validation, {regressor.pictures} pictures)"
