"""The latent lab: see where the styles of a domain's pictures lie, drive through that space live, understand it."""

import streamlit as st

from cocktailman.ui.latent.lab import lab
from cocktailman.ui.latent.links import read_link
from cocktailman.ui.latent.models import choose_models
from cocktailman.ui.latent.own_styles import bring_styles, take_styles
from cocktailman.ui.latent.understanding import understanding
from cocktailman.ui.shared.entry import require_entry_point
from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.words import explain

require_entry_point()
st.title("Latent space")
with shown_errors():
    read_link()
    with st.container(horizontal=True):
        models = choose_models()
        bring_styles(models)
        explain("style vector", "prior", "posterior", "KL divergence", "projection", "truncation")
    for model in models:
        with st.container(key=f"encoding_{model.name}"), shown_errors():
            take_styles(model)
    lab(models)
    understanding(models)
