"""The views of a comparison: panels of pictures, measurements, training curves; and all of them as a report."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from cocktailman.evaluation import scores
from cocktailman.evaluation import training_curves as curves
from cocktailman.evaluation.charts import bar_chart, curve_chart
from cocktailman.evaluation.markup import panel_html, panel_png, table_html
from cocktailman.evaluation.report import report_html
from cocktailman.evaluation.side_by_side import PANELS, Pair, Panel, Selection
from cocktailman.ui.compare.choice import Choice
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.csv import save_csv
from cocktailman.ui.shared.errors import check_choice, escaped, shown_errors

VIEW = "panel"  # in the URL and in the session state, of no other page: Streamlit would carry it along
REPORT = "compare_report"  # in the session state: the choice that a report was asked of, and once made the report
QUIET = {"displayModeBar": False}
REMEMBERED = 60  # panels, about 2 MB each
NARROW = 260  # px, the least width of a chart


@st.fragment
def views(choice: Choice) -> None:
    """Draws one view; choosing another reruns this and nothing else of the page."""
    check_choice(VIEW, VIEWS)
    view = st.segmented_control(
        "Show",
        list(VIEWS),
        default=REBUILT,
        key=VIEW,
        required=True,
        label_visibility="collapsed",
        bind="query-params",
    )
    for draw in VIEWS[view or REBUILT]:  # None where a link ends in "panel="
        with shown_errors():
            draw(choice)


@st.fragment
def report_button(choice: Choice) -> None:
    """Draws the button that makes a report of all views, in its place how far it is, then the one that saves it."""
    asked_of, html = st.session_state.get(REPORT, (None, ""))
    if asked_of != choice:
        about = "all that this page shows and the commands that made it, in one HTML file of 6 MB; takes some seconds"
        st.button("Report", icon=":material/description:", help=about, on_click=_ask_for_report, args=(choice,))
        return
    with shown_errors():
        html = html or _report(choice)
        st.session_state[REPORT] = choice, html
        name = f"{'-beside-'.join(choice.names)}.html"
        st.download_button(
            "Save report", html, name, "text/html", icon=":material/download:", type="primary", on_click=_forget
        )


def _ask_for_report(choice: Choice) -> None:
    st.session_state[REPORT] = choice, ""


def _report(choice: Choice) -> str:
    bar = st.progress(0.0)
    html = report_html(
        _pair(*choice.names), choice.selection, lambda share, part: bar.progress(share, f"{part.capitalize()} …")
    )
    bar.empty()
    return html


def _forget() -> None:
    del st.session_state[REPORT]


def _pictures(name: str, choice: Choice) -> None:
    panel = _painted(name, *choice.names, choice.selection)
    st.header(panel.title, anchor=False)
    st.html(panel_html(panel))
    st.caption(escaped(panel.caption))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Save as PNG", partial(panel_png, panel), f"{name}.png", "image/png", icon=":material/download:", key=name
        )
        with st.popover("Command", icon=":material/terminal:", type="tertiary"):
            st.code("\n".join(panel.commands), "bash", wrap_lines=True)


def _measurements(choice: Choice) -> None:
    checkpoints, names = (choice.first, choice.second), choice.names
    found = [scores.read_measured(item) for item in checkpoints]
    lines = scores.lines_of(*found)
    _say(scores.describe_measured(checkpoints, found))
    if not lines:
        return
    # Tables of Streamlit's cut sentences off, or squeeze them on a phone.
    st.html(table_html(scores.scores_table(lines, names)))
    numbers = scores.numbers_table(lines, names)
    save_csv(numbers, f"{'-beside-'.join(names)}-metrics.csv")
    with st.grid(min_column_width=NARROW) as grid:
        for line in lines:
            if line.may_be_compared:
                with grid.cell():
                    st.markdown(f"**{line.metric.label}**", help=line.explained)
                    alt = f"{line.metric.label} of {' and '.join(names)}"
                    st.plotly_chart(bar_chart(line, names), key=f"bar_{line.metric.id}", config=QUIET, alt=alt)


def _training(choice: Choice) -> None:
    checkpoints = (choice.first, choice.second)
    tables = {item.name: curves.read_curves(item) for item in checkpoints}
    _say(curves.describe_curves(checkpoints, list(tables.values())))
    with st.grid(min_column_width=NARROW) as grid:
        for quantity in curves.quantities(*tables.values()):
            with grid.cell():
                st.markdown(f"**{curves.label_of(quantity)}**")
                alt = f"{curves.label_of(quantity)} over training"
                st.plotly_chart(curve_chart(quantity, tables), key=f"curve_{quantity}", config=QUIET, alt=alt)
    with st.container(horizontal=True):
        for name, table in tables.items():
            if table is not None:
                save_csv(table, f"{name}-curves.csv", f"Curves of {name}, CSV")


REBUILT = "Rebuilt"
VIEWS: dict[str, Sequence[Callable[[Choice], None]]] = {
    REBUILT: [partial(_pictures, "rebuilt")],
    "Painted": [partial(_pictures, "painted"), partial(_pictures, "samples")],
    "Traversals": [partial(_pictures, "traversals")],
    "Between two": [partial(_pictures, "between")],
    "Unseen recipes": [partial(_pictures, "unseen")],
    "Measurements": [_measurements],
    "Training": [_training],
}


def _say(sentences: Sequence[str]) -> None:
    st.markdown("  \n".join(sentences))


@st.cache_data(show_spinner="Painting …", max_entries=REMEMBERED, ttl="1h")
def _painted(name: str, first: str, second: str, selection: Selection) -> Panel:
    return PANELS[name](_pair(first, second), selection)


def _pair(first: str, second: str) -> Pair:
    return cache.generator(first), cache.generator(second)
