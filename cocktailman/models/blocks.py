"""The two halves every generator here is made of: a picture to a style, a style and a recipe to a picture.

Layers are named by the resolution they work at, so that the weights of a 64 px network fit the inner layers of a 128 px
one (see `grow`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocktailman.models.compositing import on_grey

CHANNELS = {4: 256, 8: 160, 16: 112, 32: 64, 64: 32, 128: 16, 256: 12, 512: 8}  # feature maps at each resolution, in px
SIZES = (64, 128, 256, 512)  # px, what the networks can be built for
SHAPIRO = (-1 / 16, 4 / 16, 10 / 16, 4 / 16, -1 / 16)  # 1 - sin(w / 2)^4
FILM_SIZES = (8, 16, 32, 64)  # px, where a decoder works twice; twice at larger maps would cost too much


def _normed(conv: nn.Conv2d) -> nn.Sequential:
    # The normalisation folds into the convolution when exported.
    return nn.Sequential(conv, nn.BatchNorm2d(conv.out_channels), nn.SiLU())


def _conv(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential:
    return _normed(nn.Conv2d(channels_in, channels_out, 3, stride, padding=1, bias=False))


class UpsamplingConv(nn.Conv2d):
    """Nearest-neighbour upsampling and convolution: maps (n, c, h, w) doubled by repeating pixels, then convolved
    3 × 3: (n, c', 2h, 2w).

    As those two steps each pixel is read up to four times. A transposed convolution with a 4 × 4 kernel of summed
    weights is the same linear map, with 4/9 of the work and no larger map to keep for the way back.
    """

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, 3, padding=1, bias=False)

    def forward(self, h: Tensor) -> Tensor:
        return F.conv_transpose2d(h, transposed(self.weight), stride=2, padding=1)


def transposed(weight: Tensor) -> Tensor:
    """The weight (in, out, 4, 4) of a transposed convolution of stride 2 that does what a convolution of `weight` (out,
    in, 3, 3) does to maps doubled by repeating pixels."""
    # An input pixel reaches output rows -1 to 2 around its own two: row t is reached by tap 2 - t of the upper
    # of its two copies, and by tap 3 - t of the lower.
    reach = weight.new_tensor([[0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]])  # (4, 3)
    return torch.einsum("oihw,ah,bw->ioab", weight, reach, reach)


def doubled(maps: Tensor) -> Tensor:
    """Maps (n, c, h, w) at twice the side, (n, c, 2h, 2w), by the reverse biorthogonal wavelet 1.3 without details
    (Cohen, Daubechies & Feauveau, 1992): linear slopes stay linear, and the mean of 2 × 2 pixels is the pixel they come
    from. Bilinear interpolation, the usual choice, blurs what it doubles.
    """
    padded = F.pad(maps, (1, 1, 1, 1), mode="replicate")
    return _doubled_along(_doubled_along(padded, 2), 3)


def _doubled_along(maps: Tensor, axis: int) -> Tensor:
    """Maps with a rim of one pixel, doubled along one axis, the rim taken off."""
    before, here, after = (maps.narrow(axis, start, maps.shape[axis] - 2) for start in range(3))
    slope = (after - before) / 8
    return torch.stack([here - slope, here + slope], axis + 1).flatten(axis, axis + 1)


def without_grid(maps: Tensor) -> Tensor:
    """Maps (n, c, h, w) without what changes from each pixel to the next, by Shapiro's filter of order 4 (Reviews of
    Geophysics 8, 1970) along both axes: of a wave of w radians a pixel 1 - sin(w / 2)^4 is left, nothing of the
    shortest, and nearly all of those that are twice as long or more.

    Convolved maps that were doubled can carry the grid of their pixels; a low-pass after the nonlinearity takes it off,
    as in StyleGAN3 (Karras et al., arXiv 2106.12423, section 3).
    """
    channels = int(maps.shape[1])  # a constant to the ONNX exporter, which wants to know the shape of a kernel
    taps = maps.new_tensor(SHAPIRO)
    maps = F.pad(maps, (2, 2, 2, 2), mode="replicate")
    maps = F.conv2d(maps, taps.view(1, 1, 1, 5).expand(channels, 1, 1, 5), groups=channels)
    return F.conv2d(maps, taps.view(1, 1, 5, 1).expand(channels, 1, 5, 1), groups=channels)


def down_blocks(size: int, conv: Callable[..., nn.Module]) -> nn.ModuleDict:
    """Pairs of convolutions, the first of which halves the side: from `size` px down to 4."""
    sides = [side for side in sorted(CHANNELS, reverse=True) if 4 < side <= size]
    return nn.ModuleDict(
        {
            str(side): nn.Sequential(
                conv(CHANNELS[side], CHANNELS[side // 2], stride=2), conv(CHANNELS[side // 2], CHANNELS[side // 2])
            )
            for side in sides
        }
    )


def shrunk(image: Tensor, size: int) -> Tensor:
    """Images (n, c, h, w) at `size` px, of means over areas, where they are larger."""
    return image if image.shape[3] == size else F.adaptive_avg_pool2d(image, size)


class TypicalStyle(nn.Linear):
    """What of a style is typical of a recipe: (n, recipe_dim) to (n, style_dim), at first nothing.

    The mean of a conditional prior p(z | recipe) = N(typical(recipe), I) (Sohn, Lee & Yan, NeurIPS 2015, whose prior
    network is one layer here). An encoder takes it off, so that styles are what the recipe does not say, and one style
    suits all recipes; the decoder, whose first layer is linear in both, adds it by its weights for the recipe.
    """

    def __init__(self, recipe_dim: int, style_dim: int) -> None:
        super().__init__(recipe_dim, style_dim, bias=False)
        nn.init.zeros_(self.weight)


class StyleEncoder(nn.Module):
    """Image (n, channels, size, size) or larger, in [0, 1], to mean and log-variance (n, style_dim) of its style.

    recipe_dim: of the recipe (n, recipe_dim) whose `TypicalStyle` is taken off the mean; None where none is.
    """

    def __init__(self, style_dim: int, size: int, channels: int = 3, recipe_dim: int | None = None) -> None:
        super().__init__()
        self.size = size
        self.from_rgb = nn.ModuleDict({str(size): nn.Conv2d(channels, CHANNELS[size], 1)})
        self.down = down_blocks(size, _conv)
        self.head = nn.Linear(CHANNELS[4] * 4 * 4, 2 * style_dim)
        self.typical = TypicalStyle(recipe_dim, style_dim) if recipe_dim else None

    def forward(self, image: Tensor, recipe: Tensor) -> tuple[Tensor, Tensor]:
        h = self.from_rgb[str(self.size)](shrunk(on_grey(image), self.size) * 2 - 1)  # (n, c, size, size)
        for layer in self.down.values():
            h = layer(h)  # (n, c', h / 2, w / 2)
        mean, log_variance = self.head(h.flatten(1)).float().chunk(2, dim=1)  # (n, style_dim) each
        if self.typical:
            mean = mean - self.typical(recipe).float()
        return mean, log_variance.clamp(-12, 8)  # a posterior no narrower than 0.0025, so that the KL stays finite


class Noise(nn.Module):
    """Noise injection (StyleGAN, Karras et al., arXiv 1812.04948, section 3.2), in training alone: adds a map of white
    noise, for each picture its own, to all its maps (n, c, side, side), times a strength a map, 0 at first.

    A discriminator asks for texture; a decoder without noise makes it of the grid of its maps, a weave over every drink
    that it cannot paint without any more. Made of noise it can be left away: a decoder in use paints what is the same
    in all draws.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.strength = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, h: Tensor) -> Tensor:
        if not self.training:
            return h
        return torch.addcmul(h, self.strength.to(h.dtype), torch.randn_like(h[:, :1]))


