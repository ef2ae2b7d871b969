"""The word about a map that is on its way: how long it takes, how long it has taken, and a way to stop it."""

import streamlit as st

from cocktailman.latent.fitting import Fit, Fits, expected_seconds

AGAIN = 1.0  # seconds after which it is looked at again


@st.cache_resource
def fits() -> Fits:
    """Those of this process, for all visitors."""
    return Fits()


def waiting(fit: Fit, key: str) -> None:
    """Draws it; redraws the page when the map is there."""
    if fit.error or fit.stopped:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(fit.error or f"{fit.view.method} was stopped; PCA is shown.", icon=":material/stop_circle:")
            st.button("Draw it", key=f"again_{key}", on_click=fits().renew, args=(fit,))
    else:
        _progress(fit, key)


@st.fragment(run_every=AGAIN)
def _progress(fit: Fit, key: str) -> None:
    if fit.ended:
        st.rerun()
    ahead, expected = fits().before(fit), expected_seconds(fit.view, fit.count)
    with st.container(horizontal=True, vertical_alignment="center"):
        if ahead:
            said = f"{'one map is' if ahead == 1 else f'{ahead} maps are'} drawn before yours"
        else:
            said = f"{fit.seconds:.0f} s of about {expected:.0f} s on an idle core"
        share = min(fit.seconds / expected, 0.99)
        st.progress(share, f"{fit.view.method} of {fit.count:,} styles: {said} … Meanwhile PCA is shown.")
        st.button("Stop", key=f"stop_{key}", icon=":material/stop_circle:", on_click=fits().stop, args=(fit,))
