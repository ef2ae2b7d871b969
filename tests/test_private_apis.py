"""Private interfaces of libraries, each as it is used; what fails here names the version that broke it."""

from importlib.metadata import version
from typing import Literal

import pytest
import torch
from PIL import Image

from cocktailman import private_apis


def broken(package: str) -> str:
    return f"{package} {version(package)} has changed what cocktailman/private_apis.py uses of it"


@pytest.mark.parametrize(("backbone", "first", "count"), [("alex", (64, 3, 11, 11), 10), ("vgg", (64, 3, 3, 3), 26)])
def test_lpips_of_torchmetrics_is_none_for_the_same_picture_and_keeps_its_network_where_weights_go(
    backbone: Literal["alex", "vgg"], first: tuple[int, ...], count: int
) -> None:
    network = private_apis.lpips(backbone, pretrained=False).eval()
    picture = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        same, other = (network(picture, target, normalize=True).flatten() for target in (picture, 1 - picture))
    assert float(same) == pytest.approx(0, abs=1e-6) and float(other) > 0, broken("torchmetrics")
    shapes = [tuple(weights.shape) for weights in network.net.state_dict().values()]  # type: ignore[union-attr]
    assert shapes[0] == first and len(shapes) == count, broken("torchmetrics")


def test_inception_of_torch_fidelity_takes_weights_by_their_order(tmp_path) -> None:
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    class Blank(FeatureExtractorInceptionV3):
        def load_state_dict(self, *args, **options) -> None:
            return None

    path = tmp_path / "weights.pth"
    torch.save({}, path)
    own = Blank("inception", ["2048"], str(path)).state_dict()
    parts = ("conv.weight", "bn.bias", "bn.running_mean", "bn.running_var")
    arrays = [torch.rand(values.shape) * 0.1 for name, values in own.items() if name.endswith(parts)]
    torch.save({str(number): array.flatten() for number, array in enumerate(arrays)}, path)
    network = private_apis.inception_v3(str(path)).eval()
    loaded = [values for name, values in network.state_dict().items() if name.endswith(parts)]
    assert all(map(torch.equal, loaded, arrays)), broken("torch-fidelity")
    with torch.inference_mode():
        [features] = network(torch.zeros(1, 3, 32, 32, dtype=torch.uint8))
    assert features.shape == (1, 2048), broken("torch-fidelity")


def test_pillow_hands_on_pixels_without_their_file_and_without_a_copy(tmp_path) -> None:
    Image.new("RGB", (8, 6), "red").save(tmp_path / "red.png")
    with Image.open(tmp_path / "red.png") as image:
        image.load()
        found = private_apis.without_file(image)
        assert type(found) is Image.Image and found.im is image.im, broken("pillow")
    assert found.size == (8, 6) and found.getpixel((7, 5)) == (255, 0, 0), broken("pillow")


def test_torch_says_whether_the_processor_computes_in_bfloat16() -> None:
    try:
        private_apis.cpu_computes_in_bfloat16()
    except (AttributeError, RuntimeError) as error:
        pytest.fail(f"{broken('torch')}: {error}")
