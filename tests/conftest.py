from pathlib import Path

import pytest
import torch
from torch import nn

from cocktailman.checkpoints import save_network
from cocktailman.generation import Generator
from cocktailman.networks.cvae import CVAE, CVAEConfig

torch.set_num_threads(1)  # faster on small networks, by far where other work shares the cores


@pytest.fixture(scope="session")
def network() -> CVAE:
    """A CVAE of random weights, large enough that its pictures and its styles differ as a trained one's do."""
    torch.manual_seed(0)
    network = CVAE(CVAEConfig(size=64)).train()
    for weights in network.parameters():
        if weights.ndim > 1:
            nn.init.kaiming_normal_(weights)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = 1  # one pass is enough to normalise each layer to what passes through it
    with torch.no_grad():
        network(torch.rand(16, 3, 64, 64), (torch.rand(16, 63) < 0.1).float())
    return network.eval()


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory, network: CVAE) -> Path:
    """A folder with one checkpoint, `tiny`."""
    root = tmp_path_factory.mktemp("checkpoints")
    save_network(network, "cvae", "tiny", "photos", root)
    return root


@pytest.fixture(scope="session")
def generator(checkpoints: Path) -> Generator:
    return Generator.load("tiny", checkpoints)
