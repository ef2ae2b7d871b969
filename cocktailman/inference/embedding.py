"""The styles of a folder of pictures, however large: encoded in batches, in parts that survive an interruption.

While it runs, `OUT.parts/` holds a parquet file for each few batches: file, error, z1 ... zd, s1 ... sd. What is in
them is not encoded again. At the end they become one table, the kind that `cocktailman.latent.tables` describes, as far
as a picture alone can tell.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cocktailman.errors import InputError
from cocktailman.images import find_images
from cocktailman.inference.embedding_parts import BatchEncoder, write_part
from cocktailman.models.checkpoints import CHECKPOINTS, WEIGHTS, find_checkpoint

BATCH = 64  # pictures held at once
PER_PART = 16  # batches: about 10 s of work is what an interruption may cost
OF = b"cocktailman"  # in a table's metadata: of which model and weights the styles are


@dataclass(frozen=True)
class Embedded:
    """What became of a folder: the table written, its rows, and a line for each file that is no picture."""

    table: Path
    rows: int
    errors: list[str]


def embed(
    folder: Path,
    model: str,
    out: Path,
    use_ray: bool = False,
    root: Path = CHECKPOINTS,
    told: Callable[[int, int], None] = lambda done, all: None,
) -> Embedded:
    """Encodes every picture below a folder into the table `out`, going on where an earlier run stopped.

    With `use_ray` on Ray Data, which spreads it over the machines of a cluster that see the same folder. `told` hears
    how many pictures of how many are done. Raises `InputError` where the folder has no pictures, the model encodes
    none, `out` is of another model, or Ray is not installed: before `told` hears anything.
    """
    if use_ray and find_spec("ray") is None:
        raise InputError('Ray is not installed: `pip install "ray[data]"`, or leave out --ray')
    if out.suffix != ".parquet":
        raise InputError(f"{out.name} does not end in .parquet: name such a file with --out")
    checkpoint = find_checkpoint(model, root)
    mark = json.dumps({"model": model, "weights": checkpoint.sha256[WEIGHTS]})
    files = [str(path.relative_to(folder)) for path in find_images([folder])] if folder.is_dir() else []
    if not files:
        raise InputError(f"there are no pictures below {folder}: name a folder of pictures")
    parts = out.with_name(f"{out.name}.parts")
    kept = _kept(out, parts, mark)
    known = set(kept["file"]) if len(kept) else set()
    left = [file for file in files if file not in known]
    encoder = BatchEncoder(folder, model, root) if left else None  # on Ray too, to refuse a model here and not there
    _begin(parts, mark)
    told(len(files) - len(left), len(files))
    if use_ray:
        from cocktailman.inference.embedding_ray import encode_on_ray

        encode_on_ray(left, folder, model, root, parts, BATCH)
    else:
        for number, part in enumerate(_batches(left, BATCH * PER_PART)):
            write_part(pd.concat([encoder({"file": batch}) for batch in _batches(part, BATCH)]), parts)  # type: ignore[misc]
            told(len(files) - len(left) + min((number + 1) * BATCH * PER_PART, len(left)), len(files))
    return _gathered(files, out, parts, mark)


def _begin(parts: Path, mark: str) -> None:
    try:
        parts.mkdir(parents=True, exist_ok=True)
        (parts / "of.json").write_text(mark, "utf-8")
    except OSError as error:
        raise InputError(f"{parts} cannot be written ({error.strerror}): choose another place with --out") from error


def _kept(out: Path, parts: Path, mark: str) -> pd.DataFrame:
    """What earlier runs encoded; raises `InputError` where that was with other weights."""
    tables = []
    if out.exists():
        try:
            found = pq.read_table(out)
        except (OSError, pa.ArrowInvalid) as error:
            raise InputError(f"{out} is no table of styles: choose another place with --out") from error
        _check_mark(out, (found.schema.metadata or {}).get(OF, b"").decode(), mark)
        tables.append(found.to_pandas().assign(error=""))
    if (parts / "of.json").exists():
        _check_mark(parts, (parts / "of.json").read_text("utf-8"), mark)
        tables += [pd.read_parquet(path) for path in sorted(parts.glob("*.parquet"))]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"file": [], "error": []})


def _check_mark(path: Path, found: str, mark: str) -> None:
    if found != mark:
        raise InputError(f"{path} holds styles of another model: remove it, or choose another place with --out")


def _gathered(files: Sequence[str], out: Path, parts: Path, mark: str) -> Embedded:
    """One table of all parts, in the order of the files; the parts go."""
    table = _kept(out, parts, mark).drop_duplicates("file", keep="last").set_index("file").reindex(files).reset_index()
    failed = table["error"].fillna("") != ""
    errors = table.loc[failed, "error"].tolist()
    table = table[~failed].drop(columns="error").reset_index(drop=True)
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), OF: mark.encode()})
    unfinished = out.with_name(f"{out.name}.unfinished")
    pq.write_table(arrow, unfinished)
    unfinished.rename(out)
    shutil.rmtree(parts)
    return Embedded(out, len(table), errors)


def _batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
