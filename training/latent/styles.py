"""The style vectors of all pictures of a domain under a checkpoint, written as the table that ships with it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from cocktailman.datasets import Pictures
from cocktailman.evaluation.metrics import mse
from cocktailman.images import to_square
from cocktailman.inference.generator import Generator
from cocktailman.latent.shipped_views import add_projections
from cocktailman.latent.tables import add_styles, read_styles, style_matrix
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, find_checkpoint, style_table
from cocktailman.models.manifest import record
from training.datasets.pictures import packed_for, read_pictures
from training.shared.compact_tables import write_compact


def write_styles(name: str, packed: Path | None = None, root: Path = CHECKPOINTS) -> Path:
    """Encodes every picture with checkpoint `name`, projects the styles and writes the table; returns its path."""
    generator = Generator.load(name, root)
    pictures = read_pictures(packed or packed_for(generator.checkpoint), generator.checkpoint.size)
    posterior = generator.encode(pictures.images, pictures.recipes)
    table = add_styles(pictures.table, posterior.mean, posterior.std)
    styles = style_matrix(table)
    table["error"] = rebuilding_errors(generator, pictures, styles).astype(np.float32)
    return _save(add_projections(table), generator.checkpoint)


def renew_projections(name: str, root: Path = CHECKPOINTS) -> Path:
    """Projects the styles of a table that is there already, and writes it again; returns its path."""
    return _save(add_projections(read_styles(name, root)), find_checkpoint(name, root))


def _save(table: pd.DataFrame, checkpoint: Checkpoint) -> Path:
    path = (checkpoint.folder / style_table(checkpoint.name)).resolve()
    write_compact(pa.Table.from_pandas(table, preserve_index=False), path)
    record(checkpoint.folder, style_table(checkpoint.name))
    return path


def rebuilding_errors(generator: Generator, pictures: Pictures, styles: np.ndarray) -> np.ndarray:
    """Mean squared error, (n,), of each picture painted anew from its recipe and its style, where white is 1.

    styles: the means of the posteriors, (n, style_dim). Compared at the generator's own size.
    """
    size = generator.checkpoint.size
    truth = np.stack([np.asarray(to_square(image, size)) for image in pictures.shown])  # (n, size, size, 3)
    rebuilt = np.stack([np.asarray(image) for image in generator.paint_each(pictures.recipes, styles)])
    return mse(rebuilt, truth)
