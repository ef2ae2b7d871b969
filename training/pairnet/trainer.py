"""The pair network as it is trained: network, losses and optimiser in one Lightning module.

Of a shape that must be guessed, such as another glass, the squared error wants the average of what might be, a blur. A
projected discriminator (Sauer et al., arXiv 2111.01007) and a perceptual loss want one that might be (as in pix2pix,
Isola et al., arXiv 1611.07004).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from cocktailman.factors import TELLABLE, changeable, encoded_width, factors, known_at
from cocktailman.losses.perceptual import PerceptualLoss
from cocktailman.losses.projected import ProjectedDiscriminator
from cocktailman.losses.relativistic import RelativisticLoss
from cocktailman.losses.warmup import linear_warmup
from cocktailman.models.backbones import LiteBackbone
from cocktailman.models.blocks import grow
from cocktailman.models.compositing import random_grounds
from cocktailman.models.pairnet.network import PairNet, PairNetConfig, limited, with_experts
from cocktailman.models.pairnet.pieces import Place, misplaced, place_seen
from cocktailman.models.steering import Known
from cocktailman.sheets import SHEETS
from training.pairnet.data import Pair
from training.pairnet.widened import widened
from training.shared.augment_cutouts import affine_alike, color_jitter_alike, mirrored_factors, mirrors
from training.shared.augmented_maps import augmented_maps
from training.shared.gradient_ratios import GradientRatios
from training.shared.kind import KindTraining
from training.shared.optimizers import annealed
from training.shared.runs import NETWORK, part_of, start_with, weights_to_start_from

AUGMENTED = 0.5  # share of pictures whose colours change and that lose a square before the discriminator looks
DISCRIMINATOR_WEIGHT = 0.01  # so that its gradients are not what is clipped: its optimiser takes them at any scale


class PairNetTraining(KindTraining):
    """The pair network with its losses and its optimiser.

    Args:
        size: px, the side of the pictures.
        patch: px, the side of what becomes one place of the finest maps.
        widths: channels of the maps, from the finest on.
        experts: factors that a network of their own learns; each begins as the network of all others is.
        factor_dropout: how often each factor of the picture before is not told.
        all_dropout: how often none is, as with a photo.
        told_of_photos: how often, where none is, each factor that a visitor can tell of a photo is told all the same.
        pieces: factors whose words are put on as pictures of their own (see `cocktailman.models.pairnet.pieces`).
        true_places: whether what is put on is put, while the network learns, where it is in truth (teacher forcing,
            Williams & Zipser, Neural Computation 1, 1989): put where it is only about, it had better be hidden.
        place_weight: of how far these are off their places, beside the share of the squared error, of about 1.
        pooled: whether the squared error is a share of that of copying at the mean of what changes the same factor, and
            not picture by picture (see `unexplained`).
        tint: the most that the colours of both pictures are changed by, as a share.
        adversarial_weight: of the projected discriminator, which looks at what was made and at the factors that it is
            to have, as a ratio to the squared error (see `GradientRatios`); 0 is none, and no perceptual loss either.
        perceptual_weight: of the feature maps of what was made, a ratio too.
        projected_at: px, at what size EfficientNet-Lite0 looks.
        warmup: steps over which both rise from 0.
        learning_rate: of AdamW, at its peak; it falls to 0 along a cosine.
        projected_learning_rate: that of the discriminator.
        start_from: folder of a run or a checkpoint to go on from, such as one of fewer scenes; of a run also its
            discriminator.
    """

    kind = "pairnet"

    def __init__(
        self,
        size: int = 64,
        patch: int = 2,
        widths: Sequence[int] = (24, 48, 96),
        experts: Sequence[str] = (),
        pieces: Sequence[str] = (),
        true_places: bool = False,
        place_weight: float = 1.0,
        factor_dropout: float = 0.2,
        all_dropout: float = 0.2,
        told_of_photos: float = 0.0,
        pooled: bool = False,
        tint: float = 0.1,
        adversarial_weight: float = 0.0,
        perceptual_weight: float = 1.0,
        projected_at: int = 112,
        warmup: int = 100,
        learning_rate: float = 1e-3,
        projected_learning_rate: float = 4e-4,
        start_from: Path | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["start_from"])
        self.factor_dropout, self.all_dropout, self.tint = factor_dropout, all_dropout, tint
        self.true_places, self.place_weight, self.told_of_photos = true_places, place_weight, told_of_photos
        self.tellable = torch.tensor([float(name in TELLABLE) for name in factors()])
        self.adversarial, self.projected_at, self.warmup = adversarial_weight > 0, projected_at, warmup
        self.learning_rate, self.projected_learning_rate = learning_rate, projected_learning_rate
        self.usual_change = UsualChange() if pooled else None
        for name in experts:
            changeable(name)  # raises where there is no such factor
        self.network = PairNet(PairNetConfig(size, patch, list(widths), experts=list(experts), pieces=list(pieces)))
        start = weights_to_start_from(start_from) if start_from else {}
        if start:
            weights = with_experts(part_of(start, NETWORK), experts)
            start_with(self.network, widened(weights, self.network.state_dict()))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if self.adversarial:
            # In a dictionary out of Lightning's sight: frozen weights are neither averaged nor saved with ours.
            self._frozen = {"features": LiteBackbone(0)}
            self.projected = ProjectedDiscriminator(self._frozen["features"].widths[1:], encoded_width())
            grow(self.projected, part_of(start, "projected"))
            self.ratios = GradientRatios({"perceptual": perceptual_weight, "adversarial": adversarial_weight})
            self.perceptual, self.relativistic = PerceptualLoss(), RelativisticLoss()

    def on_fit_start(self) -> None:
        if self.adversarial:
            self._frozen["features"].to(self.device)

    def training_step(self, batch: Pair, batch_idx: int) -> Tensor:
        first, second, before, after, differ, new = batch
        # A mug has its handle to the right: where a glass is put on, pictures are not turned round.
        anew = SHEETS["glass"].anew if "glass" in self.network.config.pieces else ()
        put_on = differ[:, [known_at(name) for name in ("glass", *anew)]].any(1)
        mirrored = torch.where(put_on, 1.0, mirrors(before))
        *moved, new = affine_alike([part.float() / 255 for part in (first, second, new)], mirrored, smallest=0.7)
        image, truth = color_jitter_alike(moved, self.tint)
        known = self._known(differ)
        condition = (mirrored_factors(before, mirrored), known), (mirrored_factors(after, mirrored), differ)
        seen = self._seen(new, *condition)
        true = {name: place for name, (place, _) in seen.items()} if self.true_places else None
        made, where = self.network.made(image.contiguous(memory_format=torch.channels_last), *condition, true)
        made, astray = made.float(), self._astray(where, seen)
        change = squared_error(image, truth)
        usual = self.usual_change(change, differ) if self.usual_change else change
        if self.adversarial:
            wrong, right = condition[0][0], condition[1][0]
            return self._with_discriminator(made, truth, usual, right, wrong) + astray
        loss = unexplained(made, truth, usual)
        self.log("train/unexplained", loss, on_step=False, on_epoch=True)
        return loss + astray

    def _known(self, like: Tensor) -> Tensor:
        """Which factors of the picture before are told, drawn anew, (n, n_factors)."""
        told = torch.rand_like(like) >= self.factor_dropout
        as_of_photos = torch.rand_like(like[:, :1]) < self.all_dropout
        by_visitors = self.tellable.to(like) * torch.rand_like(like) > 1 - self.told_of_photos
        return torch.where(as_of_photos, by_visitors, told).float()

    def _seen(self, new: Tensor, before: Known, after: Known) -> dict[str, tuple[Place, Tensor]]:
        """Where what comes is in truth, as masks (n, SHEETS, h, w) show it, and in which pictures something does."""
        return {
            name: place_seen(
                self.network.pieces_of(name).coming(before, after), new[:, [list(SHEETS).index(name)]]
            )
            for name in self.network.config.pieces
        }  # fmt: skip

    def _astray(self, where: dict[str, Place], seen: dict[str, tuple[Place, Tensor]]) -> Tensor:
        """How far what comes would be put from where it is in truth, weighted, ()."""
        errors = {name: misplaced(place, *seen[name]) for name, place in where.items()}
        logged = {f"train/misplaced_{name}": error.detach() for name, error in errors.items()}
        self.log_dict(logged, on_step=False, on_epoch=True)
        return self.place_weight * sum(errors.values(), torch.zeros((), device=self.device))

    def _with_discriminator(self, made: Tensor, truth: Tensor, change: Tensor, right: Tensor, wrong: Tensor) -> Tensor:
        """The losses of both sides: what was made shall have the factors `right` (n, encoded_width) as the truth has,
        and not those that the picture had, `wrong`."""
        pixels = made.detach().requires_grad_()  # what the network's losses pull at
        ground, seed = random_grounds(truth), int(torch.randint(2**31, ()))
        made_maps = self._maps(limited(pixels), ground, seed)
        with torch.no_grad():
            true_maps = self._maps(truth, ground, seed)
            true_logits = self.projected(true_maps, right)
        losses = {"unexplained": unexplained(pixels, truth, change)}
        losses["perceptual"] = self.perceptual(made_maps, true_maps)
        losses["adversarial"] = self.relativistic(self.projected(made_maps, right), true_logits)
        gradient = self.ratios.gradient(losses, pixels, self.global_step, linear_warmup(self.global_step, self.warmup))

        told = self.projected(true_maps, right), self.projected([part.detach() for part in made_maps], right)
        # The hardest mismatch there is (Reed et al., arXiv 1605.05396): the same factors but for what changed.
        matched, mismatched = (self.projected.projection(true_maps, numbers) for numbers in (right, wrong))
        discriminator = self.relativistic(*told) + self.relativistic(matched, mismatched)
        logged = losses | {"discriminator": discriminator}
        self.log_dict({f"train/{name}": value.detach() for name, value in logged.items()}, on_step=False, on_epoch=True)
        return (made * gradient).sum() + DISCRIMINATOR_WEIGHT * discriminator

    def _maps(self, image: Tensor, ground: Tensor, seed: int) -> list[Tensor]:
        """Feature maps of premultiplied pictures over their grounds, augmented, at strides 4 to 32."""
        shown = image[:, :3] + ground * (1 - image[:, 3:])
        return augmented_maps(self._frozen["features"], shown, AUGMENTED, seed, self.projected_at)

    def validation_step(self, batch: Pair, batch_idx: int) -> None:
        first, second, before, after, differ, _ = batch
        image, truth = first.float() / 255, second.float() / 255
        made = self.network.edited(image, (before, torch.ones_like(differ)), (after, differ))
        self.log("validation/unexplained", unexplained(made, truth, squared_error(image, truth)), batch_size=len(first))
        self.log("validation/mae", (made - truth).abs().mean(), prog_bar=True, batch_size=len(first))
        self.log("validation/mae_of_copying", (image - truth).abs().mean(), batch_size=len(first))

    def configure_optimizers(self):
        parts: list[dict] = [{"params": list(self.network.parameters())}]
        if self.adversarial:
            parts[0]["betas"] = 0.0, 0.99
            discriminator = {"params": list(self.projected.parameters()), "betas": (0.0, 0.99), "weight_decay": 0.0}
            parts.append(discriminator | {"lr": self.projected_learning_rate})
        return annealed(self, torch.optim.AdamW(parts, self.learning_rate, weight_decay=1e-2))


class UsualChange(nn.Module):
    """How much a picture changes where a factor does: the mean of all changes (n,) seen so far in which the same
    factors `differ` (n, n_factors), (n,)."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("total", torch.zeros(len(factors())))
        self.register_buffer("count", torch.zeros(len(factors())))

    def forward(self, change: Tensor, differ: Tensor) -> Tensor:
        self.total, self.count = self.total + change @ differ, self.count + differ.sum(0)
        return (differ * self.total / self.count.clamp(min=1)).sum(1) / differ.sum(1).clamp(min=1)


def squared_error(first: Tensor, second: Tensor) -> Tensor:
    """Of each picture, its mean, (n,)."""
    return (first - second).square().mean((1, 2, 3))


def unexplained(made: Tensor, truth: Tensor, change: Tensor) -> Tensor:
    """The squared error of each picture as a share of `change` (n,), mean over pictures, ().

    Where `change` is that of the picture itself, the error of copying it, a change of light counts as much as that of
    the glass, which is ten times as large; but what is changed in vain, where hardly anything was to change, counts
    most of all, and a network that fears it leaves liquids as they are. Where it is the mean over all pictures in which
    the same factor changes (see `UsualChange`), factors count alike, and pictures by how much is to change.

    Of a change that can hardly be seen it is a share of 0.0003, the square of 0.017.
    """
    return (squared_error(made, truth) / change.clamp(min=3e-4)).mean()