class FiLMResidual(nn.Module):
    """Residual block with feature-wise linear modulation: adds to maps (n, c, h, w) a convolution of them that a vector
    (n, steer_dim) scales and shifts first (FiLM, Perez et al., arXiv 1709.07871).

    Its gain is 0 at first (ReZero, Bachlechner et al., arXiv 2003.04887): a decoder that it joins paints as before, and
    changes gently.

    noisy: whether maps get noise before they are convolved (see `Noise`).
    """

    def __init__(self, channels: int, steer_dim: int, noisy: bool = False) -> None:
        super().__init__()
        self.steer = nn.Linear(steer_dim, 2 * channels)
        self.noise = Noise(channels) if noisy else None
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.gain = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, h: Tensor, steer: Tensor) -> Tensor:
        scale, shift = self.steer(steer)[:, :, None, None].chunk(2, dim=1)  # (n, c, 1, 1) each
        # In the maps' own precision: under autocast a factor in single precision would double what memory moves.
        steered = torch.addcmul(shift.to(h.dtype), h, (1 + scale).to(h.dtype))
        if self.noise:  # before the nonlinearity, so that what is painted says where it shows
            steered = self.noise(steered)
        return torch.addcmul(h, self.gain.to(h.dtype), self.conv(F.silu(steered)))  # (n, c, h, w)


