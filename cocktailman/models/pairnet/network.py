"""The pair network: a picture, and factors before and after, to the same picture with these factors changed.

It paints no picture of its own: at each pixel it says how much of what was there stays, and what is added. So it
leaves alone what it has no reason to change, and works on pictures larger than what it looks at, whose detail stays
(after bilateral learning, Gharbi et al., arXiv 1707.02880, in the simplest form: what it says is enlarged smoothly).

Liquids are painted in the colours that their mixture is known to have (see `cocktailman.mixtures`): where there is one,
how deep it is and how cloudy is what the network says; of which colour it has to be told, and to learn of none.

A piece of garnish, or another glass, may be put on as a picture of its own (`cocktailman.models.pairnet.pieces`), and a
drink be poured into the glass as its shape wants it (`cocktailman.models.pairnet.drinks`).

A factor may have a network of its own, an expert (mixture of experts with a hard gate, Jacobs et al., Neural
Computation 3, 1991): where one network learns them all, those whose changes are large and plain, such as that of the
glass, keep it from learning what becomes of a liquid or of a piece of ice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch.nn import functional as F

from cocktailman.factors import LOOK, encoded_width, factors
from cocktailman.models.compositing import mean_colour
from cocktailman.models.pairnet.drinks import pour
from cocktailman.models.pairnet.pieces import Pieces, Place, laid_on
from cocktailman.models.steering import FactorEmbedding, Known, of_each_number, told_of
from cocktailman.models.unet import UNet
from cocktailman.sheets import sheet_of

BRIGHTEST = 2.5  # the most that what was there is multiplied by
DARKEST = 0.02  # that a colour is taken for where a ratio is formed
KEPT_ADDED_POURED = 12  # numbers of each pixel that say what stays, what is added and what is poured, four each
MIXED = "ingredients"  # the factor that says how a mixture looks


@dataclass
class PairNetConfig:
    """What a pair network is built from; the defaults are those of the shipped one."""

    size: int = 64  # px, the side of what it looks at
    patch: int = 2  # px, the side of what becomes one place of its finest maps
    widths: list[int] = field(default_factory=lambda: [24, 48, 96])  # channels of maps of 32, 16 and 8 places a side
    steer_dim: int = 160  # numbers that steer each block
    least_change: float = 4 / 255  # of a pixel: what would change by less, which nobody would see, stays as it was
    experts: list[str] = field(default_factory=list)  # factors that have a network of their own
    factor_dim: int = field(default_factory=encoded_width)  # numbers that factors are
    pieces: list[str] = field(default_factory=list)  # factors whose words are put on as pictures of their own


class Made(NamedTuple):
    """Pictures, and where the pieces of each factor went that were put on; of a picture without one, anywhere."""

    image: Tensor
    places: dict[str, Place]


class PairNet(nn.Module, PyTorchModelHubMixin):
    """Cut-outs (n, 4, h, w), premultiplied, in [0, 1], and factors before and after to cut-outs of the same size.

    Factors after are known where they change, and nowhere else; those before may be known or not. Of several that
    change, what has no expert comes first, then each expert's, on what has been made so far.
    """

    def __init__(self, config: PairNetConfig) -> None:
        super().__init__()
        self.config = config
        self.before, self.after = FactorEmbedding(config.steer_dim), FactorEmbedding(config.steer_dim)
        told = config.steer_dim + 4
        own = [name for name in config.pieces if not {name, *sheet_of(name).anew} <= {*config.experts}]
        self.pieces = nn.ModuleDict({name: Pieces(name, config.steer_dim, told) for name in own})
        sees = 4 + 2 * (LOOK + 1) + sum(pieces.channels_laid for pieces in self._pieces())  # numbers of each pixel
        says = KEPT_ADDED_POURED + sum(pieces.channels_said for pieces in self._pieces())
        self.unet = UNet(sees, says, config.patch, config.widths, config.steer_dim)
        last = nn.Linear(128, 12)
        nn.init.zeros_(last.weight)  # at first all stays
        nn.init.zeros_(last.bias)
        self.overall = nn.Sequential(nn.Linear(told, 128), nn.SiLU(), last)
        self.experts = nn.ModuleDict({name: PairNet(_of_expert(name, config)) for name in config.experts})

    def forward(self, image: Tensor, before: Known, after: Known) -> Tensor:
        return self.made(image, before, after).image

    def made(self, image: Tensor, before: Known, after: Known, true: Mapping[str, Place] | None = None) -> Made:
        """As `forward`, and where it would put pieces; they are put where they are in truth, if that is given."""
        true = true or {}
        if not self.config.experts:
            return self._changed(image, before, after, true)
        made, asked_for, places = image, after[1], {}
        for network, own in self._networks(asked_for):
            asked = asked_for * own  # (n, n_factors)
            (rows,) = asked.any(1).nonzero(as_tuple=True)
            if len(rows):
                told = (before[0][rows], before[1][rows]), (after[0][rows], asked[rows])
                shown = {name: Place(*(part[rows] for part in place)) for name, place in true.items()}
                changed, at = network._changed(made[rows], *told, shown)
                made = made.index_copy(0, rows, changed.to(made.dtype))
                for name, each in at.items():
                    places[name] = _spread(each, rows, places.get(name, _nowhere(image)))
                before = _merged(before, (after[0], asked))  # what one has changed is what the next one finds
        return Made(made, places)

    def pieces_of(self, factor: str) -> Pieces:
        """The pictures that a factor, one of `config.pieces`, is put on by, by itself or by its own expert."""
        network = self.experts[factor] if factor in self.config.experts else self
        return network.pieces[factor]  # type: ignore[index, return-value]

    def _pieces(self) -> list[Pieces]:
        return [*self.pieces.values()]  # type: ignore[list-item]

    def _networks(self, like: Tensor) -> Iterator[tuple["PairNet", Tensor]]:
        """Itself, then each expert; and which factors, (n_factors,), are its own."""
        names = list(factors())
        yield self, torch.tensor([float(name not in self.experts) for name in names], device=like.device)
        for expert, network in self.experts.items():
            yield network, torch.tensor([float(name == expert) for name in names], device=like.device)  # type: ignore[misc]

    def _changed(self, image: Tensor, before: Known, after: Known, true: Mapping[str, Place]) -> Made:
        steer = F.silu(self.before(*before) + self.after(*after))  # (n, steer_dim)
        seen = image if image.shape[2] == self.config.size else F.interpolate(
            image, (self.config.size, self.config.size), mode="bilinear", antialias=True
        )  # fmt: skip
        own = dict(zip(self.pieces, self._pieces(), strict=True))
        where = {name: pieces.place(seen * 2 - 1, steer) for name, pieces in own.items()}
        coming = {name: pieces.coming(before, after) for name, pieces in own.items()}
        put = {name: true.get(name, place) for name, place in where.items()}
        laid = [laid_on(coming[name], place, seen) for name, place in put.items()]
        looks = _look(before), _look(after)
        told = torch.cat(looks, 1)[:, :, None, None].expand(-1, -1, *seen.shape[2:])  # (n, 2 LOOK + 2, size, size)
        output = self.unet(torch.cat([seen * 2 - 1, told, *laid], 1), steer).float()  # all 0 at first
        if image.shape != seen.shape:
            output = F.interpolate(output, image.shape[2:], mode="bicubic")
            laid = [laid_on(coming[name], place, image) for name, place in put.items()]
        kept, added, poured = output[:, :KEPT_ADDED_POURED].chunk(3, dim=1)  # (n, 4, h, w) each
        gain = BRIGHTEST * torch.sigmoid(kept - FIRST)  # 1 where nothing is added
        made = gain * _with_liquid(self._relit(image, steer), poured, *looks) + added  # about in [0, 1]: see `limited`
        facts = _facts(steer, image)
        said = output[:, KEPT_ADDED_POURED:].split([pieces.channels_said for pieces in own.values()], dim=1)
        for pieces, piece, says in zip(own.values(), laid, said, strict=True):
            if pieces.holds:
                made = pour(made, image, piece[:, 4:], says[:, 1:], _known_look(*looks))
            made = pieces.put_on(made, piece, says[:, :1], facts)
        return Made(made, where)

    def edited(self, image: Tensor, before: Known, after: Known) -> Tensor:
        """As `forward`, in [0, 1]; pixels that would hardly change stay as they were, to the bit (hard thresholding,
        Donoho & Johnstone, Biometrika 81, 1994, of the change instead of wavelets): an average of what might be is
        a little off everywhere."""
        made = limited(self(image, before, after))
        change = (made - image).abs().amax(1, keepdim=True)  # (n, 1, h, w)
        return torch.where(change < self.config.least_change, image, made)

    def _relit(self, image: Tensor, steer: Tensor) -> Tensor:
        """All colours of a picture changed alike, by a matrix that hangs on what is asked for and on its mean: most of
        what another light does."""
        matrix = self.overall(_facts(steer, image)).float().unflatten(1, (3, 4))
        colours = image[:, :3] + torch.einsum("nij,njhw->nihw", matrix, image)
        return torch.cat([colours, image[:, 3:]], 1)  # (n, 4, h, w)


def _of_expert(factor: str, config: PairNetConfig) -> PairNetConfig:
    own = [name for name in config.pieces if factor in {name, *sheet_of(name).anew}]
    return replace(config, experts=[], pieces=own)


def _facts(steer: Tensor, image: Tensor) -> Tensor:
    """What there is to say about a picture as a whole: what steers, its mean colour, and 1; (n, steer_dim + 4)."""
    colour = mean_colour(image)
    return torch.cat([steer, colour, torch.ones_like(colour[:, :1])], 1)


def _spread(place: Place, rows: Tensor, others: Place) -> Place:
    """The places of some `rows` among those of `others`."""
    return Place(*(other.index_copy(0, rows, part) for other, part in zip(others, place, strict=True)))


def _nowhere(like: Tensor) -> Place:
    """The middle of each picture, without size."""
    return Place(like.new_zeros(len(like), 2), like.new_zeros(len(like), 2))


def _look(told: Known) -> Tensor:
    """How a mixture is told to look, all 0 where that is not known, and whether it is: (n, LOOK + 1). Of a recipe
    without a liquid nobody knows."""
    look = told_of(told, MIXED)[:, -LOOK:]
    return torch.cat([look, (look != 0).any(1, keepdim=True).to(look)], 1)


def _known_look(before: Tensor, after: Tensor) -> Tensor:
    """Of looks (n, LOOK + 1) that of the mixture that there is in the end."""
    return torch.where(after[:, -1:] > 0, after, before)


def _with_liquid(image: Tensor, poured: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """Premultiplied pictures (n, 4, h, w) with a liquid in them: how deep it is, how much of it is cloud and how much
    clear, and its shade, are `poured` (n, 4, h, w), 0 where it stays as it was; looks are (n, LOOK + 1).

    What shines through a clear liquid changes by the ratio of the colours that light has behind the mixtures, to the
    power of the depth (Beer and Lambert). A cloud hides what is behind it, and has the colour of the mixture.
    """
    new = _known_look(before, after)[:, :, None, None]
    (old_through, *_), (through, cloudy) = _colours(before[:, :, None, None]), _colours(new)
    both = (before[:, -1] * after[:, -1])[:, None, None, None]  # a ratio wants both to be known
    ratio = (through.clamp(min=DARKEST).log() - old_through.clamp(min=DARKEST).log()) * both
    depth, cloud, clear, shade = poured.chunk(4, dim=1)  # (n, 1, h, w) each
    cloud, clear, light = cloud * new[:, -1:], clear * new[:, -1:], shade.clamp(-2, 2).exp()
    seen_through = image[:, :3] * (2 * depth * ratio).clamp(-3, 1.5).exp()
    colours = (1 - cloud - clear) * seen_through + image[:, 3:] * light * (cloud * cloudy + clear * through)
    return torch.cat([colours, image[:, 3:]], 1)


def _colours(look: Tensor) -> tuple[Tensor, Tensor]:
    """Of looks (n, LOOK + 1, 1, 1) the colours through a glass and of a cloud of it, (n, 3, 1, 1) each, in [0, 1]."""
    return (look[:, :3] + 1) / 2, (look[:, 4:7] + 1) / 2


def _merged(before: Known, after: Known) -> Known:
    """What is known once what was asked for has been done."""
    return torch.where(of_each_number(after[1]) > 0, after[0], before[0]), torch.maximum(before[1], after[1])


def with_experts(weights: dict[str, Tensor], experts: Sequence[str]) -> dict[str, Tensor]:
    """Weights of a pair network, and of experts that begin as it is, where they are not there."""
    own = {name: value for name, value in weights.items() if not name.startswith("experts.")}
    return {f"experts.{expert}.{name}": value for expert in experts for name, value in own.items()} | weights


FIRST = float(torch.log(torch.tensor(BRIGHTEST - 1)))  # what makes the gain 1


def limited(image: Tensor) -> Tensor:
    """Premultiplied (n, 4, h, w) in [0, 1], no colour above its coverage."""
    coverage = image[:, 3:].clamp(0, 1)
    return torch.cat([torch.minimum(image[:, :3].clamp(min=0), coverage), coverage], dim=1)
