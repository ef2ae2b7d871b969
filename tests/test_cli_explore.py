"""The commands of Explore pictures: what they print, and what they refuse."""

import json
import sys
from pathlib import Path

import pytest

from cocktailman.__main__ import main
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
        (["invent", "--given", "spirit=petrol"], "spirit is never 'petrol': choose one of"),
        (["invent", "--model", "segmenter"], "the model segmenter is a segmenter and invents nothing"),
    ],
)
def test_a_mistake_is_one_sentence(ran, folder: Path, arguments: list[str], says: str) -> None:
    status, out, err = ran(*(argument.format(folder=folder) for argument in arguments))
    assert (status, out) == (2, "") and says in err and err.count("\n") == 1
