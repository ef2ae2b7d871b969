"""One thing changed and the rest left alone: `edit`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cocktailman.errors import InputError
from cocktailman.files import printable, written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cocktailman.factors import Value

app = typer.Typer()

WRITTEN = (".png", ".webp", ".jpg", ".jpeg")


@app.command()
def edit(
    file: Annotated[Path, typer.Argument(help="a render, a photo or a painted drink; what is no cut-out is cut out")],
    change: Annotated[list[str], typer.Option(help="FACTOR=VALUE, such as fill=0.5; may be given again")],
    out: Annotated[Path, typer.Option(help="the picture to write: a PNG says how it came about")],
    strength: Annotated[float | None, typer.Option(help="from 0, the picture as it is, to 1")] = None,
    steps: Annotated[int | None, typer.Option(help="of a flow: more follow it more closely")] = None,
    guidance: Annotated[float | None, typer.Option(help="how much the change is exaggerated; 1 is not at all")] = None,
    seed: Annotated[int, typer.Option(min=0, help="of the noise, where there is some")] = 0,
    model: Annotated[
        str, typer.Option("--model", help="a checkpoint that edits, or diffusers:REPOSITORY")
    ] = "pairnet-renders",
    given: Annotated[
        list[str] | None,
        typer.Option(help="FACTOR=VALUE that is known of the picture, such as garnish_direction=60"),
    ] = None,
    start: Annotated[str, typer.Option(help="of a flow: flowedit, inversion, or noise (SDEdit)")] = "flowedit",
    prompt: Annotated[str, typer.Option(help="of diffusers: what is to be seen")] = "",
    mask: Annotated[Path | None, typer.Option(help="a picture of the file's size: what is black in it stays")] = None,
    background: Annotated[str, typer.Option(help="under the drink: none, a colour or a picture file")] = "none",
    as_json: Annotated[bool, typer.Option("--json", help="a JSON line")] = False,
) -> None:
    """Change one factor of a drink: its fill, glass, ice, garnish, ingredients, or the light."""
    import numpy as np

    from cocktailman.cutouts import GREY, Matte, over, read_ground
    from cocktailman.factors import read_change, read_known
    from cocktailman.images import png_bytes, read_image
    from cocktailman.inference.editor import EditSettings, cut_drink, edited
    from cocktailman.inference.editors import load_editor

    if out.suffix.lower() not in WRITTEN:
        raise InputError(f"{printable(out.name)} ends in none of {', '.join(WRITTEN)}: name such a file")
    before = _values(map(read_known, given or []))
    changes = _values(read_change(text, before) for text in change)
    settings = EditSettings(strength, steps, guidance, seed, start, prompt).checked()  # type: ignore[arg-type]
    ground = read_ground(background)
    picture = read_image(file, printable(file), transparent=True)
    marked: Matte | None = None
    if mask:
        shown = read_image(mask, printable(mask)).convert("L").resize(picture.size)
        marked = (np.asarray(shown) / 255).astype(np.float32)
    editor = load_editor(model)

    def on_step(share: float, image: object) -> None:
        print(f"\r{share:.0%}", end="\n" if share >= 1 else "", file=sys.stderr)

    drink = cut_drink(picture, printable(file))
    found = edited(editor, drink, before, changes, settings, marked, on_step if sys.stderr.isatty() else None)
    if ground is None and out.suffix.lower() in {".jpg", ".jpeg"}:
        ground = GREY  # which has no transparency
    after = found.after if ground is None else over(found.after, ground)
    facts = {"out": printable(out), **found.facts}
    with written(out) as unfinished:
        if out.suffix.lower() == ".png":
            unfinished.write_bytes(png_bytes(after, {"CocktailMan": json.dumps({"edited": printable(file), **facts})}))
        else:
            after.save(unfinished)
    print(json.dumps(facts) if as_json else f"{facts['out']}: {facts['change']}, {facts['seconds']:.1f} s")


def _values(said: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    """Factors and what was said of them; raises `InputError` where that differs."""
    found: dict[str, Value] = {}
    for name, value in said:
        if found.setdefault(name, value) != value:
            raise InputError(f"{name} is given twice: choose one value")
    return found
