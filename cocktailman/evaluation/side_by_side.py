"""Two generators side by side: the same pictures, recipes and styles given to both, as panels of pictures."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from cocktailman.catalog import Recipe, catalog
from cocktailman.cutouts import over
from cocktailman.errors import InputError
from cocktailman.images import to_square
from cocktailman.inference.generator import Generator
from cocktailman.latent.paths import mixed
from cocktailman.latent.tables import read_styles
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.renders import FREE_POUR, RENDERED, STUDIO, Renders, read_renders

Pair: TypeAlias = tuple[Generator, Generator]
Array = npt.NDArray[np.float32]

ORIGINALS = 6  # renders that are rebuilt
SAMPLES = 16  # of a recipe
COLUMNS = 8  # pictures in a row of samples, or on the way between two
STEPS = (-3, -2, -1, 0, 1, 2, 3)  # standard deviations of the prior that a number of the style is moved to
UNSEEN, UNSEEN_STYLES = 6, 2  # recipes that neither was trained on, and styles they are painted in
KEPT = 512  # px, the longer side of what is kept of a photo


@dataclass(frozen=True)
class Original:
    """A picture to be rebuilt. recipe: None where nobody knows it; domain: photos or renders."""

    name: str
    image: Image.Image
    recipe: Recipe | None
    domain: str

    @classmethod
    def of_photo(cls, name: str, image: Image.Image, recipe: Recipe | None = None) -> Original:
        """A photo that somebody brought, with what was recognised in it; a copy no larger than needed is kept."""
        small = image.copy()
        small.thumbnail((KEPT, KEPT), Image.Resampling.LANCZOS, reducing_gap=3.0)
        return cls(name, small, recipe or None, "photos")


@dataclass(frozen=True)
class Selection:
    """What both are given; whatever is drawn at random follows from the seed.

    photos: empty where none was brought. recognised: their recipes are what the recogniser saw, where it saw something.
    """

    recipe: Recipe
    seed: int
    photos: tuple[Original, ...] = ()
    recognised: bool = False

    def command(self, names: Sequence[str]) -> str:
        """The command line that paints every panel of two checkpoints anew."""
        pictures = [part for photo in self.photos for part in ("--picture", photo.name)]
        arguments = ["compare", *names, "--ingredients", ",".join(self.recipe), "--seed", str(self.seed), *pictures]
        arguments += ["--recognise"] if self.photos and self.recognised else []
        return shlex.join(["python", "-m", "cocktailman", *arguments, "--out", "report.html"])


@dataclass(frozen=True)
class Row:
    """Pictures from left to right, None where there is none, with a note below each or no notes at all."""

    label: str
    pictures: tuple[Image.Image | None, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A figure made of rows of pictures. columns: what is written above each; commands: what paints it anew."""

    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    commands: tuple[str, ...]


def counterpart(first: Checkpoint, checkpoints: Sequence[Checkpoint]) -> Checkpoint:
    """What to lay beside a checkpoint unless told otherwise: another kind of model of the same domain, where there is.

    Raises `InputError` where there is no other.
    """
    others = [item for item in checkpoints if item.name != first.name]
    if not others:
        raise InputError(f"{first.name} is the only model that paints here: train another to compare it with")
    return min(others, key=lambda item: (item.domain != first.domain, item.kind == first.kind))


def inverted_styles(
    generator: Generator, originals: Sequence[Original], seen: Sequence[Image.Image], otherwise: Recipe
) -> Array:
    """The style of each picture by inversion, (n, style_dim), of those that the generator has `seen`: with recipe
    `otherwise` where a picture has none, which the encoder is not told."""
    read = generator.encode_seen(seen, [original.recipe for original in originals]).mean
    return generator.invert_seen(seen, [original.recipe or otherwise for original in originals], read)


