"""The pictures of the docs: what a generator paints, and how true a classifier's probabilities are."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from cocktailman.catalog import Recipe, catalog
from cocktailman.cutouts import over
from cocktailman.drinks import DRINKS
from cocktailman.evaluation.markup import panel_sheet
from cocktailman.evaluation.side_by_side import Panel, Row
from cocktailman.files import written
from cocktailman.inference.generator import Generator
from cocktailman.models.checkpoints import Checkpoint, find_checkpoint
from cocktailman.renders import STUDIO, Renders, read_renders
from training.kinds import made

# From gin and tonic to espresso martini, one ingredient swapped at a time: none between was ever in training.
SWAPS = (
    "gin tonic lime ice",
    "vodka tonic lime ice",
    "vodka coffee_liqueur lime ice",
    "vodka coffee_liqueur sugar_syrup ice",
    "vodka coffee_liqueur sugar_syrup coffee",
)
SIDE, LABEL, QUALITY = 160, 34, 88  # px, px, of JPEG
SHOWN, STYLES = 8, 4  # drinks that two checkpoints are shown with, and styles of each


def write_figures(name: str, folder: Path) -> list[Path]:
    """Writes the figures that go with the kind of checkpoint `name`; returns the paths."""
    checkpoint = find_checkpoint(name)
    return made(checkpoint.kind, "figures")(checkpoint, folder)


def write_paintings(checkpoint: Checkpoint, folder: Path) -> list[Path]:
    """Writes the swap strip of a generator; returns its path in a list."""
    swaps = [catalog().recipe(ids.split()) for ids in SWAPS]
    labels = [catalog().describe(recipe) for recipe in swaps]
    folder.mkdir(parents=True, exist_ok=True)
    return [_sheet(Generator(checkpoint), swaps, labels, 3, folder / f"{checkpoint.name}-swaps.jpg")]


def write_beside(first: str, second: str, folder: Path) -> Path:
    """Writes the same drinks by two checkpoints, in styles that each draws for them as pages do, below renders of them;
    returns the path."""
    pair = Generator.load(first), Generator.load(second)
    drinks = [catalog().cocktail(name) for name in DRINKS[:SHOWN]]
    recipes = [drink.recipe for drink in drinks]
    renders = read_renders(STUDIO)
    rows = [Row("a render", tuple(over(renders.image(_first_of(renders, drink.name))) for drink in drinks))]
    for seed in range(STYLES):
        for generator in pair:
            painted = generator.paint_each(recipes, generator.draw_styles(recipes, seed))
            rows.append(Row(generator.name, tuple(painted)))
    path = folder / f"{first}-beside-{second}.jpg"
    panel = Panel("", "", tuple(drink.name for drink in drinks), tuple(rows), ())
    return _saved(panel_sheet(panel), path)


def _first_of(renders: Renders, drink: str) -> int:
    return int((renders.factors["cocktail"] == drink).to_numpy().argmax())


def _sheet(generator: Generator, recipes: list[Recipe], labels: list[str], styles: int, path: Path) -> Path:
    """A column a recipe with its label above, a row a style; the same style along a row."""
    sheet = Image.new("RGB", (len(recipes) * SIDE, LABEL + styles * SIDE), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    rows = generator.sample_styles(styles, seed=3)
    for column, (recipe, label) in enumerate(zip(recipes, labels, strict=True)):
        draw.multiline_text((column * SIDE + 4, 3), _wrapped(label), "black", font)
        for row, picture in enumerate(generator.paint(recipe, rows, SIDE)):
            sheet.paste(picture, (column * SIDE, LABEL + row * SIDE))
    return _saved(sheet, path)


def _saved(sheet: Image.Image, path: Path) -> Path:
    with written(path) as unfinished:
        sheet.save(unfinished, "JPEG", quality=QUALITY)
    return path


def _wrapped(label: str, width: int = 28) -> str:
    cut = label.rfind(" ", 0, width) if len(label) > width else -1
    return label if cut < 0 else f"{label[:cut]}\n{label[cut + 1 :]}"
