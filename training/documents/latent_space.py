"""What the spaces of the shipped models look like: docs/latent-space.md, its figures and its numbers, made anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from cocktailman.catalog import catalog
from cocktailman.drinks import COLOURS, OTHERS, style_groups
from cocktailman.evaluation.disentanglement import UNKNOWN, report, slider_names
from cocktailman.files import written
from cocktailman.inference.generator import Generator
from cocktailman.latent.gaussians import kl_per_dimension, wasserstein_matrix
from cocktailman.latent.groups import active_units
from cocktailman.latent.projection import Projector, View
from cocktailman.latent.statistics import JUDGED_FROM, GroupStatistics, group_statistics, verdict
from cocktailman.latent.tables import read_styles, std_matrix, style_matrix
from cocktailman.models.checkpoints import Checkpoint, list_checkpoints
from cocktailman.models.registry import Can
from cocktailman.renders import CATEGORICAL, FREE_POUR, NUMERIC, RENDERED, read_renders

COMMAND = "python -m training latent-document"
MIN_COUNT = 20  # styles of a group that is looked at
STEPS = (-2.0, -1.0, 0.0, 1.0, 2.0)  # standard deviations that a slider is moved to
SIDE = 96  # px, a picture of the strips
SHOWN = 14  # cocktails in a table or a map, ingredients in a heat map
QUALITY = 85  # of JPEG
MAP, LEGEND, MARGIN, LINE, CELL, DOT = (640, 480), 190, 24, 20, 48, 2  # px
FONT = ImageFont.load_default(12)

INTRODUCTION = f"""# What the latent spaces look like

Written by `{COMMAND}`: every number and every figure below comes from that command,
over the style tables that ship in `data/styles` (one row a picture, the mean of its posterior). The page *Latent space*
shows the same, to move in.

