"""Style tables: the style vectors of many pictures under one checkpoint, with what is known of each picture.

One row a picture: file, source, drink, ingredients (ids, space-separated), split, z1 ... zd (the mean of its style),
s1 ... sd (the standard deviation of its style), error (the mean squared error of the picture painted anew from its
recipe and the mean of its style, at the generator's size, where white is 1), and its places in the projections that
ship (`shipped_views.py`); a table without these is projected when a page asks for it.
A visitor's table has what `embed` writes, file, stamp (which changes with the file), z and s, and what was added:
nobody but the visitor knows a recipe.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from cocktailman.errors import InputError
from cocktailman.models.checkpoints import CHECKPOINTS, style_table
from cocktailman.models.manifest import verified


def read_styles(name: str, root: Path = CHECKPOINTS) -> pd.DataFrame:
    """The style table of checkpoint `name`.

    Raises `InputError` where there is none, or it is damaged, or of weights that the checkpoint had before.
    """
    try:
        return pd.read_parquet(verified(root / name, style_table(name)))
    except (OSError, ValueError) as error:
        raise InputError(
            f"the style vectors of {name} are missing, damaged or of other weights (data/styles/{name}.parquet): "
            f"restore them with `git checkout -- data/styles`, or make them with `python -m training styles {name}`"
        ) from error


def add_styles(table: pd.DataFrame, means: np.ndarray, stds: np.ndarray) -> pd.DataFrame:
    """The table with the columns z1 ... zd and s1 ... sd, of means and stds (n, style_dim)."""
    columns = {
        f"{prefix}{number}": column
        for prefix, values in (("z", means), ("s", stds))
        for number, column in enumerate(values.T, start=1)
    }
    return table.assign(**columns)


def style_columns(table: pd.DataFrame) -> list[str]:
    """The names of the columns that hold the style's mean: z1 ... zd."""
    return [name for name in table if isinstance(name, str) and name[0] == "z" and name[1:].isdecimal()]


def style_matrix(table: pd.DataFrame) -> np.ndarray:
    """The styles' means, float32, shape (n, style_dim)."""
    return table[style_columns(table)].to_numpy(np.float32)


def std_matrix(table: pd.DataFrame) -> np.ndarray:
    """The styles' standard deviations, float32, shape (n, style_dim)."""
    return table[[f"s{name[1:]}" for name in style_columns(table)]].to_numpy(np.float32)
