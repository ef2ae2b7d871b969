"""Why AdaIN's decoder fails at a learning rate of 1e-3: the first steps of both set-ups, as curves.

    python -m benchmarks.adain_learning_rate --steps 40

writes docs/adain-learning-rate.csv and .png. On renders and style images that ship.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import typer
from torch import Tensor

from cocktailman.inference.style_images import as_tensor
from cocktailman.losses.warmup import linear_warmup
from cocktailman.models.vgg import normalise
from cocktailman.renders import read_renders
from cocktailman.shelf import shelf
from training.adain.data import fitted
from training.adain.trainer import AdaINTraining

WARMUP, CLIPPED = 20, 1.0
SETUPS = {"1e-3, as it came": (1e-3, False), "1e-4, warm-up, clipped, encoder normalised": (1e-4, True)}


def main(steps: int = 40, size: int = 64, batch: int = 4, folder: Path = Path("docs")) -> None:
    renders = read_renders()
    contents = torch.cat([as_tensor(fitted(image, size)) for image in renders.images(range(0, len(renders), 33))])
    styles = torch.cat([as_tensor(fitted(item.image(), size)) for item in shelf().values()])
    parts = []
    for name, (rate, mended) in SETUPS.items():
        rows = list(curve(rate, mended, contents, styles, steps, batch))
        parts.append(pd.DataFrame(rows).assign(setup=name, step=range(1, steps + 1)))
        print(parts[-1].to_string(), flush=True)
    table = pd.concat(parts)
    table.to_csv(folder / "adain-learning-rate.csv", index=False, float_format="%.5g")
    draw(table, folder / "adain-learning-rate.png")


def curve(rate: float, mended: bool, contents: Tensor, styles: Tensor, steps: int, batch: int) -> Iterator[dict]:
    """Losses and the gradient's norm before it is clipped, at each step of Adam."""
    torch.manual_seed(0)
    training = AdaINTraining(contents.shape[-1])
    if mended:
        normalise(training.network.encoder, contents)
    rng, optimizer = np.random.default_rng(0), torch.optim.Adam(training.network.decoder.parameters(), rate)
    for step in range(steps):
        chosen = (part[rng.choice(len(part), batch, replace=False)] for part in (contents, styles))
        losses = training.losses(*chosen)
        optimizer.zero_grad()
        training.total(losses).backward()
        limit = CLIPPED if mended else float("inf")
        norm = torch.nn.utils.clip_grad_norm_(training.network.decoder.parameters(), limit)
        for group in optimizer.param_groups:
            group["lr"] = rate * (linear_warmup(step + 1, WARMUP) if mended else 1)
        before = [weights.detach().clone() for weights in training.network.decoder.parameters()]
        optimizer.step()
        after = training.network.decoder.parameters()
        moved = torch.stack(
            [(a - b).norm() / b.norm().clamp(min=1e-6) for a, b in zip(after, before, strict=True) if b.ndim > 1]
        )
        yield {name: float(value) for name, value in losses.items()} | {
            "gradient": float(norm),
            "moved": float(moved.mean()),
        }


def draw(table: pd.DataFrame, path: Path) -> None:
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
    columns = {
        "style": "style loss, of its first",
        "content": "content loss, of its first",
        "moved": "weights moved, share a step",
    }
    for axis, (column, title) in zip(axes, columns.items(), strict=True):
        for name, part in table.groupby("setup", sort=False):
            values = part[column] if column == "moved" else part[column] / part[column].iloc[0]
            axis.plot(part["step"], values, label=name)
        axis.set(title=title, xlabel="step", yscale="log")
    axes[0].legend(fontsize=8)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    typer.run(main)
