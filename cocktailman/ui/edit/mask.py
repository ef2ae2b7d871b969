"""Where a drink may change: everywhere, in one of its parts, or where the visitor draws."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from PIL import Image, ImageDraw, ImageFilter

from cocktailman.cutouts import Matte, over
from cocktailman.ui.edit.drinks import PARTS, Drink

EVERYWHERE, ITSELF, DRAWN = "Everywhere", "The drink itself", "Where I draw"
DOTS = 24  # a side: what a lasso has to catch, for a chart selects points and nothing else
SOFT = 1.5  # px of 256, by which the edge of a mask is softened
HEIGHT = 340  # px, of what is drawn on


def choose_mask(drink: Drink) -> Matte | None:
    """Draws the choice and returns the mask, as large as the drink; None where all may change."""
    parts = {part.capitalize(): part for part in PARTS if part in drink.parts}
    choice = st.selectbox(
        "May change",
        [EVERYWHERE, ITSELF, *parts, DRAWN],
        key="may_change",
        help="The rest stays to the pixel. A change that reaches beyond, such as a larger glass, is cut off at the "
        "edge.",
    )
    if choice == ITSELF:
        return (np.asarray(drink.picture.getchannel("A")) > 0).astype(np.float32)
    if choice == DRAWN:
        return _drawn(drink)
    return _softened(drink.parts[parts[choice]]) if choice in parts else None


def _drawn(drink: Drink) -> Matte | None:
    width, height = drink.picture.size
    across, down = np.meshgrid(np.linspace(0, width, DOTS), np.linspace(0, height, DOTS))
    dots = go.Scatter(x=across.ravel(), y=down.ravel(), mode="markers", opacity=0, hoverinfo="none")
    picture = go.layout.Image(
        source=over(drink.picture), x=0, y=0, sizex=width, sizey=height, xref="x", yref="y", layer="below"
    )
    figure = go.Figure(dots).update_layout(
        images=[picture], height=HEIGHT, dragmode="lasso", margin={"l": 0, "r": 0, "t": 0, "b": 0}, showlegend=False
    )
    figure.update_xaxes(visible=False, range=[0, width], constrain="domain")
    figure.update_yaxes(visible=False, range=[height, 0], scaleanchor="x")
    key, alt = f"drawn {drink.key}", "the drink, to draw on"
    drawn = st.plotly_chart(figure, key=key, on_select="rerun", selection_mode=("lasso", "box"), alt=alt)
    selection = drawn["selection"]
    outlines = [list(zip(each["x"], each["y"], strict=True)) for each in selection.get("lasso", [])]
    for each in selection.get("box", []):
        (left, right), (top, bottom) = sorted(each["x"]), sorted(each["y"])
        outlines.append([(left, top), (right, top), (right, bottom), (left, bottom)])
    if not outlines:
        st.caption("Draw around what may change. Until then everything may.")
        return None
    mask = Image.new("L", (width, height))
    for outline in outlines:
        ImageDraw.Draw(mask).polygon(outline, fill=255)
    return _softened((np.asarray(mask) / 255).astype(np.float32))


def _softened(mask: Matte) -> Matte:
    blurred = Image.fromarray(np.round(mask * 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(SOFT * max(mask.shape) / 256)
    )
    return (np.asarray(blurred) / 255).astype(np.float32)
