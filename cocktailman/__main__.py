"""The command line: `python -m cocktailman --help`.

Exit status 0: done; 2: the user's input was wrong, with one line on standard error that says what and how to mend it.
"""

import json
import os
import sys
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from cocktailman.cli import edit, explore, invent
from cocktailman.cli.pictures import pictures_in, usable_pictures
from cocktailman.errors import InputError
from cocktailman.files import distinct, printable, reason_of, written

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="Generative models on cocktails.")

WRITTEN = (".png", ".jpg", ".jpeg", ".webp")  # suffixes of the pictures that `generate` writes

ModelName = Annotated[str, typer.Option("--model", help="a checkpoint, as `models` lists them")]
Ingredients = Annotated[str | None, typer.Option(help="ids of data/ingredients.csv, separated by commas")]


@app.command()
def models() -> None:
    """List the checkpoints: name, kind, domain, size, parameters."""
    from cocktailman.models.checkpoints import list_checkpoints

    for item in list_checkpoints():
        print(f"{item.name}\t{item.kind}\t{item.domain}\t{item.size} px\t{item.parameters:,} parameters")


@app.command()
def generate(
    model: ModelName,
    out: Annotated[Path, typer.Option(help="a file, or a folder for several pictures")],
    ingredients: Ingredients = None,
    cocktail: Annotated[str | None, typer.Option(help="a cocktail of data/cocktails.csv")] = None,
    style: Annotated[str | None, typer.Option(help="numbers separated by commas; by default drawn at random")] = None,
    seed: Annotated[int, typer.Option(min=0, help="of the random styles")] = 0,
    typical: Annotated[
        bool | None,
        typer.Option("--typical/--prior", help="styles typical of the recipe (the default, where known), or N(0, I)"),
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="how many pictures")] = 1,
    size: Annotated[int | None, typer.Option(help="px; by default the model's own")] = None,
    background: Annotated[
        str | None, typer.Option(help="of a cut-out: none (the default), a colour such as #f4efe6, or a picture file")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="a JSON line for each picture")] = False,
) -> None:
    """Paint drinks from ingredients or a cocktail."""
    from cocktailman.catalog import catalog
    from cocktailman.cutouts import NO_GROUND, read_ground
    from cocktailman.inference.generator import Generator, check_size

    if (ingredients is None) == (cocktail is None):
        raise InputError("give either --ingredients or --cocktail")
    recipe = catalog().recipe(_names(ingredients)) if ingredients is not None else catalog().cocktail(cocktail).recipe  # type: ignore[arg-type]
    generator = Generator.load(model)
    size = check_size(generator.checkpoint.size if size is None else size)
    if background is not None and not generator.transparent:
        raise InputError(f"{model} paints its own background: leave --background out, or choose a model of cut-outs")
    ground = read_ground(background or NO_GROUND)
    if style is not None and typical is not None:
        raise InputError(f"give either --style or {'--typical' if typical else '--prior'}")
    if style is not None:
        styles = generator.check_style(_numbers(style))[None].repeat(count, axis=0)
    elif typical:
        styles = generator.typical_styles([recipe] * count, seed)
    elif typical is None:
        styles = generator.draw_styles([recipe] * count, seed)
    else:
        styles = generator.sample_styles(count, seed)
    for row, file in zip(styles, _targets(out, count), strict=True):
        [picture] = generator.paint(recipe, row[None], size, ground)
        with written(file) as unfinished:
            picture.save(unfinished)
        if as_json:
            facts = {"file": str(file), "model": model, "ingredients": recipe, "style": row.tolist(), "size": size}
            print(json.dumps(facts))


