"""The comparison of two generators as one HTML file that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import plotly.graph_objects as go
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.evaluation import scores
from cocktailman.evaluation import training_curves as curves
from cocktailman.evaluation.charts import bar_chart, curve_chart
from cocktailman.evaluation.markup import panel_html, table_html, templates
from cocktailman.evaluation.side_by_side import PANELS, Pair, Selection
from cocktailman.models.checkpoints import WEIGHTS, Checkpoint


@dataclass(frozen=True)
class Section:
    """A heading, sentences, pictures or a table, charts by their label, and the commands that make all of it anew."""

    title: str
    captions: Sequence[str]
    body: str = ""  # HTML
    charts: Sequence[tuple[str, Markup]] = ()
    commands: Sequence[str] = ()


Progress = Callable[[float, str], object]  # is told the share that is done, 0 to 1, and what comes next


def report_html(pair: Pair, selection: Selection, on_progress: Progress = lambda share, part: None) -> str:
    """The report: every panel, the measurements and the training curves, each with the command that gives it."""
    checkpoints = [generator.checkpoint for generator in pair]
    parts: dict[str, Callable[[], Section]] = {name: partial(_pictures, name, pair, selection) for name in PANELS}
    parts |= {"measurements": partial(_measurements, checkpoints), "training": partial(_training, checkpoints)}
    sections = []
    for done, (part, make) in enumerate(parts.items()):
        on_progress(done / len(parts), part)
        sections.append(make())
    names = [item.name for item in checkpoints]
    template = templates().get_template("report.html")
    return template.render(
        names=names,
        recipe=catalog().describe(selection.recipe),
        seed=selection.seed,
        command=selection.command(names),
        models=table_html(_facts(pair)),
        sections=sections,
        plotly=Markup(get_plotlyjs()),
    )


def _facts(pair: Pair) -> pd.DataFrame:
    """What the two are, a row each."""
    facts = [generator.checkpoint for generator in pair]
    return pd.DataFrame(
        {
            "model": [item.name for item in facts],
            "kind": [item.kind for item in facts],
            "trained on": [item.domain for item in facts],
            "size, px": [item.size for item in facts],
            "parameters": [f"{item.parameters:,}" for item in facts],
            "style numbers": [generator.style_dim for generator in pair],
            "SHA-256 of the weights begins": [item.sha256[WEIGHTS][:16] for item in facts],
        }
    )


def _pictures(name: str, pair: Pair, selection: Selection) -> Section:
    """A panel; where it cannot be painted, the sentence that says why."""
    try:
        panel = PANELS[name](pair, selection)
    except InputError as error:
        return Section(name.capitalize(), [f"Not painted: {error}."])
    return Section(panel.title, [panel.caption], panel_html(panel), commands=panel.commands)


def _measurements(checkpoints: Sequence[Checkpoint]) -> Section:
    names = [item.name for item in checkpoints]
    found = [scores.read_measured(item) for item in checkpoints]
    lines = scores.lines_of(*found)
    return Section(
        "Measurements",
        scores.describe_measured(checkpoints, found),
        table_html(scores.scores_table(lines, names)) if lines else "",
        [(line.metric.label, _chart(bar_chart(line, names))) for line in lines if line.may_be_compared],
        [item.command for item in found if item],
    )


def _training(checkpoints: Sequence[Checkpoint]) -> Section:
    tables = {item.name: curves.read_curves(item) for item in checkpoints}
    followed = curves.quantities(*tables.values())
    charts = [(curves.label_of(name), _chart(curve_chart(name, tables))) for name in followed]
    return Section("Training", curves.describe_curves(checkpoints, list(tables.values())), charts=charts)


def _chart(figure: go.Figure) -> Markup:
    """A figure as a piece of HTML; the script that draws it comes once, in the head of the report."""
    figure.update_layout(template="plotly_white", paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)")
    return Markup(figure.to_html(full_html=False, include_plotlyjs=False, config={"displayModeBar": False}))
