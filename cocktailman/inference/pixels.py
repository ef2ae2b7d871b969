"""Pictures as networks take them."""

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from cocktailman.images import to_square


def squares(images: Sequence[Image.Image], size: int) -> Tensor:
    """Whole pictures of mode RGB, stretched to squares: (n, 3, size, size) in [0, 1]."""
    pixels = np.stack([np.asarray(to_square(image, size)) for image in images])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