@app.command()
def compare(
    first: Annotated[str, typer.Argument(help="a checkpoint, as `models` lists them")],
    second: Annotated[str, typer.Argument(help="another")],
    out: Annotated[Path, typer.Option(help="the report to write, an .html file")],
    ingredients: Ingredients = None,
    cocktail: Annotated[str | None, typer.Option(help="a cocktail of data/cocktails.csv; by default a Mojito")] = None,
    seed: Annotated[int, typer.Option(min=0, max=999_999_999, help="of all that is drawn at random")] = 0,
    pictures: Annotated[
        list[Path] | None, typer.Option("--picture", help="a photo to rebuild, several times; by default renders")
    ] = None,
    recognised: Annotated[
        bool, typer.Option("--recognise", help="paint each photo with what is recognised in it, not with the recipe")
    ] = False,
) -> None:
    """Lay two models side by side: a report with their pictures, measurements and training curves."""
    from cocktailman.catalog import DEFAULT_COCKTAIL, catalog
    from cocktailman.evaluation.report import report_html
    from cocktailman.evaluation.side_by_side import Original, Selection
    from cocktailman.images import on_white
    from cocktailman.inference.generator import Generator
    from cocktailman.inference.recogniser import Recogniser

    if ingredients is not None and cocktail is not None:
        raise InputError("give either --ingredients or --cocktail")
    if first == second:
        raise InputError(f"{first} is named twice: name two different models")
    if out.suffix.lower() != ".html":
        raise InputError(f"{out.name} does not end in .html: name such a file with --out")
    if recognised and not pictures:
        raise InputError("there is nothing to recognise: give photos with --picture")
    if ingredients is not None:
        recipe = catalog().recipe(_names(ingredients))
    else:
        recipe = catalog().cocktail(cocktail or DEFAULT_COCKTAIL).recipe
    pair = Generator.load(first), Generator.load(second)
    read = Recogniser.load().recipe if recognised else lambda _: None
    usable = usable_pictures(pictures or (), pair)
    photos = tuple(Original.of_photo(name, image, read(on_white(image))) for name, image in usable)
    html = report_html(pair, Selection(recipe, seed, photos, recognised))
    with written(out) as unfinished:
        unfinished.write_text(html, "utf-8")
    if len(photos) < len(pictures or ()):
        raise typer.Exit(2)


@app.command()
def encode(
    model: ModelName,
    paths: Annotated[list[Path], typer.Argument(help="pictures, or folders of them")],
    ingredients: Ingredients = None,
    invert: Annotated[
        bool, typer.Option("--invert", help="and the style in which the ingredients are painted most like it")
    ] = False,
) -> None:
    """Read the style of pictures: a JSON line each, with the mean and std of its posterior."""
    from cocktailman.catalog import catalog
    from cocktailman.images import read_image
    from cocktailman.inference.generator import Generator

    recipe = None if ingredients is None else catalog().recipe(_names(ingredients))
    generator = Generator.load(model)
    generator.check_encoder()
    if invert and recipe is None:
        raise InputError("--invert asks for a painting like the picture: say of what, with --ingredients")
    failed = False
    for path in pictures_in(paths):
        try:
            seen = generator.seen(read_image(path, transparent=True), printable(path))
            posterior = generator.encode_seen([seen], [recipe])
        except InputError as error:
            failed = True
            print(error, file=sys.stderr)
            continue
        facts = {"file": str(path), "mean": posterior.mean[0].tolist(), "std": posterior.std[0].tolist()}
        if invert and recipe:
            facts["inverted"] = generator.invert_seen([seen], [recipe], posterior.mean)[0].tolist()
        print(json.dumps(facts))
    if failed:
        raise typer.Exit(2)