class Mapping(nn.Module):
    """Mapping network: bends the bottleneck (n, dim) before it steers, as StyleGAN's does (Karras et al., arXiv
    1812.04948): a few numbers reach further through a curved space than through a flat one. Gains are 0 at first."""

    def __init__(self, dim: int, depth: int = 2) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Linear(dim, 2 * dim), nn.SiLU(), nn.Linear(2 * dim, dim)) for _ in range(depth)
        )
        self.gain = nn.Parameter(torch.zeros(depth, dim))

    def forward(self, h: Tensor) -> Tensor:
        for layer, gain in zip(self.layers, self.gain, strict=True):
            h = h + gain * layer(h)  # (n, dim)
        return h


class RecipeDecoder(nn.Module):
    """Style (n, style_dim) and recipe (n, recipe_dim) to an image (n, channels, size, size) in [0, 1].

    Of 4 channels the last is coverage, and the others colours not multiplied by it.

    Both are joined and squeezed through a bottleneck, which makes recipes share what their ingredients have in common:
    that lets the decoder paint a recipe it never saw. The bottleneck is bent, and steers a second convolution at each
    of `FILM_SIZES`.

    Where it grew from `base_size`, skip connections to RGB (StyleGAN2, Karras et al., arXiv 1912.04958, section 4.1)
    add to what maps of that size paint what each larger one does: at first nothing, so that it paints as before.

    Maps of `low_pass` px lose their grid before they go on (see `without_grid`), and those of `noise` px get noise in
    training (see `Noise`).
    """

    def __init__(
        self,
        style_dim: int,
        recipe_dim: int,
        bottleneck_dim: int,
        size: int,
        base_size: int | None = None,
        channels: int = 3,
        low_pass: Sequence[int] = (),
        noise: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.size, self.low_pass = size, tuple(low_pass)
        self.bottleneck = nn.Sequential(nn.Linear(style_dim + recipe_dim, bottleneck_dim), nn.SiLU())
        self.mapping = Mapping(bottleneck_dim)
        self.seed = nn.Linear(bottleneck_dim, CHANNELS[4] * 4 * 4)
        self.up = nn.ModuleDict()
        side = 4
        while side < size:
            self.up[str(2 * side)] = _normed(UpsamplingConv(CHANNELS[side], CHANNELS[2 * side]))
            side *= 2
        self.film = nn.ModuleDict(
            {
                str(side): FiLMResidual(CHANNELS[side], bottleneck_dim, side in noise)
                for side in FILM_SIZES
                if side <= size
            }
        )
        painting = [side for side in map(int, self.up) if side >= (base_size or size)]
        self.to_rgb = nn.ModuleDict({str(side): nn.Conv2d(CHANNELS[side], channels, 3, padding=1) for side in painting})
        for side in painting[1:]:
            for weights in self.to_rgb[str(side)].parameters():
                nn.init.zeros_(weights)

    def forward(self, style: Tensor, recipe: Tensor) -> Tensor:
        steer = self.mapping(self.bottleneck(torch.cat([style, recipe], dim=1)))  # (n, bottleneck_dim)
        h = self.seed(steer).unflatten(1, (-1, 4, 4))  # (n, 256, 4, 4)
        h = h.contiguous(memory_format=torch.channels_last)  # else each residual turns its maps over and back
        logits = None
        for side, layer in self.up.items():
            h = layer(h)  # (n, c, 2h, 2w)
            h = without_grid(h) if int(side) in self.low_pass else h
            h = self.film[side](h, steer) if side in self.film else h
            if side in self.to_rgb:
                painted = self.to_rgb[side](h).float()  # (n, channels, 2h, 2w)
                logits = painted if logits is None else painted + doubled(logits)
        assert logits is not None  # the last maps always paint
        return torch.sigmoid(logits)  # (n, channels, size, size)


def grow(network: nn.Module, weights: dict[str, Tensor]) -> list[str]:
    """Copies the weights of a smaller (or larger) network into the layers both have; returns the names left alone.

    Progressive growing (Karras et al., arXiv 1710.10196) without the fade-in.
    """
    own = network.state_dict()
    shared = {name: value for name, value in weights.items() if name in own and own[name].shape == value.shape}
    network.load_state_dict(own | shared)
    return sorted(own.keys() - shared.keys())
