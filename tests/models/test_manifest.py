"""What ships with a checkpoint: no bit of it changes unnoticed, and what is of older weights is not taken."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cocktailman.errors import InputError
from cocktailman.evaluation.scores import read_measured
from cocktailman.evaluation.training_curves import read_curves
from cocktailman.latent.regressor import read_regressor
from cocktailman.latent.tables import read_styles
from cocktailman.models.checkpoints import (
    CHECKPOINTS,
    find_checkpoint,
    list_checkpoints,
    load_network,
    renew_manifest,
    save_network,
    style_table,
)
from cocktailman.models.cvae.network import CVAE
from cocktailman.models.manifest import CARD, MANIFEST, read_manifest, record, sha256_of

NAME = "cvae-renders"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of a checkpoint that ships, and of its style table."""
    shutil.copytree(CHECKPOINTS / NAME, tmp_path / "checkpoints" / NAME)
    (tmp_path / "styles").mkdir()
    shutil.copy(CHECKPOINTS / NAME / style_table(NAME), tmp_path / "styles")
    return tmp_path / "checkpoints"


def read_all(root: Path) -> None:
    checkpoint = find_checkpoint(NAME, root)
    config = load_network(checkpoint).config
    assert read_regressor(checkpoint, config.style_dim, config.recipe_dim)
    assert read_curves(checkpoint) is not None and read_measured(checkpoint) and len(read_styles(NAME, root))


READERS: dict[str, Callable[[Path], object]] = {
    "regressor.safetensors": lambda root: read_regressor(find_checkpoint(NAME, root), 6, 63),
    "curves.csv": lambda root: read_curves(find_checkpoint(NAME, root)),
    "metrics.json": lambda root: read_measured(find_checkpoint(NAME, root)),
    "checkpoint.json": lambda root: find_checkpoint(NAME, root),
    "config.json": lambda root: find_checkpoint(NAME, root),
    style_table(NAME): lambda root: read_styles(NAME, root),
}


@pytest.mark.parametrize("name", READERS)
def test_no_bit_changes_unnoticed(root: Path, name: str) -> None:
    path = root / NAME / name
    whole = path.read_bytes()
    for at in np.random.default_rng(0).integers(0, 8 * len(whole), 20):
        damaged = bytearray(whole)
        damaged[at // 8] ^= 1 << at % 8
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="damaged"):
            READERS[name](root)
    path.write_bytes(whole)
    READERS[name](root)
    if name != "checkpoint.json":
        path.unlink()
        with pytest.raises(InputError, match="damaged"):
            READERS[name](root)


def test_what_is_of_the_weights_before_is_not_taken_until_it_is_made_anew(root: Path, network: CVAE) -> None:
    save_network(network, "cvae", NAME, "renders", root)
    for name in ("regressor.safetensors", "curves.csv", "metrics.json", style_table(NAME)):
        with pytest.raises(InputError, match="of other weights"):
            READERS[name](root)


def test_a_manifest_is_renewed_once_its_files_are_trusted(root: Path) -> None:
    folder = root / NAME
    assert renew_manifest(NAME, root).name == NAME
    ours = read_manifest(folder)
    assert ours == read_manifest(CHECKPOINTS / NAME), "what ships is whole"
    assert CARD not in ours and ours[style_table(NAME)] == sha256_of(root.parent / "styles" / f"{NAME}.parquet")
    (folder / MANIFEST).write_text("no sums\n")
    with pytest.raises(InputError, match="python -m training manifest"):
        record(folder, "curves.csv")
    (folder / MANIFEST).unlink()
    assert list_checkpoints(root) == []
    renew_manifest(NAME, root)
    read_all(root)


@pytest.mark.parametrize("name", sorted(folder.name for folder in CHECKPOINTS.iterdir()))
def test_what_ships_is_what_its_manifest_says(name: str) -> None:
    folder = CHECKPOINTS / name
    for file, sha256 in read_manifest(folder).items():
        assert sha256_of(folder / file) == sha256, (
            f"{name}: {file} (`python -m training manifest {name}` once you trust it)"
        )
    told = read_manifest(folder).keys() | {CARD, MANIFEST}
    assert {file.name for file in folder.iterdir()} <= told
