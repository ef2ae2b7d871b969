"""Two generators side by side: panels, measurements, training curves and the report."""

import json
import re
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cocktailman.__main__ import main
from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.evaluation.markup import panel_html, panel_png, table_html
from cocktailman.evaluation.report import report_html
from cocktailman.evaluation.scores import describe_measured, lines_of, numbers_table, read_measured, scores_table
from cocktailman.evaluation.side_by_side import (
    PANELS,
    Original,
    Pair,
    Selection,
    counterpart,
    originals_of,
    rebuild,
    shared_styles,
    trained_on,
)
from cocktailman.evaluation.training_curves import PASSED, quantities, read_curves
from cocktailman.inference.generator import Generator
from cocktailman.models.checkpoints import Checkpoint, find_checkpoint, save_network
from cocktailman.models.cvae.network import CVAE, CVAEConfig
from cocktailman.models.manifest import record
from cocktailman.renders import read_renders
from tests.helpers.networks import lively
from tests.helpers.pictures import picture, png
from training.shared.run_curves import replace_curves, write_curves

MOJITO = catalog().cocktail("Mojito").recipe
NAMES = ("cvae-photos", "cvae-renders")


@pytest.fixture(scope="module")
def pair(generator: Generator, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """The generator `tiny` with 6 style numbers, and `narrow`, of the other domain, with 4."""
    root = tmp_path_factory.mktemp("narrow")
    torch.manual_seed(1)
    network = CVAE(CVAEConfig(size=64, style_dim=4))
    lively(network, torch.rand(16, 3, 64, 64), (torch.rand(16, 63) < 0.1).float())
    save_network(network, "cvae", "narrow", "renders", root)
    return generator, Generator.load("narrow", root)


def photos(count: int, name: str = "photo") -> tuple[Original, ...]:
    return tuple(Original.of_photo(f"{name} {row}", picture(row)) for row in range(count))


def alike(first: Image.Image | None, second: Image.Image) -> bool:
    """Whether two pictures differ by no more than the batches they were painted in make of rounding."""
    return first is not None and bool(np.abs(np.asarray(first, int) - np.asarray(second, int)).max() <= 2)


def test_styles_are_shared_by_seed_and_by_number(pair: Pair) -> None:
    wide, narrow = shared_styles(pair, 5, seed=3)
    assert (wide.shape, narrow.shape) == ((5, 6), (5, 4))
    np.testing.assert_array_equal(wide[:, :4], narrow)
    np.testing.assert_array_equal(wide, pair[0].sample_styles(5, 3))  # as `generate --seed 3 --count 5` draws them


def test_a_picture_is_rebuilt_from_its_style_and_its_recipe(pair: Pair) -> None:
    known = replace(photos(1)[0], recipe=("gin", "tonic"))
    (first, second), _ = rebuild(pair[1], [known, photos(2)[1]], MOJITO)
    asked = [("gin", "tonic"), MOJITO]
    styles = pair[1].invert([picture(0), picture(1)], asked, pair[1].encode([picture(0), picture(1)]).mean)
    alone = [pair[1].paint(recipe, style[None])[0] for recipe, style in zip(asked, styles, strict=True)]
    for rebuilt, painted in zip((first, second), alone, strict=True):
        apart = np.asarray(rebuilt).astype(int) - np.asarray(painted)
        assert np.abs(apart).max() <= 1  # batches of another size round in another way


def test_the_seed_chooses_renders_that_no_model_was_trained_on() -> None:
    chosen = originals_of(Selection(MOJITO, 7))
    assert [item.name for item in chosen] == [item.name for item in originals_of(Selection(MOJITO, 7))]
    assert [item.name for item in chosen] != [item.name for item in originals_of(Selection(MOJITO, 8))]
    table = read_renders().factors
    for item in chosen:
        splits = set(table.loc[table["ingredients"] == " ".join(item.recipe or ()), "split"])
        assert splits & {"test", "unseen"}


@pytest.mark.parametrize(
    ("name", "rows", "columns"), [("rebuilt", 3, 2), ("painted", 1, 2), ("samples", 4, 8), ("traversals", 10, 7)]
)
def test_a_panel_has_its_rows_and_columns(pair: Pair, name: str, rows: int, columns: int) -> None:
    panel = PANELS[name](pair, Selection(MOJITO, 1, photos(2)))
    assert {len(row.pictures) for row in panel.rows} == {columns} and len(panel.rows) == rows
    assert panel_html(panel).count("<img") == rows * columns
    assert Image.open(BytesIO(panel_png(panel))).height >= rows * 128


def test_samples_are_what_their_commands_paint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pair = Generator.load(NAMES[0]), Generator.load(NAMES[1])
    panel = PANELS["samples"](pair, Selection(MOJITO, 1))
    for row, command in zip(panel.rows[::2], panel.commands, strict=True):
        monkeypatch.setattr(sys, "argv", [*command.split()[2:], "--size", "128", "--background", "#cdcdcd"])
        assert main() == 0
        folder = tmp_path / row.label
        painted = [Image.open(file).convert("RGB") for file in sorted(folder.iterdir())[:8]]
        assert all(map(alike, row.pictures, painted))


def test_a_traversal_moves_one_number_and_leaves_the_others(pair: Pair) -> None:
    panel = PANELS["traversals"](pair, Selection(MOJITO, 1))
    assert [row.label for row in panel.rows][:3] == ["z1, tiny", "z1, narrow", "z2, tiny"]
    style = shared_styles(pair, 1, 1)[1]
    style[0, 3] = -3
    assert panel.rows[7].label == "z4, narrow"
    assert alike(panel.rows[7].pictures[0], pair[1].paint(MOJITO, style)[0])


def test_the_way_between_two_pictures_ends_at_what_they_are_rebuilt_as(pair: Pair) -> None:
    selection = Selection(MOJITO, 1, photos(2))
    panel = PANELS["between"](pair, selection)
    rebuilt, _ = rebuild(pair[0], selection.photos, MOJITO)
    ends = panel.rows[1].pictures[0], panel.rows[1].pictures[-1]
    assert all(map(alike, ends, rebuilt))
    with pytest.raises(InputError, match="second photo"):
        PANELS["between"](pair, Selection(MOJITO, 1, photos(1)))


def test_unseen_recipes_are_unseen_by_both() -> None:
    pair = Generator.load(NAMES[0]), Generator.load(NAMES[1])
    panel = PANELS["unseen"](pair, Selection(MOJITO, 1))
    assert panel.columns[0] == "Negroni" and len(set(panel.columns)) == 6
    known = trained_on(pair[0].checkpoint) | trained_on(pair[1].checkpoint)
    assert MOJITO in known and catalog().cocktail("Negroni").recipe not in known


def test_a_counterpart_is_another_kind_of_the_same_domain() -> None:
    def made(name: str, kind: str, domain: str) -> Checkpoint:
        return Checkpoint(name, kind, domain, 128, 1, {}, Path())

    a, b, c = made("a", "cvae", "photos"), made("b", "cidvae", "photos"), made("c", "cvae", "renders")
    assert counterpart(a, [a, c, b]) is b and counterpart(c, [a, b, c]) is b and counterpart(a, [a, c]) is c
    with pytest.raises(InputError, match="only model"):
        counterpart(a, [a])


def measured(folder: Path, name: str, data: str = "9 photos", **metrics: object) -> Checkpoint:
    """A checkpoint whose metrics.json says this."""
    comparison = {"data": data, "size": 64, "metrics": metrics, "reference": {"ssim": score(0.9)}}
    path = folder / name
    path.mkdir(exist_ok=True)
    (path / "metrics.json").write_text(json.dumps({"command": f"measure {name}", "comparison": comparison}))
    record(path, "metrics.json")
    return replace(find_checkpoint(NAMES[0]), name=name, folder=path)


def score(value: float, reach: float = 0.01) -> dict[str, float]:
    return {"value": value, "low": value - reach, "high": value + reach, "count": 9}


def test_measurements_say_which_is_better_and_whether_it_may_be_chance(tmp_path: Path) -> None:
    first = measured(tmp_path, "a", mse=score(0.03), ssim=score(0.5), odd={"value": 1.0})
    second = measured(tmp_path, "b", mse=score(0.035), ssim=score(0.7), odd={"value": 2.0}, psnr=score(14))
    found = [read_measured(first), read_measured(second)]
    lines = lines_of(*found)
    said = {line.metric.id: line.verdict(("a", "b")) for line in lines}
    assert said == {
        "mse": "a, intervals overlap",
        "psnr": "only b was measured",
        "ssim": "b, intervals apart",
        "odd": "no better or worse",
    }
    table = scores_table(lines, ("a", "b"))
    assert table.loc[0, "a"] == "0.03 (0.02 to 0.04)" and table.loc[0, "count"] == "9"
    assert table.loc[2, "real pictures"] == "0.9 (0.89 to 0.91)"
    assert numbers_table(lines, ("a", "b")).loc[0, "b high"] == pytest.approx(0.045)
    assert describe_measured([first, second], found)[0] == "a and b: measured on 9 photos."


def test_numbers_of_different_data_are_not_compared(tmp_path: Path) -> None:
    first, second = measured(tmp_path, "a", mse=score(0.03)), measured(tmp_path, "b", "9 renders", mse=score(0.01))
    found = [read_measured(first), read_measured(second)]
    [line] = lines_of(*found)
    assert line.verdict(("a", "b")) == "not comparable: measured on different pictures"
    assert not line.may_be_compared and line.real is None
    assert any("different data" in sentence for sentence in describe_measured([first, second], found))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"comparison": 1}', '{"comparison": {"data": "x"}}'])
