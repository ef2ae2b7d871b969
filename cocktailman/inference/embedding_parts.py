"""What encodes a batch of files, and where it leaves the styles: shared by one process and by many."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.images import read_image
from cocktailman.inference.embedder import LabelEmbedder
from cocktailman.inference.generator import Generator
from cocktailman.inference.oddness import METHODS, OddOneOut
from cocktailman.inference.vectors import add_vectors
from cocktailman.latent.tables import add_styles
from cocktailman.models.checkpoints import CHECKPOINTS, find_checkpoint
from cocktailman.models.registry import Can, kind_of


class BatchEncoder:
    """Encodes batches of files below a folder with a checkpoint; opened anew in each process that needs one.

    A batch is {"file": names as text, "path": the same as the system's bytes, "stamp": what tells a changed file}.
    """

    def __init__(self, folder: Path, model: str, root: Path = CHECKPOINTS) -> None:
        checkpoint = find_checkpoint(model, root)
        self.folder = folder
        embeds = kind_of(checkpoint.kind).can(Can.EMBED)
        self.model = LabelEmbedder(checkpoint) if embeds else Generator(checkpoint)
        if isinstance(self.model, Generator):
            self.model.check_encoder()
        self.scorers = {name: OddOneOut.load(name, root) for name in scorers_beside(model, root)}

    def __call__(self, batch: dict[str, Any]) -> pd.DataFrame:
        """A row a file: file, stamp, error ("" where there is none), and the numbers: NaN with an error.

        Those of a style, z and s; or of an embedder's vector, e, and how odd the picture is by each method.
        """
        table = pd.DataFrame({"file": list(batch["file"]), "stamp": list(batch["stamp"]), "error": ""})
        images, read = [], []
        for row, (file, path) in enumerate(zip(batch["file"], batch["path"], strict=True)):
            try:
                image = read_image(self.folder / os.fsdecode(path), file)
                images.append(self.model.seen(image, file) if isinstance(self.model, Generator) else image)
                read.append(row)
            except InputError as error:  # no picture, or one without a drink, where the encoder sees nothing else
                table.loc[row, "error"] = str(error)
        if isinstance(self.model, LabelEmbedder):
            vectors = np.full((len(table), self.model.dim), np.nan, np.float32)
            vectors[read], features = self.model.embed_with_features(images)
            for name, scorer in self.scorers.items():
                table.loc[read, name] = scorer.scores_beside(images, features)
            return add_vectors(table, vectors)
        mean, std = np.full((2, len(table), self.model.style_dim), np.nan, np.float32)
        if images:
            posterior = self.model.encode_seen(images)
            mean[read], std[read] = posterior.mean, posterior.std
        return add_styles(table, mean, std)


def scorers_beside(model: str, root: Path) -> list[str]:
    """The checkpoints that say how odd a picture is, which an embedder's table has columns of."""
    embeds = kind_of(find_checkpoint(model, root).kind).can(Can.EMBED)
    return [name for name in METHODS if embeds and (root / name).is_dir()]


def write_part(table: pd.DataFrame, parts: Path) -> None:
    """Adds a part under a name of its own, all of it or nothing."""
    with written(parts / f"{uuid.uuid4().hex}.parquet") as unfinished:
        table.to_parquet(unfinished, index=False)
