"""The projections that ship: columns of a style table, so that nobody waits for a fit that all visitors ask for."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from cocktailman.latent.projection import Projector, View
from cocktailman.latent.tables import style_matrix

# Where the places of each view stand in a table.
COLUMNS = {
    View("UMAP"): ("umap1", "umap2"),
    View("UMAP", 3): ("umap3d1", "umap3d2", "umap3d3"),
    View("t-SNE"): ("tsne1", "tsne2"),
}  # t-SNE in space takes as long as these three together, and is left to who asks for it


def add_projections(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the places of its styles in every view that ships."""
    styles = style_matrix(table)
    for view, names in COLUMNS.items():
        places = Projector(view).fit(styles).places_
        table = table.assign(**dict(zip(names, places.T.astype(np.float32), strict=True)))
    return table


def shipped_places(table: pd.DataFrame, view: View) -> npt.NDArray[np.float32] | None:
    """The places (n, dimensions) of a table's styles in a view; None where they do not ship."""
    names = list(COLUMNS.get(view, ()))
    return table[names].to_numpy(np.float32) if names and {*names} <= {*table} else None
