"""What pages load once for all visitors."""

import pandas as pd
import streamlit as st
import torch

from cocktailman.inference.embedder import load_embedder
from cocktailman.inference.generator import Generator
from cocktailman.inference.inventor import Inventor
from cocktailman.inference.oddness import OddOneOut
from cocktailman.inference.protocols import Embedder
from cocktailman.inference.recogniser import Recogniser
from cocktailman.latent.tables import read_styles
from cocktailman.models.checkpoints import Checkpoint, list_painters
from cocktailman.models.registry import Can, kind_of
from cocktailman.renders import STUDIO, Renders, read_renders


@st.cache_resource(show_spinner="Loading the model …")
def generator(name: str) -> Generator:
    """The generator of this name, held once however many look at it."""
    torch.set_num_threads(1)  # a second thread gains little here, and two that wait for each other lose a lot
    return Generator.load(name)


@st.cache_resource(show_spinner="Loading the detector and the classifier (a few seconds, once) …")
def recogniser() -> Recogniser:
    """The shipped detector and classifier, held once however many look at them."""
    torch.set_num_threads(1)  # as in `generator`
    return Recogniser.load()


@st.cache_resource(show_spinner="Loading the embedder of pictures and sentences (some seconds, once) …")
def embedder(name: str) -> Embedder:
    """The embedder of this name, held once however many look at it."""
    torch.set_num_threads(1)  # as in `generator`
    return load_embedder(name)


@st.cache_resource(show_spinner="Loading what tells odd pictures …")
def odd_one_out(method: str) -> OddOneOut:
    """What tells odd pictures by this method, held once however many look at it."""
    torch.set_num_threads(1)  # as in `generator`
    return OddOneOut.load(method)


@st.cache_resource(show_spinner=False)
def inventor(name: str) -> Inventor:
    """The inventor of this name, held once however many look at it."""
    return Inventor.load(name)


@st.cache_data(show_spinner="Reading the style vectors …")
def styles(name: str) -> pd.DataFrame:
    """The style table of a checkpoint."""
    return read_styles(name)


@st.cache_resource(show_spinner="Reading the renders …")
def renders() -> Renders:
    """The rendered bar; its tables are shared: nobody changes them."""
    return read_renders()


@st.cache_resource(show_spinner="Reading the renders …")
def studio() -> Renders:
    """The drinks of the rendered bar without backgrounds: what generators of renders were trained and tested on."""
    return read_renders(STUDIO)


def checkpoints(able: Can = Can.PAINT) -> list[Checkpoint]:
    """The checkpoints that paint, in the order in which they are offered, or those of them that can do this as well.

    Raises `InputError` where there is none.
    """
    return [item for item in list_painters() if kind_of(item.kind).can(able)]


def model_names(able: Can = Can.PAINT) -> list[str]:
    """The names of the checkpoints that can do it; raises `InputError` where there is none."""
    return [item.name for item in checkpoints(able)]
