"""Navigation, page configuration and a bound on uploads, nothing else."""

import streamlit as st

from cocktailman.ui.shared.brought import MAX_UPLOADS
from cocktailman.ui.shared.dress import dress
from cocktailman.ui.shared.private_apis import bound_uploads

st.set_page_config(page_title="CocktailMan", page_icon="🍸", layout="wide")
bound_uploads(MAX_UPLOADS)

page = st.navigation(
    [
        st.Page("pages/home.py", title="Home", icon=":material/local_bar:", default=True),
        st.Page("pages/recognise.py", title="Recognise", icon=":material/document_scanner:"),
        st.Page("pages/generate.py", title="Generate", icon=":material/palette:"),
        st.Page("pages/stylise.py", title="Stylise", icon=":material/brush:"),
        st.Page("pages/edit.py", title="Edit", icon=":material/tune:"),
        st.Page("pages/latent_space.py", title="Latent space", icon=":material/scatter_plot:"),
        st.Page("pages/compare.py", title="Compare", icon=":material/compare:"),
        st.Page("pages/explore.py", title="Explore pictures", icon=":material/travel_explore:"),
        st.Page("pages/data.py", title="Data", icon=":material/photo_library:"),
    ],
    position="top",
)
dress()
page.run()