def rebuild(
    generator: Generator, originals: Sequence[Original], otherwise: Recipe
) -> tuple[list[Image.Image], list[float]]:
    """Each picture painted again from its recipe, or `otherwise`, in the style found by inversion; and how far that is
    from what the generator saw, as MSE."""
    seen = _seen(generator, originals)
    styles = inverted_styles(generator, originals, seen, otherwise)
    pictures = generator.paint_each([original.recipe or otherwise for original in originals], styles)
    return pictures, [_error(picture, _shown(image)) for picture, image in zip(pictures, seen, strict=True)]


def _seen(generator: Generator, originals: Sequence[Original]) -> list[Image.Image]:
    return [generator.seen(original.image, original.name) for original in originals]


def shared_styles(pair: Pair, count: int, seed: int) -> tuple[Array, Array]:
    """The same styles of the prior for both, (count, style_dim) each: what one has fewer of, it has in common."""
    widest = max(pair, key=lambda generator: generator.style_dim)
    styles = widest.sample_styles(count, seed)
    return styles[:, : pair[0].style_dim], styles[:, : pair[1].style_dim]


def originals_of(selection: Selection) -> tuple[Original, ...]:
    """What is rebuilt: the photos that were brought, or renders that no model was trained on, drawn by the seed."""
    if selection.photos:
        return selection.photos
    renders = read_renders(STUDIO)
    held_out = renders.factors.loc[renders.factors["split"].isin(["test", "unseen"])]
    drawn = held_out.sample(frac=1, random_state=selection.seed).drop_duplicates("ingredients").head(ORIGINALS)
    return _renders_at(renders, drawn.index.to_numpy())


def trained_on(checkpoint: Checkpoint) -> set[Recipe]:
    """The recipes of the pictures that a checkpoint was trained on; raises `InputError` where no table tells."""
    table = read_renders().factors if checkpoint.domain == RENDERED else read_styles(checkpoint.name)
    texts = table.loc[table["split"] == "train", "ingredients"].unique()
    return {catalog().recipe(text.split()) for text in texts if text}