def test_damaged_measurements_get_a_sentence(tmp_path: Path, text: str) -> None:
    checkpoint = measured(tmp_path, "a")
    (tmp_path / "a" / "metrics.json").write_text(text)
    record(tmp_path / "a", "metrics.json")
    with pytest.raises(InputError, match="python -m training evaluate a"):
        read_measured(checkpoint)


def test_what_was_not_measured_for_comparison_is_said(tmp_path: Path) -> None:
    checkpoint = measured(tmp_path, "a")
    path = tmp_path / "a" / "metrics.json"
    path.write_text('{"mse": {}}')
    record(path.parent, path.name)
    assert read_measured(checkpoint) is None
    path.unlink()
    record(path.parent, path.name)
    assert read_measured(checkpoint) is None
    assert "python -m training evaluate a" in describe_measured([checkpoint], [None])[0]


def logged(folder: Path, size: int, *rows: str) -> Path:
    folder.mkdir()
    (folder / "metrics.csv").write_text("\n".join(("epoch,step,train/kl,validation/mse", *rows)) + "\n")
    (folder / "hparams.yaml").write_text(f"size: {size}\n")
    return folder


def test_runs_are_thinned_to_a_row_an_epoch_and_read_as_one_training(tmp_path: Path) -> None:
    checkpoint = measured(tmp_path, "a")
    stages = [logged(tmp_path / "1", 64, "0,1,4,", "0,2,6,", "1,3,,0.5"), logged(tmp_path / "2", 128, "0,1,3,0.25")]
    write_curves(stages, checkpoint.folder)
    table = read_curves(checkpoint)
    assert table is not None
    assert table[["stage", "size", "epoch", PASSED]].to_numpy().tolist() == [
        [1, 64, 0, 1],
        [1, 64, 1, 2],
        [2, 128, 0, 3],
    ]
    assert table["train/kl"].fillna(-1).tolist() == [5, -1, 3]
    assert quantities(table, None) == ["validation/mse", "train/kl"]
    (tmp_path / "later").mkdir()
    later = write_curves(stages[1:], tmp_path / "later", after=write_curves(stages[:1], tmp_path))
    assert later.read_text() == (checkpoint.folder / "curves.csv").read_text()
    with pytest.raises(InputError, match=r"no sound curves.csv"):
        write_curves(stages, tmp_path, after=tmp_path / "none.csv")
    (tmp_path / "curves.csv").unlink()
    replace_curves(tmp_path, checkpoint.folder)  # it logged nothing: older curves go
    assert read_curves(checkpoint) is None
    with pytest.raises(InputError, match="finished run"):
        write_curves([tmp_path], checkpoint.folder)


