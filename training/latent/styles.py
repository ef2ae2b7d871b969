"""The style vectors of all pictures of a domain under a checkpoint, written as the table that ships with it."""

from pathlib import Path

import numpy as np
import pandas as pd

from cocktailman.datasets import Pictures
from cocktailman.evaluation.metrics import mse
from cocktailman.files import written
from cocktailman.images import to_square
from cocktailman.inference.generator import Generator
from cocktailman.latent.projection import pca_plane, umap_plane
from cocktailman.latent.tables import add_styles, style_matrix
from cocktailman.models.checkpoints import CHECKPOINTS, style_table
from cocktailman.models.manifest import record
from training.datasets.pictures import packed_for, read_pictures


def write_styles(name: str, packed: Path | None = None, root: Path = CHECKPOINTS) -> Path:
    """Encodes every picture with checkpoint `name`, projects the styles and writes the table; returns its path."""
    generator = Generator.load(name, root)
    pictures = read_pictures(packed or packed_for(generator.checkpoint), generator.checkpoint.size)
    posterior = generator.encode(pictures.images, pictures.recipes)
    table = add_styles(pictures.table, posterior.mean, posterior.std)
    styles = style_matrix(table)
    for prefix, plane in (("pca", pca_plane(styles)), ("umap", umap_plane(styles))):
        table[[f"{prefix}1", f"{prefix}2"]] = plane.astype(np.float32)
    table["error"] = rebuilding_errors(generator, pictures, styles).astype(np.float32)
    folder = generator.checkpoint.folder
    path = (folder / style_table(name)).resolve()
    with written(path) as unfinished:
        pd.DataFrame(table).to_parquet(unfinished, index=False)
    record(folder, style_table(name))
    return path


def rebuilding_errors(generator: Generator, pictures: Pictures, styles: np.ndarray) -> np.ndarray:
    """Mean squared error, (n,), of each picture painted anew from its recipe and its style, where white is 1.

    styles: the means of the posteriors, (n, style_dim). Compared at the generator's own size.
    """
    size = generator.checkpoint.size
    truth = np.stack([np.asarray(to_square(image, size)) for image in pictures.shown])  # (n, size, size, 3)
    rebuilt = np.stack([np.asarray(image) for image in generator.paint_each(pictures.recipes, styles)])
    return mse(rebuilt, truth)