def rebuilt(pair: Pair, selection: Selection) -> Panel:
    """Pictures, and what each generator makes of them."""
    originals = originals_of(selection)
    contents = tuple(catalog().describe(photo.recipe or selection.recipe) for photo in selection.photos)
    rows = [Row("the picture", tuple(_shown(to_square(original.image, KEPT // 2)) for original in originals), contents)]
    for generator in _with_encoder(pair):
        pictures, errors = rebuild(generator, originals, selection.recipe)
        rows.append(Row(generator.name, tuple(pictures), tuple(f"MSE {error:.4f}" for error in errors)))
    return Panel(
        "Rebuilt",
        f"{_whose(selection)} Read by the encoder, brought nearer by inversion, painted again by the decoder. MSE is "
        "the mean squared error of the pixels, where white is 1; a model of cut-outs sees the drink alone, on grey. "
        f"{_out_of_domain(pair, originals)} {_without_encoder(pair)}".strip(),
        tuple(original.name for original in originals),
        tuple(rows),
        (selection.command(_names(pair)),),
    )


def painted(pair: Pair, selection: Selection) -> Panel:
    """One recipe in one style."""
    styles = shared_styles(pair, 1, selection.seed)
    pictures = [generator.paint(selection.recipe, style)[0] for generator, style in zip(pair, styles, strict=True)]
    what = f"{catalog().describe(selection.recipe)}, in the style of seed {selection.seed}."
    return Panel(
        "The same recipe and style",
        f"{what} {_seen_by(pair, selection.recipe)}",
        _names(pair),
        (Row("", tuple(pictures)),),
        tuple(_generate(generator, selection.recipe, style[0]) for generator, style in zip(pair, styles, strict=True)),
    )


def samples(pair: Pair, selection: Selection) -> Panel:
    """One recipe in many styles, as each generator draws them."""
    recipes = [selection.recipe] * SAMPLES
    sheets = [generator.paint_each(recipes, generator.draw_styles(recipes, selection.seed)) for generator in pair]
    rows = [
        Row(generator.name, tuple(sheet[start : start + COLUMNS]))
        for generator, sheet in zip(pair, sheets, strict=True)
        for start in range(0, SAMPLES, COLUMNS)
    ]
    return Panel(
        "Samples of the recipe",
        f"{catalog().describe(selection.recipe)}, in {SAMPLES} styles that each model draws for itself: typical of the "
        "recipe, where it knows what is, and else of the prior.",
        (),
        tuple(rows),
        tuple(
            f"python -m cocktailman generate --model {generator.name} --ingredients {','.join(selection.recipe)} "
            f"--seed {selection.seed} --count {SAMPLES} --out {generator.name}"
            for generator in pair
        ),
    )


def traversals(pair: Pair, selection: Selection) -> Panel:
    """Each number of the style moved by itself."""
    centres = [styles[0] for styles in shared_styles(pair, 1, selection.seed)]
    rows = []
    for number in range(max(len(centre) for centre in centres)):
        for generator, centre in zip(pair, centres, strict=True):
            if number < len(centre):
                styles = np.repeat(centre[None], len(STEPS), axis=0)  # (steps, style_dim)
                styles[:, number] = STEPS
                rows.append(Row(f"z{number + 1}, {generator.name}", tuple(generator.paint(selection.recipe, styles))))
    return Panel(
        "Traversals",
        f"{catalog().describe(selection.recipe)}. Along a row one number of the style goes from {STEPS[0]} to "
        f"{STEPS[-1]} standard deviations of the prior; the others stay as seed {selection.seed} has them. What a "
        "number means, each model has found for itself.",
        tuple(f"{step:+d} σ" if step else "0" for step in STEPS),
        tuple(rows),
        (selection.command(_names(pair)),),
    )


def between(pair: Pair, selection: Selection) -> Panel:
    """The way from one picture to another; raises `InputError` where there is but one."""
    ends = originals_of(selection)[:2]
    if len(ends) < 2:
        raise InputError("there is one photo, and a way needs two ends: bring a second photo")
    shares = np.linspace(0, 1, COLUMNS)
    recipe, other_recipe = (catalog().recipe_vector(original.recipe or selection.recipe) for original in ends)
    recipes = np.stack([mixed(recipe, other_recipe, share) for share in shares])  # (columns, n_ingredients)
    first, last = (_shown(to_square(original.image, KEPT // 2)) for original in ends)
    rows = [Row("the pictures", (first, *[None] * (COLUMNS - 2), last))]
    for generator in _with_encoder(pair):
        style, other_style = inverted_styles(generator, ends, _seen(generator, ends), selection.recipe)
        styles = np.stack([mixed(style, other_style, share) for share in shares])
        rows.append(Row(generator.name, tuple(generator.paint_vectors(recipes, styles))))
    return Panel(
        "Between two pictures",
        f"From {ends[0].name} to {ends[1].name}: recipe and style of both are added up; above each picture, the share "
        f"of the second. {_out_of_domain(pair, ends)} {_without_encoder(pair)}".strip(),
        tuple(f"{share:.0%}" for share in shares),
        tuple(rows),
        (selection.command(_names(pair)),),
    )


def unseen(pair: Pair, selection: Selection) -> Panel:
    """Recipes that neither generator was trained on, beside a render of each."""
    known = set.union(*(trained_on(generator.checkpoint) for generator in pair))
    renders = read_renders(STUDIO)
    held_out = renders.factors.loc[renders.factors["split"] != "train"]
    new = ~held_out["ingredients"].map(lambda text: catalog().recipe(text.split())).isin(known)
    named_first = held_out.loc[new].sort_values("cocktail", ascending=False, kind="stable")
    drawn = named_first.drop_duplicates("ingredients").head(UNSEEN)
    originals = _renders_at(renders, drawn.index.to_numpy())
    recipes = [original.recipe or selection.recipe for original in originals]
    contents = [f"{original.name}: {catalog().describe(original.recipe or ())}" for original in originals]
    rows = [Row("a render of it", tuple(_shown(original.image) for original in originals))]
    styles = shared_styles(pair, UNSEEN_STYLES, selection.seed)
    for number in range(UNSEEN_STYLES):
        for generator, drawn_styles in zip(pair, styles, strict=True):
            same = np.repeat(drawn_styles[number][None], len(recipes), axis=0)
            rows.append(Row(f"{generator.name}, style {number + 1}", tuple(generator.paint_each(recipes, same))))
    return Panel(
        "Unseen recipes",
        "No picture that either was trained on has one of these recipes: cocktails that were left out, then free pours "
        f"that nobody mixes. {'; '.join(contents)}.",
        tuple(original.name for original in originals),
        tuple(rows),
        (selection.command(_names(pair)),),
    )


PANELS: dict[str, Callable[[Pair, Selection], Panel]] = {
    function.__name__: function for function in (rebuilt, painted, samples, traversals, between, unseen)
}


def _renders_at(renders: Renders, rows: npt.NDArray[np.int64]) -> tuple[Original, ...]:
    facts = [renders.facts(row) for row in rows.tolist()]
    return tuple(
        Original(
            fact["cocktail"] or f"{FREE_POUR} {fact['index']}",
            image,
            catalog().recipe(fact["ingredients"].split()),
            RENDERED,
        )
        for fact, image in zip(facts, renders.images(rows), strict=True)
    )


def _names(pair: Pair) -> tuple[str, str]:
    return pair[0].name, pair[1].name


def _generate(generator: Generator, recipe: Recipe, style: Array) -> str:
    numbers = ",".join(f"{number:.6g}" for number in style)
    styled = f"--style={numbers} " if numbers else ""  # a painter may know no styles
    return (
        f"python -m cocktailman generate --model {generator.name} --ingredients {','.join(recipe)} "
        f"{styled}--out {generator.name}.png"
    )


def _whose(selection: Selection) -> str:
    if selection.photos and selection.recognised:
        return "Photos of yours, each with the ingredients recognised in it, or those chosen where none was."
    if selection.photos:
        return "Photos of yours, painted with the recipe chosen."
    return "Renders that no model was trained on, with the recipe of each."


def _out_of_domain(pair: Pair, originals: Sequence[Original]) -> str:
    """Who of the two was trained on something else than these pictures."""
    [domain] = {original.domain for original in originals}
    strange = [generator for generator in pair if generator.checkpoint.domain != domain]
    return " ".join(f"{item.name} was trained on {item.checkpoint.domain} and never saw {domain}." for item in strange)


def _with_encoder(pair: Pair) -> list[Generator]:
    """Those of the two that read pictures; raises `InputError` where neither does."""
    able = [generator for generator in pair if generator.has_encoder]
    if not able:
        raise InputError(f"neither {pair[0].name} nor {pair[1].name} has an encoder to read pictures: choose another")
    return able


def _without_encoder(pair: Pair) -> str:
    """Who of the two cannot read pictures; nothing where both can."""
    painters = [generator.name for generator in pair if not generator.has_encoder]
    return "".join(f"{name} has no encoder: it paints, and rebuilds nothing." for name in painters)


def _seen_by(pair: Pair, recipe: Recipe) -> str:
    """Whether each was trained on pictures of a recipe; nothing where no table tells."""
    try:
        seen = [generator.name for generator in pair if recipe in trained_on(generator.checkpoint)]
    except InputError:
        return ""
    match len(seen):
        case 0:
            return "Neither was trained on a picture of this very recipe."
        case 1:
            return f"Of the two, {seen[0]} alone was trained on pictures of this very recipe."
        case _:
            return "Both were trained on pictures of this very recipe."


def _shown(seen: Image.Image) -> Image.Image:
    """What an encoder saw, mode RGB: a cut-out on grey."""
    return over(seen) if seen.mode == "RGBA" else seen


def _error(picture: Image.Image, original: Image.Image) -> float:
    """Mean squared error at the picture's own size, where white is 1."""
    true = np.asarray(to_square(original, picture.width), np.float32)
    return float(np.mean(((np.asarray(picture, np.float32) - true) / 255) ** 2))
