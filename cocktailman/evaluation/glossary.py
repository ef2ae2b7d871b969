"""What the numbers in a checkpoint's metrics.json are called, and what each means in a sentence.

A generator's metrics.json has under `comparison` what was compared (`data`), at which size in px rebuilt pictures were
(`size`), the `metrics` by the ids below, each an `Estimate`, and `reference` the same of the real pictures: of kernel
distance, precision, recall, density and coverage, those of one half of them from the other.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """A measured quantity, the same for every generator."""

    id: str  # its key in metrics.json
    label: str
    better: Literal["less", "more", "neither"]
    meaning: str  # one sentence for those who do not know it
    unit: str = ""


def _overlap(network: str, name: str) -> tuple[Metric, ...]:
    """How drawn pictures and real ones overlap, by the features of one network and 5 neighbours."""
    by = f"by {name} features and 5 neighbours"
    return (
        Metric(
            f"precision_{network}",
            f"Precision, {name}",
            "more",
            f"Share of the drawn pictures like some real one, {by}.",
        ),
        Metric(
            f"recall_{network}",
            f"Recall, {name}",
            "more",
            f"Share of the real pictures like some drawn one, {by}: low where kinds are missing.",
        ),
        Metric(
            f"density_{network}",
            f"Density, {name}",
            "more",
            f"How thick real pictures are around a drawn one, {by}; about 1 where both are of a kind.",
        ),
        Metric(
            f"coverage_{network}",
            f"Coverage, {name}",
            "more",
            f"Share of the real pictures with a drawn one among their neighbours, {by}.",
        ),
    )


_ALL = (
    Metric("mse", "MSE", "less", "Mean squared error of the pixels of rebuilt pictures, where white is 1."),
    Metric(
        "mse_amortised",
        "MSE, encoder alone",
        "less",
        "The same of pictures rebuilt from the style that the encoder reads, without inversion.",
    ),
    Metric("mae", "MAE", "less", "Mean absolute error of the pixels of rebuilt pictures, where white is 1."),
    Metric("psnr", "PSNR", "more", "Ratio of white to the error of rebuilt pictures, the mean of all.", "dB"),
    Metric(
        "ssim",
        "SSIM",
        "more",
        "How alike the structure of rebuilt pictures and real ones is, 1 where they are the same.",
    ),
    Metric(
        "lpips_alex",
        "LPIPS, AlexNet",
        "less",
        "How different rebuilt pictures and real ones look to a network that was fitted to what people say.",
    ),
    Metric(
        "lpips_vgg",
        "LPIPS, VGG16",
        "less",
        "The same by another, larger network, of which no generator here has learnt.",
    ),
    Metric(
        "kid_inception",
        "KID, Inception",
        "less",
        "Kernel distance of Inception features: how far drawn pictures are from real ones, 0 where they are of a kind.",
    ),
    Metric(
        "frechet_inception",
        "FID, Inception",
        "less",
        "Fréchet distance of Inception features: how far drawn pictures are from real ones; greater the fewer there "
        "are, so compare equal counts only.",
    ),
    Metric(
        "kid_efficientnet_lite0",
        "KID, EfficientNet-Lite0",
        "less",
        "Kernel distance as with Inception, on features of EfficientNet-Lite0: not to be compared with Inception's.",
    ),
    Metric(
        "frechet_efficientnet_lite0",
        "Fréchet distance, EfficientNet-Lite0",
        "less",
        "Fréchet distance as with Inception, on features of EfficientNet-Lite0: not to be compared with Inception's.",
    ),
    *_overlap("inception", "Inception"),
    *_overlap("efficientnet_lite0", "EfficientNet-Lite0"),
    Metric(
        "consistency_map",
        "Recipe consistency, mean AP",
        "more",
        "How well the recogniser's classifier, shown drawn pictures at 64 px, ranks the ingredients asked for above "
        "others; over the ingredients of at least 10 pictures.",
    ),
    Metric(
        "consistency_f1",
        "Recipe consistency, micro-F1",
        "more",
        "How well the ingredients that the classifier sees in drawn pictures at 64 px are those that were asked for, "
        "from the probability on that is best for real pictures.",
    ),
    Metric(
        "diversity",
        "Diversity within a recipe",
        "more",
        "How much drinks of one recipe in styles drawn for it differ from each other (LPIPS), as a share of how much "
        "real ones do.",
    ),
    Metric(
        "sharpness",
        "Sharpness",
        "more",
        "Fine detail of drawn pictures (variance of the Laplacian) as a share of that of real ones; noise counts too.",
    ),
    Metric(
        "posterior_from_prior",
        "Aggregate posterior from the prior",
        "less",
        "KL divergence of the styles of real pictures, all together and taken as a Gaussian, from those that samples "
        "are drawn from.",
        "nats",
    ),
    Metric(
        "seconds_image",
        "Time to paint a picture",
        "less",
        "Processor time from recipe to picture, its style drawn, one at a time, on one thread of the machine that "
        "measured.",
        "s",
    ),
    Metric(
        "seconds_step",
        "Time of a training step",
        "less",
        "One batch forth and back on the machine that trained, without fetching the pictures; the count is of epochs.",
        "s",
    ),
)

METRICS = {metric.id: metric for metric in _ALL}
