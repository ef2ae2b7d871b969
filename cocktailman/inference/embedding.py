"""The styles of a folder of pictures, however large: encoded in batches, in parts that survive an interruption.

While it runs, `OUT.parts/` holds a parquet file for each few batches: file, stamp, error, z1 ... zd, s1 ... sd. What is
in them is not encoded again, as long as the file's stamp is the same: its folder, size and time. At the end they become
one table, the kind that `cocktailman.latent.tables` describes, as far as a picture alone can tell.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cocktailman.errors import InputError
from cocktailman.files import locked, printable, reason_of, written
from cocktailman.folders import describe_left_out
from cocktailman.images import find_images
from cocktailman.inference.embedding_parts import BatchEncoder, scorers_beside, write_part
from cocktailman.models.checkpoints import CHECKPOINTS, WEIGHTS, find_checkpoint

BATCH = 64  # pictures held at once
PER_PART = 16  # batches: about 10 s of work is what an interruption may cost
MARK = "of.json"  # among the parts: of which model and weights they are
OF = b"cocktailman"  # in a table's metadata: of which model and weights the styles are


@dataclass(frozen=True)
class Embedded:
    """What became of a folder: the table written, its rows, a line for each file that is no picture, and notes."""

    table: Path
    rows: int
    errors: list[str]
    notes: list[str]


def embed(
    folder: Path,
    model: str,
    out: Path,
    use_ray: bool = False,
    root: Path = CHECKPOINTS,
    on_progress: Callable[[int, int], None] = lambda done, all: None,
) -> Embedded:
    """Encodes every picture below a folder into the table `out`, going on where an earlier run stopped.

    With `use_ray` on Ray Data, which spreads it over the machines of a cluster that see the same folder. `on_progress`
    is called with how many pictures of how many are done. Raises `InputError` where the folder has no pictures, the
    model encodes none, `out` is of another model, or Ray is not installed: before `on_progress` is called.
    """
    if use_ray and find_spec("ray") is None:
        raise InputError('Ray is not installed: `pip install "ray[data]"`, or leave out --ray')
    if out.suffix != ".parquet":
        raise InputError(f"{out.name} does not end in .parquet: name such a file with --out")
    left_out: Counter[str] = Counter()
    files = _stamped(folder, find_images([folder], left_out)) if folder.is_dir() else _stamped(folder, [])
    if files.empty:
        raise InputError(f"there are no pictures below {folder}: name a folder of pictures")
    notes = [describe_left_out(left_out, printable(folder))] if left_out else []
    weights = {name: find_checkpoint(name, root).sha256[WEIGHTS] for name in (model, *scorers_beside(model, root))}
    mark = json.dumps({"model": model, "weights": weights.pop(model)} | ({"beside": weights} if weights else {}))
    parts = out.with_name(f"{out.name}.parts")
    try:
        with locked(parts, f"another run writes {printable(out)}: wait for it, or choose another place with --out"):
            kept = _kept(out, parts, mark, notes)
            left = files.loc[~files["stamp"].isin(kept["stamp"])]
            encoder = BatchEncoder(folder, model, root) if len(left) else None  # on Ray too: a model is refused here
            _begin(parts, mark)
            on_progress(len(files) - len(left), len(files))
            if use_ray:
                from cocktailman.inference.embedding_ray import encode_on_ray

                encode_on_ray(left, folder, model, root, parts, BATCH)
            else:
                for start in range(0, len(left), BATCH * PER_PART):
                    part = left.iloc[start : start + BATCH * PER_PART]
                    write_part(pd.concat([encoder(batch) for batch in _batches(part)]), parts)  # type: ignore[misc]
                    on_progress(len(files) - len(left) + start + len(part), len(files))
            return _gathered(files, out, parts, mark, notes)
    except OSError as error:
        raise InputError(
            f"{printable(out)} cannot be written ({reason_of(error)}): make room there, or choose another place with "
            "--out; what is encoded is kept"
        ) from error


def _stamped(folder: Path, paths: Sequence[Path]) -> pd.DataFrame:
    """A row a file: its name below the folder, as text and as the system has it, and its stamp.

    A stamp is another one where a file is replaced, or lies in another folder under the same name.
    """
    whole, names, stamps = str(folder.resolve()), [], []
    for path in paths:
        state = path.stat()
        names.append(os.fsencode(path.relative_to(folder)))
        facts = repr((whole, names[-1], state.st_size, state.st_mtime_ns))
        stamps.append(hashlib.sha256(facts.encode("utf-8", "surrogateescape")).hexdigest()[:32])
    shown = [printable(os.fsdecode(name)) for name in names]
    return pd.DataFrame({"file": shown, "path": names, "stamp": stamps}, dtype=object)


def _begin(parts: Path, mark: str) -> None:
    for stump in parts.glob(".*.unfinished.parquet"):  # of a run that was killed
        stump.unlink()
    with written(parts / MARK) as unfinished:
        unfinished.write_text(mark, "utf-8")


def _kept(out: Path, parts: Path, mark: str, notes: list[str]) -> pd.DataFrame:
    """What earlier runs encoded; raises `InputError` where that was with other weights.

    Parts that cannot be read are removed, which `notes` then says.
    """
    tables = []
    if out.exists():
        try:
            found = pq.read_table(out)
        except (OSError, pa.ArrowInvalid) as error:
            raise InputError(f"{out} is no table of styles: choose another place with --out") from error
        _check_mark(out, (found.schema.metadata or {}).get(OF, b"").decode(), mark)
        tables.append(found.to_pandas().assign(error=""))
    if (parts / MARK).exists() and (found_mark := (parts / MARK).read_text("utf-8")):
        _check_mark(parts, found_mark, mark)
    files = sorted(parts.glob("[!.]*.parquet"))
    read = {file: _read_part(file) for file in files if (parts / MARK).exists() and (parts / MARK).stat().st_size}
    tables += [table for table in read.values() if table is not None]
    damaged = [file for file in files if read.get(file) is None]
    for file in damaged:
        file.unlink()
    if damaged:
        notes.append(f"damaged parts of an earlier run, dropped and made again: {len(damaged)}")
    tables = [table for table in tables if "stamp" in table]  # older tables have none: all is encoded anew
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"file": [], "stamp": [], "error": []})


def _read_part(file: Path) -> pd.DataFrame | None:
    """A part, or None where a kill or a power cut left half of one."""
    try:
        table = pd.read_parquet(file)
    except (OSError, ValueError):
        return None
    return table if {"file", "stamp", "error"} <= set(table) else None


def _check_mark(path: Path, found: str, mark: str) -> None:
    if found != mark:
        raise InputError(f"{path} holds styles of another model: remove it, or choose another place with --out")


def _gathered(files: pd.DataFrame, out: Path, parts: Path, mark: str, notes: list[str]) -> Embedded:
    """One table of all parts, in the order of the files; the parts go, and the rows of files that are gone."""
    kept = _kept(out, parts, mark, notes)
    gone = len(set(kept["file"]) - set(files["file"]))
    if gone:
        notes.append(f"rows whose files are gone, dropped: {gone:,}")
    table = kept.drop_duplicates("stamp", keep="last").set_index("stamp").reindex(files["stamp"]).reset_index()
    failed = table["error"].fillna("") != ""
    errors = table.loc[failed, "error"].tolist()
    table = table[~failed].drop(columns="error").reset_index(drop=True)
    arrow = pa.Table.from_pandas(table[["file", "stamp", *table.columns.drop(["file", "stamp"])]], preserve_index=False)
    arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), OF: mark.encode()})
    with written(out) as unfinished:
        pq.write_table(arrow, unfinished)
    shutil.rmtree(parts)
    return Embedded(out, len(table), errors, notes)


def _batches(files: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for start in range(0, len(files), BATCH):
        part = files.iloc[start : start + BATCH]
        yield {str(name): part[name].tolist() for name in part}
