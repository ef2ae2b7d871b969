"""The C-IDVAE as it is trained: encoder and discriminator in one, decoder and generator in one, four losses at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from cocktailman.errors import InputError
from cocktailman.losses.adversarial import DiscriminatorLoss, Error, GeneratorLoss
from cocktailman.losses.augment import changed
from cocktailman.losses.energy import EnergyScore
from cocktailman.losses.feature_reconstruction import FeatureReconstruction
from cocktailman.losses.gradient_penalty import GradientPenalty
from cocktailman.losses.kl import AggregateKL, KLDivergence
from cocktailman.losses.mode_seeking import ModeSeeking
from cocktailman.losses.moments import FeatureMoments
from cocktailman.losses.perceptual import PerceptualLoss
from cocktailman.losses.projected import ProjectedVerdict
from cocktailman.losses.reconstruction import Reconstruction
from cocktailman.losses.warmup import linear_warmup
from cocktailman.models.backbones import LITE_FEATURES
from cocktailman.models.blocks import grow
from cocktailman.models.cidvae.network import CIDVAE, CIDVAEConfig, Judgement, without_batch_norm
from cocktailman.models.cvae.network import drawn_style
from training.datasets.batches import Batch
from training.shared.kind import KindTraining
from training.shared.readers import READ_SHARE, backbones_that_read, fit_readers, readers_on
from training.shared.validation import log_validation

PROJECTED_AT = 96  # px, at which a second opinion looks at pictures
APART_AT = 64  # px, at which two drinks of one recipe are kept apart
SCORED_AT = 112  # px, at which they are compared with a photo of it
COARSE, COARSE_AT = 64, 128  # px, to which they are reduced at each other step, and enlarged again: no finer than that
GENTLY, LEAST_PULL = 1.02, 0.01  # by how much the pull changes at a step, and its lower end


@dataclass
class Turn:
    """One batch as both networks see it: photos judged; rebuilt and sampled drinks, and what the encoder says of them.

    What is judged are the drinks' pixels, cut off from the decoder (`shown`): each loss decides for itself what goes on
    to the decoder, and the discriminator's goes nowhere.
    """

    photos: Judgement
    poured: Tensor  # (n, recipe_dim), what is sampled: the recipes, or half of them twice
    style: Tensor  # (n, style_dim), in which it is
    rebuilt: Tensor  # (n, 3, size, size)
    sampled: Tensor  # (n, 3, size, size)
    shown: tuple[Tensor, Tensor]  # rebuilt and sampled again, as leaves
    real: Tensor  # (n,), logits of photos as the discriminator sees them
    judged: tuple[Tensor, Tensor]  # (n,) each, those of rebuilt and sampled ones


def _resized(image: Tensor, size: int) -> Tensor:
    return F.interpolate(image, size, mode="bilinear", align_corners=False)


def means_over_places(maps: list[Tensor]) -> Tensor:
    """Maps (n, c, h, w) as features, (n, d)."""
    return torch.cat([part.float().mean((2, 3)) for part in maps], dim=1)


def strangers(recipe: Tensor, whole: Tensor) -> Tensor:
    """Which recipes (n, recipe_dim) name what is not in the drink, (n,): neither thinned nor unknown ones do."""
    return ((recipe > 0) & (whole == 0)).any(1)


class CIDVAETraining(KindTraining):
    """The C-IDVAE with its losses and its two optimisers.

    Encoder: adversarial as a discriminator, reconstruction, KL. Decoder: reconstruction as an ordinary decoder, then
    adversarial as a generator, both before it takes its step.

    Args:
        style_dim: numbers in a style vector.
        size: px, the side of the pictures.
        adversarial: `bce` or `mse`, the error of a verdict.
        adversarial_weight: of the encoder's loss as a discriminator.
        pull: of the discriminator on a sampled drink's pixels, as a share of the pull of the reconstruction error on
            those of a rebuilt one: both gradients are measured at each step (the adaptive weight of VQGAN, Esser,
            Rombach & Ommer, arXiv 2012.09841, eq. 7, at the pixels). It is where the share starts: then it grows where
            the generator's loss is above `lead`, and shrinks where it is below, by 2 % a step (a balance kept as in
            BEGAN, Berthelot, Schumm & Metz, arXiv 1703.10717, eq. 5).
        lead: the generator's loss at which the discriminator is kept: a lead, but not so large that it says nothing.
        most_pull: the upper end of `pull`.
        pull_from: steps that the discriminator learns before it pulls.
        reader_pull: of the readers of recipes (`RecipeConsistency`) on a sampled drink's pixels, in the same measure,
            and always the same; 0 leaves them out.
        diversity_pull: of what keeps two samples of a recipe apart (`ModeSeeking`, as EfficientNet-Lite1 sees them), in
            the same measure; 0 leaves it out.
        energy_pull: of what makes the drinks of a recipe as alike, and as different, as its photos are (`EnergyScore`,
            as EfficientNet-Lite1 sees them), in the same measure; 0 leaves it out.
        moment_pull: of what makes all drinks together like all photos (`FeatureMoments`, of what EfficientNet-Lite1
            sees), in the same measure; 0 leaves it out.
        own_styles: how often a drink is sampled in the style of a photo instead of one of the prior: where both losses
            pull at the same styles, they have to agree.
        reconstruction: `mse` or `mae`, the pixel error.
        reconstruction_weight: of the pixel error.
        perceptual_pull: of what a rebuilt photo should look like (`PerceptualLoss`) on its pixels, in the same measure;
            0 leaves it out.
        feature_weight: of the error of the discriminator's features; 0 leaves it out.
        projected_weight: of a second discriminator's loss, that looks at samples through EfficientNet-Lite1; it shares
            the encoder's optimiser and is not part of the model. 0 leaves it out.
        augmented: of how many pictures either discriminator judges, each is recoloured, moved or cut out before it does
            (differentiable augmentation, Zhao et al., arXiv 2006.10738; a share below 0.8 keeps these changes out of
            what is painted, Karras et al., arXiv 2006.06676, sec. 2.2): there are few photos to learn by heart.
        kl_weight: of the KL in nats.
        aggregate_weight: of the KL of all styles of a batch together, in nats (`AggregateKL`); 0 leaves it out.
        mismatch: show both discriminators photos beside recipes that are not theirs.
        penalty_weight: of the R1 penalty, which is taken each `penalty_every` steps (Karras et al., arXiv 1912.04958);
            0 leaves it out.
        recipe_dropout: how often each ingredient is left out of a training recipe.
        unknown_recipes: how often a recipe is left out altogether, so that a photo of an unknown drink can be encoded.
        encoder_rate, decoder_rate: the two learning rates of Adam (Heusel et al., arXiv 1706.08500); both rise over
            `warmup` steps, and fall to a tenth along a cosine.
        refined: whether the decoder works twice at most sizes, steered by style and recipe.
        summed: whether the decoder paints from earlier maps as well.
        start_from: folder of a CVAE or C-IDVAE, of any size, whose weights start the layers both have. The batch
            normalisation of its decoder then stays as it is.
    """

    kind = "cidvae"

    def __init__(
        self,
        style_dim: int = 6,
        size: int = 128,
        adversarial: Error = "bce",
        adversarial_weight: float = 0.5,
        pull: float = 0.3,
        lead: float = 2.0,
        most_pull: float = 12.0,
        pull_from: int = 300,
        reader_pull: float = 0.0,
        diversity_pull: float = 0.0,
        energy_pull: float = 0.0,
        moment_pull: float = 0.0,
        own_styles: float = 0.5,
        reconstruction: Literal["mse", "mae"] = "mse",
        reconstruction_weight: float = 20.0,
        perceptual_pull: float = 0.0,
        feature_weight: float = 0.0,
        projected_weight: float = 0.0,
        augmented: float = 0.0,
        kl_weight: float = 3e-3,
        aggregate_weight: float = 0.0,
        mismatch: bool = True,
        penalty_weight: float = 10.0,
        penalty_every: int = 16,
        recipe_dropout: float = 0.1,
        unknown_recipes: float = 0.1,
        encoder_rate: float = 4e-4,
        decoder_rate: float = 2e-4,
        warmup: int = 100,
        refined: bool = False,
        summed: bool = False,
        start_from: Path | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["start_from"])
        self.automatic_optimization = False
        try:
            self.network = CIDVAE(CIDVAEConfig(style_dim=style_dim, size=size, refined=refined, summed=summed))
            smaller = load_file(start_from / "model.safetensors") if start_from else {}
        except (ValueError, OSError, SafetensorError) as error:
            raise InputError(f"the network cannot be built: {error}") from error
        grow(self.network, without_batch_norm({name: value.float() for name, value in smaller.items()}))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.norms_stay = start_from is not None
        self.weight = {
            "discriminator": adversarial_weight,
            "reconstruction": reconstruction_weight,
            "feature": feature_weight,
            "kl": kl_weight,
            "aggregate": aggregate_weight,
            "projected": projected_weight,
            "penalty": penalty_weight,
        }
        self.pull: Tensor
        self.register_buffer("pull", torch.tensor(pull))
        self.lead, self.most_pull, self.pull_from = lead, most_pull, pull_from
        self.steady = {
            "consistency": reader_pull,
            "diversity": diversity_pull,
            "energy": energy_pull,
            "moments": moment_pull,
        }
        self.perceptual_pull = perceptual_pull
        self.in_pairs = bool(diversity_pull or energy_pull or moment_pull)
        self.own_styles = own_styles
        self.mismatch, self.augmented, self.penalty_every = mismatch, augmented, penalty_every
        self.recipe_dropout, self.unknown_recipes = recipe_dropout, unknown_recipes
        self.rates, self.warmup = (encoder_rate, decoder_rate), warmup
        self.discriminator, self.generator = DiscriminatorLoss(adversarial), GeneratorLoss(adversarial)
        self.reconstruction, self.feature = Reconstruction(reconstruction), FeatureReconstruction()
        self.kl, self.aggregate, self.penalty = KLDivergence(), AggregateKL(), GradientPenalty()
        self.diversity, self.energy = ModeSeeking(), EnergyScore()
        # In a dictionary out of Lightning's sight: frozen weights are neither averaged nor saved with ours.
        self._frozen: dict[str, Any] = {}
        sighted = projected_weight or perceptual_pull or any(self.steady.values())
        backbones = backbones_that_read() if sighted else []
        if backbones:
            self._frozen["eyes"] = backbones[0]
        if projected_weight:
            self.projected = ProjectedVerdict(backbones[0].widths[1:], self.network.config.recipe_dim)
        if perceptual_pull:
            self._frozen["perceptual"] = PerceptualLoss(backbones[0])
        if moment_pull:
            features = sum(backbones[0].widths[1:]) + LITE_FEATURES
            self.moments = nn.ModuleList([FeatureMoments(features), FeatureMoments(features)])  # at either size
        if reader_pull:
            self._frozen["consistency"] = readers_on(backbones)

    def on_fit_start(self) -> None:
        for network in self._frozen.values():
            network.to(self.device)
        if "consistency" in self._frozen:
            fit_readers(self._frozen["consistency"], self)

    def training_step(self, batch: Batch, batch_idx: int) -> None:
        image, whole = batch
        recipe = self._thinned(whole)
        turn = self.look(image, recipe)
        terms = self.terms(turn, image, recipe, whole)
        # Through the second opinion's frozen eyes to the pixels and no further would be a fifth of a step's time.
        self.manual_backward(self.total(turn, terms), inputs=list(self.parameters()))
        for optimizer in self.optimizers():  # type: ignore[union-attr]
            self.clip_gradients(optimizer, 10.0, "norm")
            optimizer.step()
            optimizer.zero_grad()
        for schedule in self.lr_schedulers():  # type: ignore[union-attr]
            schedule.step()
        if self.steps > self.pull_from:
            self.pull.mul_(GENTLY if terms["generator"] > self.lead else 1 / GENTLY).clamp_(LEAST_PULL, self.most_pull)
        logged = {name: value.detach() for name, value in terms.items()} | {"pull": self.pull.clone()}
        self.log_dict({f"train/{name}": value for name, value in logged.items()}, on_step=False, on_epoch=True)

    @property
    def steps(self) -> int:
        """Batches so far."""
        return self.global_step // len(self.rates)  # Lightning counts the steps of each optimiser

    @property
    def coarse(self) -> bool:
        """Whether it is the turn of reduced pictures to be compared."""
        return bool(self.steady["moments"]) and self.steps % 2 == 1

    def look(self, image: Tensor, recipe: Tensor) -> Turn:
        """One pass of everything: images (n, 3, size, size) in [0, 1] and recipes (n, recipe_dim)."""
        photos = self.network.encoder(image, recipe)
        style = drawn_style(photos.mean, photos.log_variance)  # (n, style_dim)
        rebuilt = self.network.decoder(style, recipe)
        own = torch.rand(len(style), 1, device=style.device) < self.own_styles
        drawn, poured = torch.where(own, style.detach(), torch.randn_like(style)), self._poured(recipe)
        sampled = self.network.decoder(drawn, poured)
        shown = rebuilt.detach().requires_grad_(), sampled.detach().requires_grad_()
        real = self._verdict(image, recipe) if self.augmented else photos.real
        judged = self._verdict(shown[0], recipe), self._verdict(shown[1], poured)
        return Turn(photos, poured, drawn, rebuilt, sampled, shown, real, judged)

    def terms(self, turn: Turn, image: Tensor, recipe: Tensor, whole: Tensor) -> dict[str, Tensor]:
        """Each loss, unweighted, by name, (); `whole` are the recipes before anything was left out."""
        others = recipe.roll(1, 0)
        wrong = strangers(others, whole) & self.mismatch
        fakes = [*turn.judged]
        if wrong.any():
            fakes.append(self._verdict(image[wrong], others[wrong]))
        terms = {
            "discriminator": self.discriminator(turn.real, fakes),
            "kl": self.kl(turn.photos.mean, turn.photos.log_variance),
            "reconstruction": self.reconstruction(turn.shown[0], image),
            "generator": self.generator(turn.judged[1]),
        }
        if self.weight["projected"]:
            seen, painted = self._judged_maps(image), self.projected(self._judged_maps(turn.shown[1]), turn.poured)
            fakes = [painted]
            if wrong.any():
                fakes.append(self.projected([part[wrong] for part in seen], others[wrong]))
            terms["projected"] = self.discriminator(self.projected(seen, recipe), fakes)
            terms["generator"] = (terms["generator"] + self.generator(painted)) / 2
        if self.steady["consistency"]:
            read = math.ceil(len(recipe) * READ_SHARE)
            terms["consistency"] = self._frozen["consistency"](turn.shown[1][:read], turn.poured[:read])
        if self.steady["diversity"]:
            terms["diversity"] = self.diversity(self._maps(turn.shown[1], APART_AT), turn.style)
        if self.steady["energy"] or self.steady["moments"]:
            maps = [self._scored_maps(part) for part in (turn.shown[1], image[: len(image) // 2])]
        if self.steady["energy"]:
            terms["energy"] = self.energy(*maps)
        if self.steady["moments"]:
            terms["moments"] = self.moments[self.coarse](*map(means_over_places, maps))
        if self.perceptual_pull:
            terms["perceptual"] = self._frozen["perceptual"](turn.shown[0], image)
        if self.weight["aggregate"]:
            terms["aggregate"] = self.aggregate(turn.photos.mean, turn.photos.log_variance)
        if self.weight["feature"]:
            terms["feature"] = self.feature(self.network.encoder(turn.shown[0], recipe).features, turn.photos.features)
        if self.weight["penalty"] and self.steps % self.penalty_every == 0:
            with torch.autocast(image.device.type, enabled=False):  # a gradient of a gradient wants exact numbers
                pixels = image.float().requires_grad_()
                terms["penalty"] = self.penalty(self.network.encoder(pixels, recipe).real, pixels)
        return terms

    def _verdict(self, image: Tensor, recipe: Tensor) -> Tensor:
        return self.network.encoder(changed(image, self.augmented), recipe).real  # (n,)

    def _judged_maps(self, image: Tensor) -> list[Tensor]:
        """What the second opinion is formed from."""
        return self._maps(image, PROJECTED_AT, self.augmented)

    def _scored_maps(self, image: Tensor) -> list[Tensor]:
        """What drinks and photos are compared by, at one size and then the other."""
        shown = _resized(F.adaptive_avg_pool2d(image, COARSE), COARSE_AT) if self.coarse else _resized(image, SCORED_AT)
        return self._frozen["eyes"].maps_to_the_last(shown)[1:]

    def _maps(self, image: Tensor, size: int, share: float = 0.0) -> list[Tensor]:
        """What EfficientNet-Lite1 sees in pictures of this size, of which a share are changed."""
        return self._frozen["eyes"].maps(changed(_resized(image, size), share))[1:]

    def total(self, turn: Turn, terms: dict[str, Tensor]) -> Tensor:
        """What to make small, (): its gradient reaches both networks, each by the losses that are meant for it."""
        return self._encoder_loss(terms) + self._decoder_loss(turn, terms)

    def _encoder_loss(self, terms: dict[str, Tensor]) -> Tensor:
        """What reaches the encoder at once; its share of the reconstruction error comes back through the decoder."""
        loss = self.weight["discriminator"] * terms["discriminator"] + self.weight["kl"] * terms["kl"]
        for term in ("aggregate", "projected"):
            if term in terms:
                loss = loss + self.weight[term] * terms[term]
        if "penalty" in terms:
            loss = loss + self.weight["penalty"] / 2 * self.penalty_every * terms["penalty"]
        return loss

    def _decoder_loss(self, turn: Turn, terms: dict[str, Tensor]) -> Tensor:
        """A sum whose gradient at the painted pixels is that of the losses at the pixels shown.

        As an ordinary decoder: reconstruction, and on through the style to the encoder. As a generator: adversarial,
        and to the readers' liking, and no further than the decoder, for its styles come from the prior, or are cut off
        from the photo's.
        """
        wanted = self.weight["reconstruction"] * terms["reconstruction"]
        if "feature" in terms:
            wanted = wanted + self.weight["feature"] * terms["feature"]
        (as_decoder,) = torch.autograd.grad(wanted, turn.shown[0], retain_graph=True)
        loss = (turn.rebuilt * as_decoder).sum()
        pulls = [(term, pull, turn.sampled, turn.shown[1]) for term, pull in self._pulls().items()]
        if self.perceptual_pull:
            pulls.append(("perceptual", self.perceptual_pull, turn.rebuilt, turn.shown[0]))
        for term, pull, painted, shown in pulls:
            (gradient,) = torch.autograd.grad(terms[term], shown, retain_graph=True)
            share = pull * as_decoder.norm() / gradient.norm().clamp(min=1e-12)
            loss = loss + share * (painted * gradient).sum()
        return loss

    def _pulls(self) -> dict[str, Tensor | float]:
        """What pulls at sampled drinks by now, and how hard."""
        pulls: dict[str, Tensor | float] = {term: pull for term, pull in self.steady.items() if pull}
        return pulls | {"generator": self.pull} if self.steps >= self.pull_from else pulls

    def _poured(self, recipe: Tensor) -> Tensor:
        """Recipes to sample, (n, recipe_dim); where drinks of one recipe are kept apart, the first half comes twice."""
        half = len(recipe) // 2
        return torch.cat([recipe[:half], recipe[: len(recipe) - half]]) if self.in_pairs else recipe

    def _thinned(self, recipe: Tensor) -> Tensor:
        known = torch.rand(len(recipe), 1, device=recipe.device) >= self.unknown_recipes
        return recipe * known * (torch.rand_like(recipe) >= self.recipe_dropout)

    def on_train_epoch_start(self) -> None:
        if self.norms_stay:
            for layer in self.network.decoder.modules():
                if isinstance(layer, nn.BatchNorm2d):
                    layer.eval()

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        log_validation(self, self.network, batch)

    def configure_optimizers(self):
        judges = [
            *self.network.encoder.parameters(),
            *(self.projected.parameters() if self.weight["projected"] else ()),
        ]
        steps, pairs = int(self.trainer.estimated_stepping_batches), []
        for weights, rate in zip((judges, self.network.decoder.parameters()), self.rates, strict=True):
            optimizer = torch.optim.Adam(weights, rate, betas=(0.5, 0.99))
            schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, partial(self._share_of_rate, steps=steps))
            pairs.append({"optimizer": optimizer, "lr_scheduler": schedule})
        return tuple(pairs)

    def _share_of_rate(self, step: int, steps: int) -> float:
        falling = 0.1 + 0.9 * (1 + math.cos(math.pi * min(1.0, step / steps))) / 2
        return falling * linear_warmup(step + 1, self.warmup)
