"""The adversarial loss of CycleGAN."""

from __future__ import annotations

from torch import Tensor


class LeastSquaresGAN:
    """Scores are drawn to 1 for what is real and to 0 for what is made, by squared errors (Mao et al., LSGAN,
    arXiv 1611.04076, eq. 2 with a = 0, b = c = 1): steadier than the logarithms."""

    def generator(self, made: Tensor) -> Tensor:
        """Scores of what was made, of any shape, which shall look real."""
        return (made - 1).square().mean()

    def discriminator(self, real: Tensor, made: Tensor) -> Tensor:
        return ((real - 1).square().mean() + made.square().mean()) / 2
