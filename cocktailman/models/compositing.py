"""Colour and coverage laid over a ground, as tensors; what a painter of cut-outs is trained and looked at by."""

from __future__ import annotations

import torch
from torch import Tensor

from cocktailman import cutouts

LEAST_COVERED = 0.005  # the share of a picture that must be covered for its mean colour to say anything
GREY = cutouts.GREY[0] / 255  # the ground that encoders see drinks on, and that cut-outs are measured on


def composite(image: Tensor, ground: Tensor | float = GREY) -> Tensor:
    """Images (n, 4, h, w), straight colour and coverage in [0, 1], over a ground that broadcasts to (n, 3, h, w) (the
    over operator, Porter & Duff, SIGGRAPH 1984). Images (n, 3, h, w) have no ground to show and stay as they are."""
    if image.shape[1] == 3:
        return image
    colour, coverage = image[:, :3], image[:, 3:]
    return ground + (colour - ground) * coverage  # (n, 3, h, w)


def on_grey(image: Tensor) -> Tensor:
    """Images (n, c, h, w) as encoders see them: colours over grey, coverage (if there is any) beside them."""
    return torch.cat([composite(image), image[:, 3:]], dim=1)


def random_grounds(image: Tensor) -> Tensor:
    """A plain colour for each image, (n, 3, 1, 1), every second one a shade of grey."""
    colours = torch.rand(len(image), 3, 1, 1, device=image.device)
    return torch.where(torch.rand(len(image), 1, 1, 1, device=image.device) < 0.5, colours, colours[:, :1])


def mean_colour(premultiplied: Tensor) -> Tensor:
    """Of images (n, 4, h, w), as far as they are covered, (n, 3)."""
    mean = premultiplied.mean((2, 3))
    return mean[:, :3] / mean[:, 3:].clamp(min=LEAST_COVERED)