@app.command()
def recognise(
    paths: Annotated[list[Path], typer.Argument(help="photos, or folders of them")],
    as_json: Annotated[bool, typer.Option("--json", help="a JSON line for each photo")] = False,
    min_score: Annotated[
        float | None, typer.Option(help="boxes from this score on, 0 to 1; by default the detector's own threshold")
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="name ingredients and cocktails where no drink is found, too")
    ] = False,
) -> None:
    """Find the drinks in photos, and name their ingredients and the likely cocktails."""
    from tqdm import tqdm

    from cocktailman.inference.photo_files import recognise_files
    from cocktailman.inference.recogniser import Recogniser, Recognition

    if min_score is not None and not 0 <= min_score <= 1:  # also true for NaN
        raise InputError(f"--min-score is {min_score:g}, and a score lies between 0 and 1: choose one such as 0.5")
    recogniser = Recogniser.load()
    files = pictures_in(paths)
    failed = False
    found = recognise_files(recogniser, files, min_score)
    for file, seen in tqdm(found, total=len(files), unit=" photos", disable=None):  # none where nobody looks
        if not isinstance(seen, Recognition):
            failed = True
            tqdm.write(str(seen), file=sys.stderr)
        if as_json:
            name = str(file)
            good = isinstance(seen, Recognition)
            tqdm.write(json.dumps(recogniser.facts(name, seen) if good else {"file": name, "error": str(seen)}))
        elif isinstance(seen, Recognition):
            tqdm.write(f"{printable(file)}: {recogniser.describe(seen, anyway)}")
    if failed:
        raise typer.Exit(2)


@app.command()
def cutout(
    paths: Annotated[list[Path], typer.Argument(help="photos, or folders of them")],
    out: Annotated[Path, typer.Option(help="folder for the cut-outs: PNGs with alpha, named as their photos")],
    as_json: Annotated[bool, typer.Option("--json", help="a JSON line for each photo")] = False,
) -> None:
    """Cut the drinks out of photos."""
    from cocktailman.images import read_image
    from cocktailman.inference.segmenter import Segmenter

    segmenter = Segmenter.load()
    failed = False
    photos = pictures_in(paths)
    for path, name in zip(photos, distinct(photo.stem for photo in photos), strict=True):
        target = out / f"{name}.png"
        try:
            found = segmenter.cut_out(read_image(path, transparent=True), printable(path))
        except InputError as error:
            failed = True
            print(error, file=sys.stderr)
            if as_json:
                print(json.dumps({"file": str(path), "error": str(error)}))
            continue
        with written(target) as unfinished:
            found.picture.save(unfinished)
        facts = {"file": str(path), "out": str(target), "confidence": round(found.confidence, 4)}
        print(json.dumps(facts) if as_json else f"{printable(target)}: {found.confidence:.0%} sure")
    if failed:
        raise typer.Exit(2)


@app.command()
def stylise(
    content: Annotated[Path, typer.Option(help="the picture to paint anew")],
    out: Annotated[Path, typer.Option(help="the picture to write")],
    method: Annotated[
        str, typer.Option(help="adain: at once; gatys: slowly; cyclegan: renders to photos and back")
    ] = "adain",
    style: Annotated[str | None, typer.Option(help="a file, or a name of the shelf (data/style-images)")] = None,
    strength: Annotated[float, typer.Option(help="from 0, the content, to 1")] = 1.0,
    layers: Annotated[int | None, typer.Option(help="gatys: how many carry the style, 1 to 5")] = None,
    steps: Annotated[int | None, typer.Option(help="gatys: evaluations of the network")] = None,
    size: Annotated[int | None, typer.Option(help="px, the longer side")] = None,
    keep_colours: Annotated[bool, typer.Option("--keep-colours", help="the content's own")] = False,
    optimiser: Annotated[str | None, typer.Option(help="gatys: adam or lbfgs")] = None,
    start: Annotated[str | None, typer.Option(help="gatys: adain, content or noise")] = None,
    seed: Annotated[int, typer.Option(min=0, help="gatys: of the noise")] = 0,
    to: Annotated[str, typer.Option(help="cyclegan: photos or renders")] = "photos",
    as_json: Annotated[bool, typer.Option("--json", help="a JSON line")] = False,
) -> None:
    """Paint a picture in the look of another."""
    from cocktailman.cutouts import over
    from cocktailman.images import read_image
    from cocktailman.inference.gatys import settings_of
    from cocktailman.inference.stylise import METHODS, stylised
    from cocktailman.shelf import read_style

    if method not in METHODS:
        raise InputError(f"unknown method {method[:40]!r}: choose one of {', '.join(METHODS)}")
    if out.suffix.lower() not in WRITTEN:
        raise InputError(f"{printable(out.name)} ends in none of {', '.join(WRITTEN)}: name such a file")
    given = {"layers": layers, "steps": steps, "size": size, "optimiser": optimiser, "start": start}
    settings = settings_of(strength=strength, keep_colours=keep_colours, seed=seed, **given)
    picture = read_image(content, printable(content), transparent=method == "cyclegan")
    found = stylised(method, picture, read_style(style) if style else None, settings, to)  # type: ignore[arg-type]
    opaque = found.image.mode == "RGBA" and out.suffix.lower() in {".jpg", ".jpeg"}  # which know no transparency
    with written(out) as unfinished:
        (over(found.image) if opaque else found.image).save(unfinished)
    facts = {"out": printable(out), "seconds": round(found.seconds, 3), "steps": found.steps}
    taken = "1 step" if found.steps == 1 else f"{found.steps} steps"
    print(json.dumps(facts) if as_json else f"{facts['out']}: {found.seconds:.1f} s, {taken}")