def test_damaged_curves_get_a_sentence(tmp_path: Path) -> None:
    checkpoint = measured(tmp_path, "a")
    (checkpoint.folder / "curves.csv").write_text("stage,epoch\none,two\n")
    record(checkpoint.folder, "curves.csv")
    with pytest.raises(InputError, match="curves of a are damaged"):
        read_curves(checkpoint)


@pytest.mark.parametrize("name", NAMES)
def test_what_ships_has_its_curves(name: str) -> None:
    table = read_curves(find_checkpoint(name))
    assert table is not None and table[PASSED].tolist() == list(range(1, len(table) + 1))
    assert (find_checkpoint(name).folder / "curves.csv").stat().st_size < 100_000


def test_a_report_needs_nothing_beside_it_and_takes_names_for_text(pair: Pair, tmp_path: Path) -> None:
    names = photos(2, "<script>alert(1)</script> & 'co'")
    html = report_html(pair, Selection(MOJITO, 4, names))
    body = re.sub(r"<script.*?</script>", "", html[html.index("<body>") :], flags=re.DOTALL)
    assert "alert(1)" in body and "<script>alert" not in html
    assert not re.findall(r'(?:src|href)="(?!data:image/webp)', body)
    assert "python -m cocktailman compare tiny narrow" in body and "--seed 4" in body
    assert "Not painted: the style vectors of tiny are missing" in body  # there is no table of what it was trained on
    assert "has no measurements to compare yet" in body and "ships no training curves" in body


