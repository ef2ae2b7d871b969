from pathlib import Path

import pandas as pd
import pytest
import torch

from cocktailman.catalog import catalog
from cocktailman.inference.generator import Generator
from cocktailman.inference.recogniser import Detector, Recogniser
from cocktailman.models.checkpoints import save_network
from cocktailman.models.classifier.network import ClassifierConfig, DrinkClassifier
from cocktailman.models.cvae.network import CVAE, CVAEConfig
from cocktailman.models.detector.network import DetectorConfig, DrinkDetector
from tests.helpers.networks import lively
from tests.helpers.pictures import DRINKS, blank, noise, picture, png

# Their fixtures lie beside the helpers that tests import from them.
pytest_plugins = [f"tests.helpers.{name}" for name in ("app", "editors", "scenes", "stylizers", "web_site")]

torch.set_num_threads(1)  # faster on small networks, by far where other work shares the cores


@pytest.fixture(scope="session")
def network() -> CVAE:
    """A CVAE of random weights, large enough that its pictures and its styles differ as a trained one's do."""
    torch.manual_seed(0)
    network = CVAE(CVAEConfig(size=64))
    return lively(network, torch.rand(16, 3, 64, 64), (torch.rand(16, 63) < 0.1).float())


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory, network: CVAE) -> Path:
    """A folder with one checkpoint, `tiny`."""
    root = tmp_path_factory.mktemp("checkpoints")
    save_network(network, "cvae", "tiny", "photos", root)
    return root


@pytest.fixture(scope="session")
def generator(checkpoints: Path) -> Generator:
    return Generator.load("tiny", checkpoints)


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 packed pictures of four drinks, 4 of them for validation."""
    rows = range(24)
    drinks = [catalog().cocktail(DRINKS[row % len(DRINKS)]) for row in rows]
    table = pd.DataFrame(
        {
            "file": [f"{row:02d}.jpg" for row in rows],
            "source": ["bulk" if row < 18 else "web" for row in rows],
            "drink": [drink.name for drink in drinks],
            "ingredients": [" ".join(drink.recipe) for drink in drinks],
            "split": ["validation" if row >= 20 else "train" for row in rows],
            "image": [png(picture(row)) for row in rows],
        }
    )
    path = tmp_path_factory.mktemp("packed") / "photos.parquet"
    table.to_parquet(path, index=False)
    return path


@pytest.fixture(scope="session")
def recognisers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a detector and a classifier, tiny and of random weights."""
    root = tmp_path_factory.mktemp("recognisers")
    torch.manual_seed(0)
    classifier = DrinkClassifier(ClassifierConfig("tf_efficientnet_lite0", 64, drinks=["Mojito", "Negroni"], hidden=16))
    lively(classifier, torch.rand(16, 3, 64, 64))
    save_network(classifier, "classifier", "classifier", "photos", root)
    detector = DrinkDetector(DetectorConfig("yolov5n", 64))
    lively(detector.yolo, torch.rand(8, 3, 64, 64) * torch.linspace(0, 1, 8)[:, None, None, None])
    save_network(detector, "detector", "detector", "photos", root)
    found = Detector.load(root=root).detect([noise(0), noise(1), noise(2), blank()], 0)
    *drinks, nothing = (boxes[0].score for boxes in found)
    least = nothing + (min(drinks) - nothing) / 8  # nearer to nothing: a JPEG of noise is less of a drink
    detector.load_state_dict({"threshold": torch.tensor(least)}, strict=False)
    save_network(detector, "detector", "detector", "photos", root)
    return root


@pytest.fixture(scope="session")
def recogniser(recognisers: Path) -> Recogniser:
    return Recogniser.load(recognisers)
