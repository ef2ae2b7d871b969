"""What pages load once for all visitors."""

import pandas as pd
import streamlit as st
import torch

from cocktailman.inference.generator import Generator
from cocktailman.inference.recogniser import Recogniser
from cocktailman.latent.tables import read_styles
from cocktailman.models.checkpoints import Checkpoint, list_painters
from cocktailman.renders import Renders, read_renders


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


@st.cache_data(show_spinner="Reading the style vectors …")
def styles(name: str) -> pd.DataFrame:
    """The style table of a checkpoint."""
    return read_styles(name)


@st.cache_resource(show_spinner="Reading the renders …")
def renders() -> Renders:
    """The rendered bar; its tables are shared: nobody changes them."""
    return read_renders()


def checkpoints() -> list[Checkpoint]:
    """The checkpoints that paint, in the order in which they are offered; raises `InputError` where there is none."""
    return list_painters()


def model_names() -> list[str]:
    """The names of the checkpoints there are; raises `InputError` where there is none."""
    return [item.name for item in checkpoints()]