def test_a_report_has_the_measurements_and_what_gave_them(pair: Pair, tmp_path: Path, monkeypatch) -> None:
    for number, generator in enumerate(pair):
        made = measured(tmp_path, generator.name, mse=score(0.03 + number / 10))
        monkeypatch.setattr(generator, "checkpoint", replace(generator.checkpoint, folder=made.folder))
    html = report_html(pair, Selection(MOJITO, 4, photos(1)))
    assert "0.03 (0.02 to 0.04)" in html and "tiny, intervals apart" in html
    assert "measure tiny\nmeasure narrow" in html and html.count("Plotly.newPlot(") == 1


def test_a_table_takes_its_texts_for_text() -> None:
    table = scores_table([], ("<b>", "b"))
    assert "&lt;b&gt;" in table_html(table)


def test_the_command_writes_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = tmp_path / "a drink.png"
    photo.write_bytes(png(read_renders().image(0)))
    out = tmp_path / "new" / "report.html"
    arguments = ["--cocktail", "negroni", "--seed", "3", "--picture", str(photo), "--picture", str(photo)]
    arguments.append("--recognise")
    monkeypatch.setattr(sys, "argv", ["cocktailman", "compare", *NAMES, *arguments, "--out", str(out)])
    assert main() == 0
    html = out.read_text("utf-8")
    assert "Recipe: Gin, Red bitter" in html and html.count("Plotly.newPlot(") == 8
    assert html.count("data:image/webp") > 150
    assert re.search("&#39;[^&]*a drink.png&#39; --recognise", html)  # quoted in the command
    assert "recognised in it" in html


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("cvae-photos cvae-photos --out r.html", "named twice"),
        ("cvae-photos nobody --out r.html", "unknown model 'nobody'"),
        ("cvae-photos detector --out r.html", "detector is no model that paints: choose one of cidvae-photos, "),
        ("cvae-photos cvae-renders --out r.pdf", "does not end in .html"),
        ("cvae-photos cvae-renders --out r.html --cocktail jin", "unknown cocktail"),
        ("cvae-photos cvae-renders --out r.html --cocktail Beer --ingredients gin", "either"),
        ("cvae-photos cvae-renders --out r.html --picture nowhere.jpg", "nowhere.jpg does not exist"),
        ("cvae-photos cvae-renders --out r.html --recognise", "nothing to recognise"),
        ("cvae-photos cvae-renders --out r.html --seed -1", "seed"),
    ],
)
def test_wrong_input_gets_one_line(arguments: str, says: str, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["cocktailman", "compare", *arguments.split()])
    assert main() == 2
    err = capsys.readouterr().err
    assert says in err and err.count("\n") == 1
    assert not list(tmp_path.iterdir())