A group counts as near normal where no test (Mardia's skewness and kurtosis, Henze-Zirkler) finds a departure that is
both beyond chance (p < 0.01) and of a size that matters. Distances are 2-Wasserstein, between Gaussians, in standard
deviations of the prior. R² is of a ridge regression from recipe to style, 5-fold cross-validated.
"""

SCORES = {
    "mig": "mutual information gap (MIG)",
    "sap": "separated attribute predictability (SAP)",
    "dci_disentanglement": "DCI disentanglement",
    "dci_completeness": "DCI completeness",
    "dci_informativeness": "DCI informativeness",
    "factor_vae": "FactorVAE",
    "factor_vae_chance": "FactorVAE of noise",
}


def write_document(folder: Path) -> list[Path]:
    """Writes the document and its figures; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    parts, drawn = [INTRODUCTION], []
    for checkpoint in list_checkpoints(able=Can.ENCODE):
        text, figures = _chapter(checkpoint, folder)
        parts.append(text)
        drawn += figures
    path = folder / "latent-space.md"
    with written(path) as unfinished:
        unfinished.write_text("\n".join(parts), "utf-8")
    return [path, *drawn]


def _chapter(checkpoint: Checkpoint, folder: Path) -> tuple[str, list[Path]]:
    name, table = checkpoint.name, read_styles(checkpoint.name)
    generator = Generator.load(name)
    styles = style_matrix(table)
    groups = style_groups(table, checkpoint.domain)
    measured = [
        group_statistics(str(group), style_matrix(part), std_matrix(part), replicates=0)
        for group, part in table.groupby(groups)
        if group not in {OTHERS, FREE_POUR} and len(part) >= MIN_COUNT
    ]
    names = _slider_names(checkpoint, table)
    figures = {
        "map": _draw_map(styles, groups, folder / f"latent-{name}-map.png"),
        "sliders": _draw_sliders(generator, folder / f"latent-{name}-sliders.jpg"),
    }
    regressor = generator.regressor
    if regressor is not None:
        figures["recipe"] = _draw_coefficients(generator, table, folder / f"latent-{name}-recipe.png")
    lines = [
        f"## {name}",
        f"{len(table):,} {checkpoint.domain}, {styles.shape[1]} numbers a style, painted at {checkpoint.size} px.",
        "**In words.** " + _describe_groups(measured, None if regressor is None else regressor.r2),
        f"![The map of {name}]({figures['map'].name})",
        "PCA to two dimensions; each colour a cocktail, grey the others.",
        "**The numbers.** " + _describe_numbers(table, names),
        _markdown(_numbers(generator, table, names)),
        f"![What each slider of {name} does]({figures['sliders'].name})",
        f"A Mojito; a row a number, moved to {', '.join(f'{step:+g}' for step in STEPS)}, the others at 0.",
        *_describe_cocktails(measured),
    ]
    if regressor is not None:
        lines += [
            f"![What ingredients do to the style of {name}]({figures['recipe'].name})",
            f"The regression's coefficients, in standard deviations, of the {SHOWN} most frequent ingredients: what "
            "adding one does to each number.",
        ]
    if checkpoint.domain == RENDERED:
        lines += [
            f"**Disentanglement**, on the factors that were drawn independently, {len(table):,} renders; 0 to 1, "
            "better the higher:",
            _markdown(_scores(table)),
        ]
    return "\n\n".join(lines) + "\n", list(figures.values())


def _describe_groups(groups: list[GroupStatistics], r2: np.ndarray | None) -> str:
    if any(group.count >= JUDGED_FROM for group in groups):
        return verdict(groups, r2)
    text = f"No cocktail has {JUDGED_FROM} pictures: too few to judge whether its styles are normal."
    return text if r2 is None else f"{text} The recipe explains {np.clip(r2, 0, None).mean():.0%} of the variance."


def _slider_names(checkpoint: Checkpoint, table: pd.DataFrame) -> list[str]:
    if checkpoint.domain != RENDERED:
        return []
    return [item.label for item in slider_names(style_matrix(table), _factors(table), NUMERIC | CATEGORICAL)]


def _factors(table: pd.DataFrame) -> pd.DataFrame:
    return read_renders().factors.set_index("id").loc[table["file"]].reset_index()


def _numbers(generator: Generator, table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    means, stds = style_matrix(table), std_matrix(table)
    rows = pd.DataFrame({"number": [f"z{place + 1}" for place in range(means.shape[1])]})
    rows["KL, nats"] = [f"{value:.2f}" for value in kl_per_dimension(means, stds)]
    rows["active"] = np.where(active_units(means), "yes", "no")
    if generator.regressor is not None:
        rows["R² of the recipe"] = [f"{value:.2f}" for value in generator.regressor.r2]
    if names:
        rows["follows"] = names
    return rows


def _describe_numbers(table: pd.DataFrame, names: list[str]) -> str:
    means = style_matrix(table)
    text = f"{active_units(means).sum()} of {means.shape[1]} are active (variance of the means above 0.01)."
    if names:
        named = sum(name != UNKNOWN for name in names)
        text += f" {named} follow a factor of the render beyond chance."
    return text


def _describe_cocktails(groups: list[GroupStatistics]) -> list[str]:
    if len(groups) < 2:
        return [f"**The cocktails**: too few have {MIN_COUNT} pictures to be held against each other."]
    text = (
        f"**The cocktails**: the {SHOWN} farthest from the prior of {len(groups)} with {MIN_COUNT} pictures or more. "
    )
    return [text + _describe_nearest(groups), _markdown(_cocktails(groups))]


def _cocktails(groups: list[GroupStatistics]) -> pd.DataFrame:
    far = sorted(groups, key=lambda group: -group.shift)[:SHOWN]
    return pd.DataFrame(
        {
            "cocktail": [group.name for group in far],
            "styles": [f"{group.count:,}" for group in far],
            "near normal": ["yes" if group.near_normal else "no" for group in far],
            "skewness": [f"{group.skewness.effect:.2f}" for group in far],
            "excess kurtosis": [f"{group.kurtosis.effect:+.2f}" for group in far],
            "spacing": [f"{group.density.spacing:.2f}" for group in far],
            "from the prior": [f"{group.from_prior:.2f}" for group in far],
            "by chance": [f"{group.chance:.2f}" for group in far],
        }
    )


def _describe_nearest(groups: list[GroupStatistics]) -> str:
    """The pair of cocktails that lies closest and the pair that lies farthest apart."""
    distances = wasserstein_matrix([group.gaussian for group in groups])
    upper = np.triu_indices(len(groups), 1)
    order = np.argsort(distances[upper])

    def pair(place: int) -> str:
        a, b = upper[0][place], upper[1][place]
        return f"{groups[a].name} and {groups[b].name} ({distances[a, b]:.2f})"

    return f"Closest to each other are {pair(order[0])}, farthest apart {pair(order[-1])}."


def _scores(table: pd.DataFrame) -> pd.DataFrame:
    independent = {name: kind for name, kind in (NUMERIC | CATEGORICAL).items() if name not in {"glass", "ice"}}
    factors = _factors(table)
    complete = {name: kind for name, kind in independent.items() if not factors[name].isna().to_numpy().any()}
    scores = report(style_matrix(table), factors, complete)
    return pd.DataFrame([(label, f"{scores[name]:.3f}") for name, label in SCORES.items()], columns=["score", "value"])


def _markdown(table: pd.DataFrame) -> str:
    rows = [list(table.columns), ["---"] * len(table.columns), *table.astype(str).to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _draw_map(styles: np.ndarray, groups: pd.Series, path: Path) -> Path:
    places = Projector(View("PCA")).fit(styles).places_
    low, high = np.percentile(places, [0.5, 99.5], axis=0)  # a few far ones would shrink the rest
    pixels = (places - low) / (high - low) * [1, -1] + [0, 1]  # up is up
    pixels = MARGIN + pixels * (np.array(MAP) - 2 * MARGIN)
    sheet = Image.new("RGB", (MAP[0] + LEGEND, MAP[1]), "white")
    draw = ImageDraw.Draw(sheet)
    known = sorted(groups.loc[groups.isin(COLOURS)].value_counts().index[:SHOWN])
    parts = {"others": (~groups.isin(known).to_numpy(), "#c8c8c8")}
    parts |= {name: ((groups == name).to_numpy(), COLOURS[name]) for name in known}
    for rows, colour in parts.values():
        for x, y in pixels[rows]:
            draw.ellipse((x - DOT, y - DOT, x + DOT, y + DOT), colour)
    draw.rectangle((MAP[0], 0, MAP[0] + LEGEND, MAP[1]), "white")
    for line, (name, (rows, colour)) in enumerate(parts.items()):
        y = MARGIN + line * LINE
        draw.ellipse((MAP[0] + 6, y + 4, MAP[0] + 16, y + 14), colour)
        draw.text((MAP[0] + 24, y), f"{name} ({rows.sum():,})", "black", FONT)
    with written(path) as unfinished:
        sheet.save(unfinished, optimize=True)
    return path


def _draw_sliders(generator: Generator, path: Path) -> Path:
    recipe = catalog().cocktail("Mojito").recipe
    sheet = Image.new("RGB", (MARGIN + len(STEPS) * SIDE, generator.style_dim * SIDE), "white")
    for number in range(generator.style_dim):
        styles = np.zeros((len(STEPS), generator.style_dim), np.float32)
        styles[:, number] = STEPS
        ImageDraw.Draw(sheet).text((2, number * SIDE + SIDE // 2), f"z{number + 1}", "black", FONT)
        for column, picture in enumerate(generator.paint(recipe, styles, SIDE)):
            sheet.paste(picture, (MARGIN + column * SIDE, number * SIDE))
    with written(path) as unfinished:
        sheet.save(unfinished, quality=QUALITY)
    return path


def _draw_coefficients(generator: Generator, table: pd.DataFrame, path: Path) -> Path:
    """A square a coefficient: red adds to the number, blue takes away."""
    counts = table["ingredients"].str.split().explode().value_counts()
    ids = [item.id for item in catalog().ingredients]
    frequent = counts.index[:SHOWN]
    assert generator.regressor is not None
    values = generator.regressor.coefficients[[ids.index(item) for item in frequent]]  # (ingredients, style_dim)
    most = float(np.abs(values).max())
    sheet = Image.new("RGB", (LEGEND + values.shape[1] * CELL, LINE + len(frequent) * LINE), "white")
    draw = ImageDraw.Draw(sheet)
    for place in range(values.shape[1]):
        draw.text((LEGEND + place * CELL + 16, 2), f"z{place + 1}", "black", FONT)
    for line, item in enumerate(frequent):
        y = (line + 1) * LINE
        draw.text((4, y), f"{catalog().ingredient(item).name} ({counts[item]:,})", "black", FONT)
        for place, value in enumerate(values[line]):
            pale = round(255 * (1 - abs(value) / most))
            colour = (255, pale, pale) if value > 0 else (pale, pale, 255)
            x = LEGEND + place * CELL
            draw.rectangle((x, y, x + CELL - 2, y + LINE - 2), colour)
            draw.text((x + 6, y), f"{value:+.2f}", "black", FONT)
    with written(path) as unfinished:
        sheet.save(unfinished, optimize=True)
    return path
