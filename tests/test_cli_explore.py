"""The commands of Explore pictures: what they print, and what they refuse."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from cocktailman.__main__ import main
from cocktailman.inference.oddness import METHODS
from cocktailman.renders import read_renders


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three renders, and a file that is no picture."""
    folder, renders = tmp_path_factory.mktemp("pictures"), read_renders()
    for row, picture in enumerate(renders.images([0, 900, 2000])):
        picture.save(folder / f"{row}.png")
    (folder / "notes.png").write_text("no picture")
    return folder


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cocktailman", *map(str, arguments)])
        status = main()
        out, err = capfd.readouterr()
        return status, out, err

    return run


def test_tag_search_and_oddness_speak_json(ran, folder: Path) -> None:
    status, out, err = ran("tag", folder, "--labels", "straw, copper mug", "--json")
    *tagged, error = sorted(map(json.loads, out.splitlines()), key=lambda line: "error" in line)
    assert status == 2 and len(tagged) == 3 and error["file"].endswith("notes.png") and "no readable picture" in err
    for line in tagged:
        cosines = [tag["cosine"] for tag in line["tags"]]
        assert {tag["label"] for tag in line["tags"]} == {"straw", "copper mug"} and cosines == sorted(cosines)[::-1]
        assert line["tags"][0]["given"]
    status, out, _ = ran("search", folder, "a drink", "--count", 2, "--json")
    first, second = map(json.loads, out.splitlines())
    assert status == 2 and first["cosine"] >= second["cosine"]
    status, out, _ = ran("oddness", folder / "0.png", "--method", "autoencoder", "--json")
    [line] = map(json.loads, out.splitlines())
    assert status == 0 and line["odd"] == (line["score"] >= line["threshold"])


def test_a_table_is_tagged_and_says_how_odd_its_pictures_are(ran, folder: Path, tmp_path: Path) -> None:
    table, bare = tmp_path / "table.parquet", tmp_path / "bare.parquet"
    status, _, err = ran("embed", folder, "--model", "embedder", "--out", table)
    assert status == 2 and "notes.png is no readable picture" in err
    for method in METHODS:
        told = [json.loads(line) for line in ran("oddness", table, "--method", method, "--json")[1].splitlines()]
        pictures = [folder / line["file"] for line in told]
        seen = [json.loads(line) for line in ran("oddness", *pictures, "--method", method, "--json")[1].splitlines()]
        assert [line["score"] for line in told] == pytest.approx([line["score"] for line in seen], abs=2e-4)
    tagged = (ran("tag", *paths, "--labels", "straw, foam", "--json")[1].splitlines() for paths in ([table], pictures))
    for told, seen in zip(*tagged, strict=True):
        cosines = [tag["cosine"] for tag in json.loads(seen)["tags"]]
        assert [tag["cosine"] for tag in json.loads(told)["tags"]] == pytest.approx(cosines, abs=2e-4)
    pd.read_parquet(table).drop(columns="neighbours").to_parquet(bare)
    status, out, err = ran("oddness", bare)
    assert (status, out) == (2, "") and "bare.parquet does not say how odd its pictures are by neighbours: make" in err


def test_invent_gives_recipes_with_what_is_fixed(ran) -> None:
    status, out, _ = ran("invent", "--given", "spirit=gin,lime=yes", "--count", 3, "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert status == 0 and len(lines) == 3 and all({"gin", "lime"} <= set(line["ingredients"]) for line in lines)
    assert all(line["attributes"]["spirit"] == "gin" and 0 < line["probability"] <= 1 for line in lines)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["tag", "{folder}", "--threshold", "7"], "the threshold is 7, and a cosine lies between -1 and 1"),
        (["tag", "{folder}", "--labels", ","], "0 labels are given"),
        (["search", "{folder}/notes.png", "gin"], "notes.png is no table: make one with"),
        (["cluster", "{folder}", "--by", "mood"], "--by is 'mood': choose one of tags, style, features"),
        (["oddness", "{folder}", "--method", "guess"], "there is no method 'guess': choose one of"),
        (["search", "nowhere.parquet", "gin"], "nowhere.parquet does not exist: check the path"),
        (["tag"], "Missing argument 'paths'. (see python -m cocktailman tag --help)"),
        (["invent", "--given", "spirit=gin,spirit=rum"], "spirit is given as gin and as rum: choose one"),
        (["invent", "--given", "spirit=petrol"], "spirit is never 'petrol': choose one of"),
        (["invent", "--model", "segmenter"], "segmenter is no model that invents recipes: choose one of "),
    ],
)
def test_a_mistake_is_one_sentence(ran, folder: Path, arguments: list[str], says: str) -> None:
    status, out, err = ran(*(argument.format(folder=folder) for argument in arguments))
    assert (status, out) == (2, "") and says in err and err.count("\n") == 1
