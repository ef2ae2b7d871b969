"""What an encoder that is a discriminator, and a decoder that is a generator, are trained to make small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

Error = Literal["bce", "mse"]


class Verdict(nn.Module):
    """Error of the logits `real` (n, ...), where all images are real (1) or none is (0).

    Binary cross-entropy (Goodfellow et al., arXiv 1406.2661) or squared error (LSGAN, Mao et al., arXiv 1611.04076).
    """

    def __init__(self, error: Error = "bce") -> None:
        super().__init__()
        self.error = {"bce": F.binary_cross_entropy_with_logits, "mse": F.mse_loss}[error]

    def forward(self, real: Tensor, truth: float) -> Tensor:
        return self.error(real, torch.full_like(real, truth))  # ()


class DiscriminatorLoss(nn.Module):
    """The encoder as a discriminator: photos are real; not real, in equal parts, is what was rebuilt, what was
    sampled, and photos beside a recipe that is not theirs (Reed et al., arXiv 1605.05396, algorithm 1)."""

    def __init__(self, error: Error = "bce") -> None:
        super().__init__()
        self.verdict = Verdict(error)

    def forward(self, photos: Tensor, fakes: list[Tensor]) -> Tensor:
        """Logits (n,) of photos and of each kind of fake."""
        return self.verdict(photos, 1) + torch.stack([self.verdict(fake, 0) for fake in fakes]).mean()  # ()


class GeneratorLoss(nn.Module):
    """The decoder as a generator: what it paints should be taken for real (the non-saturating form)."""

    def __init__(self, error: Error = "bce") -> None:
        super().__init__()
        self.verdict = Verdict(error)

    def forward(self, painted: Tensor) -> Tensor:
        return self.verdict(painted, 1)  # ()


class ProjectedVerdict(nn.Module):
    """A second opinion while the first is being formed: logits (n, 9 scales) from the feature maps of a frozen ImageNet
    network, one for each ninth of the picture at each scale (Projected GANs, Sauer et al., arXiv 2111.01007), with the
    recipe in mind.

    widths: of the maps, of which the last is held against the recipe.
    """

    def __init__(self, widths: Sequence[int], recipe_dim: int, hidden: int = 64) -> None:
        super().__init__()
        self.patches = nn.ModuleList(
            nn.Sequential(
                spectral_norm(nn.Conv2d(width, hidden, 1)),
                nn.LeakyReLU(0.2),
                spectral_norm(nn.Conv2d(hidden, hidden, 3, padding=1)),
                nn.LeakyReLU(0.2),
                nn.Conv2d(hidden, 1, 1),
            )
            for width in widths
        )
        self.agreement = nn.Linear(recipe_dim, widths[-1], bias=False)

    def forward(self, maps: Sequence[Tensor], recipe: Tensor) -> Tensor:
        maps = [F.normalize(part.float(), dim=1) * part.shape[1] ** 0.5 for part in maps]  # (n, c, h, w), of square 1
        ninths = [F.adaptive_avg_pool2d(judge(part), 3) for judge, part in zip(self.patches, maps, strict=True)]
        agrees = (self.agreement(recipe) * maps[-1].mean((2, 3))).sum(1) / maps[-1].shape[1] ** 0.5  # (n,)
        return torch.cat(ninths, dim=1).flatten(1) + agrees[:, None]  # (n, 9 scales)


class ModeSeeking(nn.Module):
    """How much farther two styles lie apart than two drinks of one recipe that are painted in them (the inverse of the
    ratio that mode-seeking GANs make large, Mao et al., arXiv 1903.05628, eq. 5). Drinks are compared by the feature
    maps of a frozen network, each place of length 1 (as in LPIPS, Zhang et al., arXiv 1801.03924, eq. 1)."""

    def forward(self, maps: Sequence[Tensor], style: Tensor) -> Tensor:
        """maps (n, c, h, w), style (n, style_dim): the second half has the recipes of the first."""
        half = len(style) // 2
        maps = [F.normalize(part.float(), dim=1) for part in maps]
        apart = sum((part[:half] - part[half : 2 * half]).square().sum(1).mean((1, 2)) for part in maps)  # (half,)
        styles_apart = (style[:half] - style[half : 2 * half]).abs().mean(1)  # (half,)
        return (styles_apart / (apart + 1e-5)).mean()  # ()


class EnergyScore(nn.Module):
    """How far the drinks painted of a recipe are from its photos, less half of how far they are from each other (the
    energy score, Gneiting & Raftery, JASA 102, 2007, section 4.3; as a generator's loss: Shen & Meinshausen, arXiv
    2307.00835). It is least where drinks differ from photos, and from each other, as photos do: both
    variety and likeness, in the measure that the photos have.

    Pictures are compared by the feature maps of a frozen network, each place of length 1 (as in LPIPS, Zhang et al.,
    arXiv 1801.03924, eq. 1): place by place, and in the mean over places.
    """

    def forward(self, painted: Sequence[Tensor], photos: Sequence[Tensor]) -> Tensor:
        """Maps (n, c, h, w) of drinks, the second half with the recipes of the first, and of photos of these, (n / 2,
        c, h, w)."""
        half = len(photos[0])
        scores = []
        for seen, wanted in zip(map(_in_parts, painted), map(_in_parts, photos), strict=True):
            for drinks, photo in zip(seen, wanted, strict=True):  # (n, d), (half, d)
                one, other = drinks[:half], drinks[half : 2 * half]
                to_photos = _apart(one, photo) + _apart(other, photo)  # (half,)
                scores.append((to_photos - _apart(one, other)) / 2)
        return torch.stack(scores).mean()  # ()


class FeatureMoments(nn.Module):
    """How far the mean features of painted drinks, and the means of their squares, are from those of photos, in
    standard deviations of the photos' (feature matching, Salimans et al., arXiv 1606.03498, section 3.1, on the moments
    that the Fréchet distance compares). What all drinks have in common and no photo has shows here and in no pair.

    A batch is too small to tell: the differences are averaged over the last batches, and only the newest passes on a
    gradient.

    features: how many there are. memory: the weight of the batches before.
    """

    def __init__(self, features: int, memory: float = 0.98) -> None:
        super().__init__()
        self.memory = memory
        self.apart: Tensor
        self.mean: Tensor
        self.square: Tensor
        for name in ("apart", "mean", "square"):  # of features, and of their squares; the latter two are of photos
            self.register_buffer(name, torch.zeros(2, features))

    def forward(self, painted: Tensor, photos: Tensor) -> Tensor:
        """Features (n, d) of drinks and (m, d) of photos."""
        painted, photos = (torch.stack([part, part.square()]) for part in (painted, photos))  # (2, n, d), (2, m, d)
        with torch.no_grad():
            self.mean.lerp_(photos.mean(1), 1 - self.memory)
            self.square.lerp_(photos.square().mean(1), 1 - self.memory)
        spread = (self.square - self.mean.square()).clamp(min=0).sqrt()  # (2, d)
        # A feature that hardly any photo has shall not outweigh all others.
        spread = spread + 0.1 * spread.mean(1, keepdim=True) + 1e-6
        apart = self.apart.lerp(painted.mean(1) - photos.mean(1), 1 - self.memory)  # (2, d)
        self.apart.copy_(apart.detach())
        return (apart / spread).square().mean()  # ()


def _in_parts(part: Tensor) -> tuple[Tensor, Tensor]:
    """A map place by place, (n, c h w), of length 1 in all, and its mean over places, (n, c)."""
    part = F.normalize(part.float(), dim=1)
    return part.flatten(1) / (part.shape[2] * part.shape[3]) ** 0.5, part.mean((2, 3))


def _apart(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean distances of rows, (n,)."""
    return ((a - b).square().sum(1) + 1e-6).sqrt()


class FeatureReconstruction(nn.Module):
    """Squared error of the discriminator's features of a rebuilt image and of its target, the latter of mean square 1
    (VAE/GAN, Larsen et al., arXiv 1512.09300, eq. 7)."""

    def forward(self, rebuilt: Tensor, target: Tensor) -> Tensor:
        target = target.detach()
        return F.mse_loss(rebuilt, target) / target.square().mean().clamp(min=1e-6)  # ()


class GradientPenalty(nn.Module):
    """R1: squared norm of the gradient of the verdict on photos with respect to their pixels, mean over photos
    (Mescheder, Geiger & Nowozin, arXiv 1801.04406, eq. 9)."""

    def forward(self, real: Tensor, photos: Tensor) -> Tensor:
        """Logits (n,) of `photos` (n, 3, h, w), which must require their gradient."""
        (gradient,) = torch.autograd.grad(real.sum(), photos, create_graph=True)
        return gradient.square().sum((1, 2, 3)).mean()  # ()
