"""The encoding of `embedding.py` on Ray Data, for folders that outgrow one machine: `pip install "ray[data]"`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import ray  # type: ignore[import-not-found]

from cocktailman.inference.embedding_parts import BatchEncoder, write_part


class PartEncoder(BatchEncoder):
    """Encodes a batch and leaves it among the parts: what Ray carries back is how many pictures it was."""

    def __init__(self, folder: Path, model: str, root: Path, parts: Path) -> None:
        super().__init__(folder, model, root)
        self.parts = parts

    def __call__(self, batch: dict[str, Any]) -> pd.DataFrame:
        table = super().__call__(batch)
        write_part(table, self.parts)
        return pd.DataFrame({"pictures": [len(table)]})


def encode_on_ray(files: pd.DataFrame, folder: Path, model: str, root: Path, parts: Path, batch_size: int) -> None:
    """Encodes files below a folder in batches, one encoder for each processor of the cluster, which sees the folder."""
    if files.empty:
        return
    ray.init(ignore_reinit_error=True, log_to_driver=False)
    processors = max(1, int(ray.cluster_resources().get("CPU", 1)))
    places = [path.resolve() for path in (folder, root, parts)]
    ray.data.from_items(files.to_dict("records")).map_batches(
        PartEncoder,
        batch_size=batch_size,
        concurrency=(1, processors),
        fn_constructor_kwargs={"folder": places[0], "model": model, "root": places[1], "parts": places[2]},
    ).materialize()
