import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from cocktailman.__main__ import main
from cocktailman.cli.pictures import usable_pictures
from cocktailman.errors import InputError
from cocktailman.images import read_image
from cocktailman.inference.generator import Generator
from cocktailman.inference.recogniser import Recogniser
from cocktailman.models.checkpoints import list_checkpoints

ROOT = Path(__file__).parent.parent
MOJITO = ["generate", "--model", "tiny", "--cocktail", "mojito"]


class Result(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Result]


@pytest.fixture
def run(
    checkpoints: Path,
    recognisers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Runs the command line in an empty folder, with the checkpoint `tiny` alone, and the tiny recogniser."""
    monkeypatch.chdir(tmp_path)
    # whose default folder is the project's
    monkeypatch.setattr(list_checkpoints, "__defaults__", (checkpoints, None))
    monkeypatch.setattr(Generator.load.__func__, "__defaults__", (checkpoints,))
    monkeypatch.setattr(Recogniser.load.__func__, "__defaults__", (recognisers,))

    def run(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["cocktailman", *map(str, arguments)])
        status = main()
        out, err = capfd.readouterr()
        return Result(status, out, err)

    return run


def is_refused(result: Result, says: str) -> None:
    assert (result.status, result.out) == (2, "")
    assert says in result.err and result.err.count("\n") == 1 and result.err.endswith("\n")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of two pictures and a text."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, name in enumerate(("a.jpg", "b.png")):
        pixels = np.random.default_rng(number).integers(0, 256, (50, 70, 3), np.uint8)
        Image.fromarray(pixels).save(folder / name)
    (folder / "notes.txt").write_text("Two parts rum.")
    return folder


def test_help_comes_where_nothing_is_asked(run: Run) -> None:
    asked, unasked = run("--help"), run()
    assert asked == unasked and (asked.status, asked.err) == (0, "")
    assert "Usage: python -m cocktailman [OPTIONS] COMMAND" in asked.out
    generate = run("generate", "--help")
    assert (generate.status, generate.err) == (0, "") and "--ingredients" in generate.out


def test_models(run: Run, generator: Generator) -> None:
    parameters = f"{generator.checkpoint.parameters:,} parameters"
    assert run("models") == (0, f"tiny\tcvae\tphotos\t64 px\t{parameters}\n", "")


def test_the_module_runs() -> None:
    command = [sys.executable, "-m", "cocktailman"]
    done = subprocess.run([*command, "models"], capture_output=True, text=True, check=True)
    assert done.stderr == "" and all(line.count("\t") == 4 for line in done.stdout.splitlines())
    failed = subprocess.run([*command, "model"], capture_output=True, text=True)
    is_refused(Result(failed.returncode, failed.stdout, failed.stderr), "No such command 'model'")


def test_generate_paints_what_the_generator_does(run: Run, generator: Generator, tmp_path: Path) -> None:
    assert run(*MOJITO, "--seed", 5, "--size", 100, "--out", "new/mojito.png") == (0, "", "")
    with Image.open(tmp_path / "new" / "mojito.png") as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (100, 100))
        recipe = generator.vocabulary.cocktail("Mojito").recipe
        [expected] = generator.paint(recipe, generator.sample_styles(1, 5), 100)
        assert image.tobytes() == expected.tobytes()


def test_the_same_seed_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    for out, seed in (("one", 1), ("again", 1), ("other", 2)):
        assert run(*MOJITO, "--seed", seed, "--count", 3, "--out", out).status == 0
    run(*MOJITO, "--seed", 1, "--out", "single.png")
    one, again, other = (
        [path.read_bytes() for path in sorted((tmp_path / name).iterdir())] for name in ("one", "again", "other")
    )
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["0000.png", "0001.png", "0002.png"]
    assert one == again and not set(one) & set(other) and len(set(one)) == 3
    assert (tmp_path / "single.png").read_bytes() == one[0]


def test_generate_reports_each_picture(run: Run, tmp_path: Path, generator: Generator) -> None:
    asked = ("generate", "--model", "tiny", "--ingredients", " Lime,gin, GIN,", "--count", 2, "--out", "out", "--json")
    result = run(*asked)
    assert (result.status, result.err) == (0, "")
    assert [sorted(facts) for facts in result.objects] == [["file", "ingredients", "model", "size", "style"]] * 2
    for facts, style in zip(result.objects, generator.sample_styles(2, 0), strict=True):
        assert facts["ingredients"] == ["gin", "lime"] and facts["model"] == "tiny" and facts["size"] == 64
        np.testing.assert_allclose(facts["style"], style)
        style = ",".join(map(str, facts["style"]))
        run("generate", "--model", "tiny", "--ingredients", "gin,lime", "--style", style, "--out", "again.png")
        assert (tmp_path / "again.png").read_bytes() == Path(facts["file"]).read_bytes()


@pytest.mark.parametrize("style", [("--style", "-1,0.5,0,0,0,1e1"), ("--style=-1, .5,0,0,-0,10",)])
def test_a_style_may_begin_with_a_minus(run: Run, style: tuple[str, ...]) -> None:
    [facts] = run(*MOJITO, *style, "--out", "a.png", "--json").objects
    assert facts["style"] == [-1, 0.5, 0, 0, 0, 10]


def test_the_suffix_decides_the_format(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c.d").mkdir()
    for name, kind in (("a.png", "PNG"), ("a.jpg", "JPEG"), ("b.JPEG", "JPEG"), ("a.webp", "WEBP"), ("c.d", "PNG")):
        assert run(*MOJITO, "--out", name) == (0, "", "")
        with Image.open(tmp_path / name if name != "c.d" else tmp_path / "c.d" / "0000.png") as image:
            assert image.format == kind


LEFT_OUT = "left out below photos: .txt files (1)\n"
BOTH = "give either --ingredients or --cocktail"
STYLE = "a style's numbers lie between -10 and 10"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("frobnicate", "No such command 'frobnicate'."),
        ("--frobnicate", "No such option: --frobnicate"),
        ("models --frobnicate", "No such option: --frobnicate"),
        ("models extra", "unexpected extra argument"),
        ("generate --model tiny --out a.png", BOTH),
        ("generate --model tiny --out a.png --ingredients gin --cocktail mojito", BOTH),
        ("generate --model tiny --out a --ingredients vodca,ice", "unknown ingredient 'vodca': did you mean 'vodka'"),
        ("generate --model tiny --out a.png --ingredients=", "at least one ingredient"),
        ("generate --model tiny --out a.png --ingredients ,,", "at least one ingredient"),
        ("generate --model tiny --out a.png --cocktail mohito", "unknown cocktail 'mohito': did you mean 'Mojito'"),
        ("generate --model tiny --out a.png --cocktail=", "unknown cocktail ''"),
        ("generate --out a.png --cocktail mojito", "Missing option '--model'"),
        ("generate --model tiny --cocktail mojito", "Missing option '--out'"),
        ("generate --model big --out a.png --cocktail mojito", "unknown model 'big': choose one of tiny"),
        ("generate --model ../tiny --out a.png --cocktail mojito", "unknown model '../tiny': choose one of tiny"),
        ("mojito --style 0,0,0,0,0 --out a.png", "tiny takes a style of 6 numbers, not 5"),
        ("mojito --style 0,0,0,0,0,0,0 --out a.png", "tiny takes a style of 6 numbers, not 7"),
        ("mojito --style nan,0,0,0,0,0 --out a.png", STYLE),
        ("mojito --style 0,0,0,0,0,-inf --out a.png", STYLE),
        ("mojito --style 0,0,0,0,0,1e999 --out a.png", STYLE),
        ("mojito --style sweet --out a.png", "the style 'sweet' is not numbers separated by commas"),
        ("mojito --style= --out a.png", "the style '' is not numbers"),
        ("mojito --style 0,0,,0,0,0 --out a.png", "is not numbers"),
        ("mojito --size 0 --out a.png", "a picture of 0 px cannot be made: choose a size from 16 to 2048 px"),
        ("mojito --size 100000 --out a.png", "a picture of 100000 px cannot be made"),
        ("mojito --size=-64 --out a.png", "a picture of -64 px cannot be made"),
        ("mojito --size big --out a.png", "Invalid value for '--size'"),
        ("mojito --count 0 --out a", "Invalid value for '--count'"),
        ("mojito --count 1000000 --out a", "Invalid value for '--count'"),
        ("mojito --seed -1 --out a.png", "Invalid value for '--seed'"),
        ("mojito --count 2 --out a.png", "a.png is one file for 2 pictures: name a folder"),
        ("mojito --out a.gif", "a.gif ends in none of .png, .jpg, .jpeg, .webp"),
        ("mojito --count 2 --out a.gif", "a.gif ends in none of .png, .jpg, .jpeg, .webp"),
        ("mojito --out photos/notes.txt/a.png", "a.png cannot be written (photos/notes.txt is no folder): choose"),
        ("mojito --out photos/notes.txt/a", "a/0000.png cannot be written (Not a directory): choose another place"),
        ("mojito --out /dev/full/a.png", "cannot be written (/dev/full is no folder)"),
        ("encode --model tiny", "Missing argument"),
        ("encode photos", "Missing option '--model'"),
        ("encode --model big photos", "unknown model 'big'"),
        ("encode --model tiny none.jpg", "none.jpg does not exist: check the path"),
        ("encode --model tiny photos/notes.txt", "photos/notes.txt is no readable picture"),
        ("encode --model tiny photos --ingredients gravel", "unknown ingredient 'gravel'"),
        ("encode --model tiny photos --ingredients=", "at least one ingredient"),
        ("recognise", "Missing argument"),
        ("recognise photos --min-score 1.5", "--min-score is 1.5, and a score lies between 0 and 1"),
        ("recognise photos --min-score=-0.1", "--min-score is -0.1, and"),
        ("recognise photos --min-score nan", "--min-score is nan, and"),
        ("recognise photos --min-score high", "Invalid value for '--min-score'"),
        ("recognise none.jpg", "none.jpg does not exist: check the path"),
        ("recognise photos/notes.txt", "photos/notes.txt is no readable picture"),
    ],
)
def test_a_users_mistake_is_one_line(run: Run, photos: Path, tmp_path: Path, arguments: str, says: str) -> None:
    words = arguments.split()
    result = run(*(MOJITO + words[1:] if words[0] == "mojito" else words))
    is_refused(result, says)
    assert {path.name for path in tmp_path.iterdir()} == {"photos"}


def test_a_full_disk_is_the_users_to_mend(run: Run, tmp_path: Path) -> None:
    (tmp_path / "full.png").symlink_to("/dev/full")
    is_refused(run(*MOJITO, "--out", "full.png"), "full.png cannot be written (No space left on device)")


@pytest.mark.parametrize("output", ["a.png", "report.html"])
def test_a_file_size_limit_leaves_the_older_file_whole(checkpoints: Path, tmp_path: Path, output: str) -> None:
    """In a process of its own, whose files may grow to 1 KB as on a disk that is nearly full."""
    program = f"""
import resource, signal, sys
from pathlib import Path
from cocktailman.files import written
from cocktailman.__main__ import app, run
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

@app.command()
def fill() -> None:
    with written(Path({output!r})) as unfinished:
        unfinished.write_bytes(bytes(10**6))

sys.argv[1:] = ["fill"]
sys.exit(run(app, "x"))
"""
    (tmp_path / output).write_text("older")
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{output} cannot be written (File too large): make room there, or choose another place\n"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {output: "older"}


def test_full_standard_output_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cocktailman", "models"], stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
    assert done.returncode == 2
    assert done.stderr == (
        "the output cannot be written or read (No space left on device): make room, or choose another\n"
    )


def test_a_name_that_is_not_utf_8_is_escaped(run: Run, photos: Path) -> None:
    (photos / "a.jpg").rename(photos / os.fsdecode(b"\xff.jpg"))
    (photos / "b.png").rename(photos / "b\n\x1b[31m.png")
    said = run("recognise", "photos").out
    assert "photos/\\udcff.jpg: " in said and "photos/b\\n\\x1b[31m.png: " in said
    names = [facts["file"] for facts in run("recognise", "photos", "--json").objects]
    assert names == ["photos/b\n\x1b[31m.png", f"photos/{os.fsdecode(bytes([255]))}.jpg"]
    [_, strange] = run("encode", "--model", "tiny", "photos").objects
    assert os.fsencode(strange["file"]) == b"photos/\xff.jpg"


def test_encode(run: Run, photos: Path, generator: Generator) -> None:
    folder = run("encode", "--model", "tiny", "photos")
    assert (folder.status, folder.err) == (0, LEFT_OUT)
    assert [facts["file"] for facts in folder.objects] == ["photos/a.jpg", "photos/b.png"]
    with Image.open(photos / "b.png") as image:
        expected = generator.encode([image])
    found = folder.objects[1]
    assert sorted(found) == ["file", "mean", "std"]
    np.testing.assert_allclose(found["mean"], expected.mean[0], rtol=1e-6)
    np.testing.assert_allclose(found["std"], expected.std[0], rtol=1e-6)
    assert (
        run("encode", "--model", "tiny", "photos/a.jpg", "photos/b.png", "--ingredients", "gin,lime").out == folder.out
    )


def test_encode_inverts_when_it_knows_what_is_painted(run: Run, photos: Path, generator: Generator) -> None:
    inverting = ("encode", "--model", "tiny", "photos/b.png", "--invert")
    is_refused(run(*inverting), "--invert asks for a painting like the picture: say of what, with --ingredients")
    [found] = run(*inverting, "--ingredients", "gin,lime").objects
    with Image.open(photos / "b.png") as image:
        expected = generator.invert([image], [("gin", "lime")])
    np.testing.assert_allclose(found["inverted"], expected[0], rtol=1e-4, atol=1e-4)
    assert sorted(found) == ["file", "inverted", "mean", "std"]


@pytest.mark.parametrize("command", [("encode", "--model", "tiny"), ("recognise",)])
def test_what_is_left_out_of_a_folder_is_said(run: Run, photos: Path, command: tuple[str, ...]) -> None:
    status, out, err = run(*command, "photos")
    assert (status, err) == (0, LEFT_OUT) and "a.jpg" in out and "b.png" in out
    (photos / "empty").mkdir()
    is_refused(run(*command, "photos/empty"), "there are no pictures below photos/empty: name a folder of pictures")


def test_encode_goes_on_after_a_bad_file(run: Run, photos: Path) -> None:
    result = run("encode", "--model", "tiny", "photos/notes.txt", "photos/a.jpg")
    assert result.status == 2 and [facts["file"] for facts in result.objects] == ["photos/a.jpg"]
    assert result.err.startswith("photos/notes.txt is no readable picture") and result.err.count("\n") == 1


def test_compare_leaves_out_what_cannot_be_used(
    photos: Path, generator: Generator, capsys: pytest.CaptureFixture[str]
) -> None:
    [(name, picture)] = usable_pictures([photos / "notes.txt", photos / "a.jpg"], [generator])
    assert (name, picture.size) == (str(photos / "a.jpg"), (70, 50))
    assert capsys.readouterr().err.startswith(f"{photos / 'notes.txt'} is no readable picture")
    with pytest.raises(InputError, match="no readable picture"):
        usable_pictures([photos / "notes.txt"], [generator])


def test_what_generate_paints_encode_reads(run: Run) -> None:
    run(*MOJITO, "--out", "a.png")
    [facts] = run("encode", "--model", "tiny", "a.png").objects
    assert len(facts["mean"]) == len(facts["std"]) == 6 and min(facts["std"]) > 0


def test_recognise_writes_what_the_recogniser_sees(run: Run, photos: Path, recogniser: Recogniser) -> None:
    result = run("recognise", "photos", "--json")
    assert (result.status, result.err) == (0, LEFT_OUT)
    for facts, name in zip(result.objects, ("photos/a.jpg", "photos/b.png"), strict=True):
        expected = recogniser.facts(name, recogniser.recognise([read_image(Path(name))])[0])
        assert list(facts) == ["file", "threshold", "ingredient_threshold", "boxes", "ingredients", "cocktails"]
        assert (facts["file"], facts["threshold"]) == (name, recogniser.detector.threshold)
        for box, its in zip(facts["boxes"], expected["boxes"], strict=True):
            assert list(box) == ["x1", "y1", "x2", "y2", "score"] and box == pytest.approx(its, rel=1e-3)
        for key in ("ingredients", "cocktails"):
            assert sorted(map(str, expected[key][0])) == sorted(map(str, facts[key][0]))
            assert facts[key][0]["probability"] == pytest.approx(expected[key][0]["probability"], rel=1e-3)
    assert any(facts["boxes"] for facts in result.objects)


def test_a_lower_score_gives_more_boxes_and_reads_the_same(run: Run, photos: Path) -> None:
    few, many = (run("recognise", "photos/b.png", "--json", "--min-score", score).objects[0] for score in ("1", "0"))
    assert few["boxes"] == [] and len(many["boxes"]) > 1
    assert few["ingredients"] == many["ingredients"]


def test_recognise_in_words(run: Run, photos: Path) -> None:
    result = run("recognise", "photos", "--anyway")
    assert (result.status, result.err) == (0, LEFT_OUT)
    assert [line.partition(": ")[0] for line in result.out.splitlines()[::2]] == ["photos/a.jpg", "photos/b.png"]
    assert run("recognise", "photos/b.png", "--min-score", "1").out == "photos/b.png: no drink found\n"


def test_recognise_goes_on_after_a_bad_file(run: Run, photos: Path) -> None:
    result = run("recognise", "photos/notes.txt", "none.jpg", "photos/a.jpg", "--json")
    bad, none, good = result.objects
    assert result.status == 2 and good["file"] == "photos/a.jpg" and good["cocktails"]
    assert list(bad) == list(none) == ["file", "error"] and "no readable picture" in bad["error"]
    assert result.err == f"{bad['error']}\n{none['error']}\n"


def test_nothing_but_results_on_standard_output(recognisers: Path, photos: Path, tmp_path: Path) -> None:
    """In a fresh process and a fresh home, where libraries like to introduce themselves."""
    program = f"""
import sys
from pathlib import Path
from cocktailman.__main__ import main
from cocktailman.inference.recogniser import Recogniser
Recogniser.load.__func__.__defaults__ = (Path({str(recognisers)!r}),)
sys.argv[1:] = ["recognise", {str(photos)!r}, "--json"]
sys.exit(main())
"""
    home = {"HOME": str(tmp_path), "PATH": os.defpath, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=home)
    assert (done.returncode, done.stderr) == (0, LEFT_OUT.replace("photos", str(photos)))
    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == [
        str(photos / "a.jpg"),
        str(photos / "b.png"),
    ]
