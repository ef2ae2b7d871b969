"""How it is edited: the model, and what it takes, each setting with what is known to go wrong."""

from __future__ import annotations

from importlib.util import find_spec

import streamlit as st

from cocktailman.errors import InputError
from cocktailman.inference.editor import Editor, EditSettings, Start
from cocktailman.inference.editors import DEFAULT, DIFFUSERS, editor_class, load_editor
from cocktailman.models.checkpoints import find_checkpoint, list_checkpoints
from cocktailman.models.registry import Can, kind_of
from cocktailman.ui.shared.link import follow_link, write_link
from cocktailman.ui.shared.painting import SEEDS

PIPELINE = DIFFUSERS.removesuffix(":")  # the choice of any of them
STARTS = {
    "flowedit": "The picture itself (FlowEdit)",
    "inversion": "Its own noise (inversion)",
    "noise": "Noise drawn anew (SDEdit)",
}
HELP = {
    "editor": "the pair network learnt from scenes rendered twice, and edits at once; the rectified flow, a diffusion "
    "model, from single renders, and edits in steps, and less well",
    "share": "Strength, %: how far to go from the picture to what the network makes of it; in between, shapes that "
    "change are seen twice",
    "noise": "Strength, %: how near to pure noise the picture is carried; a little changes too little, and much "
    "forgets which drink it was",
    "steps": "Steps: evaluations on the way; with few it goes astray, and more only take longer",
    "guidance": "Guidance, in tenths: how much the one factor that changes is exaggerated; 10 is not at all, of too "
    "much colours burn out",
    "start": "FlowEdit moves the picture along what the change does to it, and follows best; its own noise keeps more "
    "of the picture, and keeps it from changing much; noise drawn anew does the opposite",
    "seed": "of noise drawn anew: the same seed, the same edit",
    "prompt": "what is to be seen; by default the change in words, which few pipelines understand",
}


@st.cache_resource(show_spinner="Loading the editor …", max_entries=4)
def editor(name: str) -> Editor:
    """The editor of this name, held once however many look at it."""
    return load_editor(name)


def choose_model() -> str:
    """Draws the choice of what edits and returns its name; raises `InputError` where there is none."""
    names = sorted((item.name for item in list_checkpoints(able=Can.EDIT)), key=lambda name: name != DEFAULT)
    if not names:
        raise InputError("there is no model that edits: restore data/checkpoints with `git checkout -- data`")
    offered = [*names, *([PIPELINE] if find_spec(PIPELINE) else [])]
    follow_link("editor", offered, offered[0])
    chosen = st.selectbox(
        "Edited by", offered, format_func=_label, key="editor", help=HELP["editor"], persist_state="page"
    )
    write_link("editor")
    if chosen != PIPELINE:
        return chosen
    repository = st.text_input(
        "A folder, or a repository of the Hugging Face hub",
        key="repository",
        placeholder="stable-diffusion-v1-5/stable-diffusion-v1-5",
        help="Any image-to-image pipeline whose weights are safetensors. Fetched once, several GB; without a GPU an "
        "edit takes minutes.",
        bind="query-params",
    ).strip()
    return f"{DIFFUSERS}{repository}" if repository else ""


def is_slow(model: str) -> bool:
    """Whether an edit takes so long that it waits to be asked for."""
    return bool(editor_class(model).starts)


def choose_settings(model: str) -> EditSettings:
    """Draws what a model takes and returns it."""
    with st.expander("How it is edited"):
        if not is_slow(model):
            return EditSettings(strength=_slider("how_far", "share", 0, 100, 100) / 100)
        flow, usual = not model.startswith(DIFFUSERS), editor_class(model).usual
        strength = _slider("how_noisy", "noise", 5, 100, round(100 * usual[0])) / 100
        steps = _slider("edit_steps", "steps", 4, 60, usual[1])
        guidance = _slider("edit_guidance", "guidance", 10, 100, round(10 * usual[2])) / 10
        start = _start(model)
        seed = int(st.number_input("Seed", 0, SEEDS - 1, 0, key="edit_seed", help=HELP["seed"], bind="query-params"))
        prompt = "" if flow else st.text_input("Prompt", key="edit_prompt", help=HELP["prompt"], bind="query-params")
        return EditSettings(strength, steps, guidance, seed, start, prompt)


def _start(model: str) -> Start:
    first, *others = starts = editor_class(model).starts
    if not others:
        return first
    follow_link("begins", starts, first)
    chosen = st.selectbox("Begins at", starts, format_func=STARTS.__getitem__, key="begins", help=HELP["start"])
    write_link("begins")
    return chosen


def _slider(name: str, key: str, low: int, high: int, first: int) -> int:
    label, said = HELP[key].split(": ", 1)
    return int(st.slider(label, low, high, first, key=name, help=said, bind="query-params", persist_state="page"))


def _label(name: str) -> str:
    label = f"pipeline of {PIPELINE}" if name == PIPELINE else kind_of(find_checkpoint(name).kind).label
    return f"{label[:1].upper()}{label[1:]}"
