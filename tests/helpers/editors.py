"""Editors of random weights, small and quick."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw

from cocktailman.inference import editors as loading
from cocktailman.models.checkpoints import save_network
from cocktailman.models.flow.network import Flow, FlowConfig
from cocktailman.models.pairnet.network import PairNet, PairNetConfig


def drink(side: int = 64, colour: str = "#d07020") -> Image.Image:
    """A cut-out of a glass that is a rectangle, with a rim."""
    picture = Image.new("RGBA", (side, side))
    ImageDraw.Draw(picture).rectangle([side * 0.3, side * 0.1, side * 0.7, side * 0.95], colour, "#f0f0f0", 3)
    return picture


@pytest.fixture(scope="session")
def editors_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `pairnet-renders` and `flow-renders`."""
    root = tmp_path_factory.mktemp("editors")
    torch.manual_seed(0)
    small = {"size": 32, "patch": 4, "widths": [8, 16], "steer_dim": 16}
    for kind, network in {"pairnet": PairNet(PairNetConfig(**small)), "flow": Flow(FlowConfig(**small))}.items():
        for name, weights in network.named_parameters():
            if "conv2.weight" in name or "head" in name:
                torch.nn.init.normal_(weights, std=0.1)  # at first they are 0, and nothing is changed
        save_network(network, kind, f"{kind}-renders", "renders", root)
    return root


@pytest.fixture
def editors(editors_root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """They are loaded wherever the shipped ones would be."""
    monkeypatch.setattr(loading, "CHECKPOINTS", editors_root)
    yield editors_root