@app.command()
def embed(
    folder: Annotated[Path, typer.Argument(help="of pictures, with all folders below it")],
    model: ModelName,
    out: Annotated[Path, typer.Option(help="the table to write, or to go on with: a .parquet file")],
    ray: Annotated[bool, typer.Option("--ray", help="on Ray Data, where it is installed: one machine or many")] = False,
) -> None:
    """Read the styles of a folder of any size into a table; going on where it was stopped."""
    from cocktailman.inference.embedding import embed

    def on_progress(done: int, all: int) -> None:
        print(f"{done:,} of {all:,} pictures", file=sys.stderr)

    found = embed(folder, model, out, ray, on_progress=on_progress)
    for line in (*found.notes, *found.errors):
        print(line, file=sys.stderr)
    print(f"{found.rows:,} pictures in {printable(found.table)}")
    if found.errors:
        raise typer.Exit(2)


app.add_typer(explore.app)
app.add_typer(invent.app)
app.add_typer(edit.app)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _numbers(text: str) -> list[float]:
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        raise InputError(f"the style {text[:40]!r} is not numbers separated by commas, such as 0.5,-1,0") from None


def _targets(out: Path, count: int) -> Iterator[Path]:
    """Where each of `count` pictures goes: `out` itself, or numbered files in a folder of that name."""
    if out.is_dir() or not out.suffix:
        yield from (out / f"{number:04d}.png" for number in range(count))
    elif out.suffix.lower() not in WRITTEN:
        raise InputError(f"{out.name} ends in none of {', '.join(WRITTEN)}: name such a file, or a folder with no dot")
    elif count > 1:
        raise InputError(f"{out.name} is one file for {count} pictures: name a folder")
    else:
        yield out


def main() -> int:
    """Runs the command line; returns the exit status."""
    return run(app, "python -m cocktailman")


def run(commands: typer.Typer, program: str) -> int:
    """Runs a command line, that of `program`, with the arguments of this process; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # the name of a file may be no UTF-8
    try:
        status = commands(sys.argv[1:] or ["--help"], prog_name=program, standalone_mode=False) or 0
        sys.stdout.flush()  # what a full disk does not take is found out now, not when Python has left
        return status
    except InputError as error:
        message = str(error)
    except typer.TyperException as error:  # a wrong option or argument, in Typer's words
        context = getattr(error, "ctx", None)  # of the command, where it is known which
        message = f"{error.format_message()} (see {context.command_path if context else program} --help)"
    except typer.Abort:
        return 130
    except OSError as error:
        message = f"{_place_of(error)} cannot be written or read ({reason_of(error)}): make room, or choose another"
        _close_output()
    print(" ".join(message.split()), file=sys.stderr)
    return 2


def _close_output() -> None:
    """Lets go what standard output does not take: Python would try it once more on leaving, and print a traceback."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _place_of(error: OSError) -> str:
    return printable(error.filename) if isinstance(error.filename, str | Path) else "the output"


if __name__ == "__main__":
    sys.exit(main())
