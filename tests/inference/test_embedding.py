"""A folder becomes a table of styles: the same by whatever way, and nothing is encoded twice."""

import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from cocktailman.__main__ import main
from cocktailman.errors import InputError
from cocktailman.images import read_image
from cocktailman.inference import embedding
from cocktailman.inference.embedding import BatchEncoder, embed
from cocktailman.inference.generator import Generator
from cocktailman.latent.tables import std_matrix, style_matrix
from cocktailman.models.checkpoints import WEIGHTS, save_network
from cocktailman.models.cvae.network import CVAE, CVAEConfig
from cocktailman.renders import read_renders
from tests.helpers.networks import lively


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five pictures in two folders, and a file that is none."""
    folder = tmp_path / "pictures"
    (folder / "more").mkdir(parents=True)
    for number in range(5):
        noise = np.random.default_rng(number).integers(0, 255, (20, 30, 3), np.uint8)
        Image.fromarray(noise).save(folder / ("more" if number % 2 else "") / f"{number}.png")
    (folder / "broken.jpg").write_bytes(b"no picture")
    return folder


def test_a_folder_becomes_a_table(checkpoints, folder, tmp_path):
    found = embed(folder, "tiny", tmp_path / "table.parquet", root=checkpoints)
    table = pd.read_parquet(found.table)
    assert table["file"].tolist() == ["0.png", "2.png", "4.png", "more/1.png", "more/3.png"]
    posterior = Generator.load("tiny", checkpoints).encode([read_image(folder / "more/1.png")])
    np.testing.assert_allclose(style_matrix(table)[[3]], posterior.mean, atol=1e-5)
    np.testing.assert_allclose(std_matrix(table)[[3]], posterior.std, atol=1e-5)
    assert len(found.errors) == 1
    assert "broken.jpg" in found.errors[0]
    assert sorted(path.name for path in tmp_path.glob("table*")) == ["table.parquet"]


def test_a_photo_without_a_drink_costs_an_encoder_of_cut_outs_that_photo_alone(tmp_path, monkeypatch, capsys):
    torch.manual_seed(0)
    network = CVAE(CVAEConfig(size=64, channels=4))
    save_network(lively(network, torch.rand(16, 4, 64, 64), torch.eye(63)[:16]), "cvae", "cut", "photos", tmp_path)
    folder = tmp_path / "photos"
    folder.mkdir()
    read_renders().image(0).save(folder / "drink.png")
    Image.new("RGB", (60, 60), (90, 90, 90)).save(folder / "wall.png")
    found = embed(folder, "cut", tmp_path / "table.parquet", root=tmp_path)
    table = pd.read_parquet(found.table)
    assert table["file"].tolist() == ["drink.png"] and np.isfinite(style_matrix(table)).all()
    [error] = found.errors
    assert error == "no drink was found in wall.png: choose a photo that shows one large and whole"
    monkeypatch.setattr(Generator.load.__func__, "__defaults__", (tmp_path,))
    monkeypatch.setattr(sys, "argv", ["cocktailman", "encode", "--model", "cut", str(folder)])
    assert main() == 2
    out, err = capsys.readouterr()
    [line] = out.splitlines()
    np.testing.assert_allclose(json.loads(line)["mean"], style_matrix(table)[0], atol=1e-4)
    assert "no drink was found in" in err and "wall.png" in err and err.count("\n") == 1


def test_what_was_encoded_before_a_stop_is_not_encoded_again(checkpoints, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(embedding, "BATCH", 2)
    monkeypatch.setattr(embedding, "PER_PART", 1)
    encode, seen, stops = BatchEncoder.__call__, [], [2]  # after as many batches

    def counted(self, batch):
        if len(seen) in stops:
            raise KeyboardInterrupt
        seen.append(batch["file"])
        return encode(self, batch)

    monkeypatch.setattr(BatchEncoder, "__call__", counted)
    with pytest.raises(KeyboardInterrupt):
        embed(folder, "tiny", tmp_path / "table.parquet", root=checkpoints)
    before, seen[:], stops[:] = [file for batch in seen for file in batch], [], []
    Image.new("RGB", (9, 9), "red").save(folder / "new.png")
    found = embed(folder, "tiny", tmp_path / "table.parquet", root=checkpoints)
    again = [file for batch in seen for file in batch]
    assert len(before) == 4
    assert not set(before) & set(again)
    assert found.rows == 6
    whole = embed(folder, "tiny", tmp_path / "whole.parquet", root=checkpoints)
    pd.testing.assert_frame_equal(pd.read_parquet(found.table), pd.read_parquet(whole.table), atol=1e-5)


def test_a_file_replaced_and_another_folder_are_encoded_anew_and_what_is_gone_is_said(checkpoints, folder, tmp_path):
    out, other = tmp_path / "table.parquet", tmp_path / "other"
    embed(folder, "tiny", out, root=checkpoints)
    shutil.copytree(folder, other)
    for number, place in enumerate((folder, other)):
        Image.new("RGB", (30, 20), ("red", "blue")[number]).save(place / "0.png")
        (place / "2.png").unlink(missing_ok=True)
        found = embed(place, "tiny", out, root=checkpoints)
        posterior = Generator.load("tiny", checkpoints).encode([read_image(place / "0.png")])
        table = pd.read_parquet(out)
        assert table["file"].tolist() == ["0.png", "4.png", "more/1.png", "more/3.png"]
        np.testing.assert_allclose(style_matrix(table)[[0]], posterior.mean, atol=1e-3)
        assert ("rows whose files are gone, dropped: 1" in found.notes) is (number == 0)


@pytest.mark.parametrize("share", [0, 0.5])
def test_damaged_parts_are_dropped_said_and_made_again(checkpoints, folder, tmp_path, monkeypatch, share):
    monkeypatch.setattr(embedding, "BATCH", 2)
    monkeypatch.setattr(embedding, "PER_PART", 1)

    def stop(*_):
        raise KeyboardInterrupt

    out = tmp_path / "table.parquet"
    with monkeypatch.context() as stopped, pytest.raises(KeyboardInterrupt):
        stopped.setattr(embedding, "_gathered", stop)
        embed(folder, "tiny", out, root=checkpoints)
    part = next(Path(f"{out}.parts").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[: int(share * part.stat().st_size)])
    found = embed(folder, "tiny", out, root=checkpoints)
    whole = embed(folder, "tiny", tmp_path / "whole.parquet", root=checkpoints)
    assert "damaged parts of an earlier run, dropped and made again: 1" in found.notes
    pd.testing.assert_frame_equal(pd.read_parquet(out), pd.read_parquet(whole.table), atol=1e-5)


def test_two_runs_on_one_table_are_one_too_many(checkpoints, folder, tmp_path):
    out = tmp_path / "table.parquet"

    def at_once(*_):
        with pytest.raises(InputError, match="another run writes"):
            embed(folder, "tiny", out, root=checkpoints)

    assert embed(folder, "tiny", out, root=checkpoints, on_progress=at_once).rows == 5
    assert sorted(path.name for path in tmp_path.glob("table*")) == ["table.parquet"]


def test_what_is_left_out_is_counted_and_links_are_followed_once(checkpoints, folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Image.new("RGB", (9, 9), "red").save(elsewhere / os.fsdecode(b"\xff.png"))
    (folder / "linked").symlink_to(elsewhere)
    (elsewhere / "round").symlink_to(folder)
    for name in ("a.xyz", "b.xyz", "noted"):
        (folder / name).touch()
    found = embed(folder, "tiny", tmp_path / "table.parquet", root=checkpoints)
    assert pd.read_parquet(found.table)["file"].tolist()[2:4] == ["4.png", "linked/\\udcff.png"]
    [note] = found.notes
    assert note.endswith("pictures: .xyz files (2), files without suffix (1), folders linked twice (1)")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder, out: folder.joinpath("missing"), "there are no pictures"),
        (lambda folder, out: pd.DataFrame({"file": ["a"]}).to_parquet(out), "another model"),
        (lambda folder, out: out.write_bytes(b"no table"), "no table of styles"),
    ],
)
def test_what_cannot_be_embedded_gets_a_sentence(checkpoints, folder, tmp_path, change, said):
    out = tmp_path / "table.parquet"
    changed = change(folder, out)
    with pytest.raises(InputError, match=said):
        embed(changed if isinstance(changed, Path) else folder, "tiny", out, root=checkpoints)


@pytest.mark.parametrize(("model", "said"), [("detector", "no model that paints: choose"), ("damaged", "is damaged")])
def test_a_model_that_encodes_nothing_is_refused_first(recognisers, checkpoints, folder, tmp_path, model, said):
    root, told = tmp_path / "checkpoints", []
    shutil.copytree(recognisers / "detector", root / "detector")
    shutil.copytree(checkpoints / "tiny", root / "damaged")
    (root / "damaged" / WEIGHTS).write_bytes(b"")
    with pytest.raises(InputError, match=said):
        embed(folder, model, tmp_path / "table.parquet", root=root, on_progress=lambda *counts: told.append(counts))
    assert not told
    assert not list(tmp_path.glob("table*"))


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason='Ray is optional: pip install "ray[data]"')
def test_ray_writes_the_same_table(checkpoints, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))  # its workers start elsewhere
    alone = embed(folder, "tiny", tmp_path / "alone.parquet", root=checkpoints)
    found = embed(folder, "tiny", tmp_path / "ray.parquet", use_ray=True, root=checkpoints)
    pd.testing.assert_frame_equal(pd.read_parquet(found.table), pd.read_parquet(alone.table), atol=1e-5)
    assert found.errors == alone.errors


@pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="Ray is installed here")
def test_without_ray_a_sentence_says_how_to_get_it(checkpoints, folder, tmp_path):
    with pytest.raises(InputError, match="pip install"):
        embed(folder, "tiny", tmp_path / "table.parquet", use_ray=True, root=checkpoints)
    assert not list(tmp_path.glob("table*"))
