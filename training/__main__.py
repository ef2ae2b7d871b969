"""The makers' command line: `python -m training NAME --help`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from cocktailman.__main__ import run as run_commands
from cocktailman.files import written
from cocktailman.models.checkpoints import CHECKPOINTS, find_checkpoint
from cocktailman.renders import RENDERS, read_renders
from training.datasets.pictures import PACKED
from training.kinds import made

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)
PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
CROPS = Path("build/crops-192.parquet")
WHOLE = Path("build/photos-192-whole.parquet")
AUGMENTATIONS = [CROPS, WHOLE]
Augmentations = Annotated[
    list[Path],
    typer.Option("--view", help="packed photos a classifier is shown; several are averaged (test-time augmentation)"),
]
DETECTOR_DATA = Path("build/detector")
LABEL_FEATURES = Path("build/label-features")
Packed = Annotated[
    Path | None, typer.Option(help="what `pack` or `renders-pack` wrote; by default that of the checkpoint's domain")
]
PhotosFolder = Annotated[Path, typer.Option(help="folder with photos.csv, boxes.csv and the pictures")]


@app.command()
def split(photos: PhotosFolder) -> None:
    """Draw the fixed splits of the photos and of those with boxes anew (data/splits)."""
    from training.datasets.photos import BOXES_SPLIT, SPLIT, split_boxes, split_photos

    with written(SPLIT) as unfinished:
        split_photos(photos).to_csv(unfinished, index=False)
    with written(BOXES_SPLIT) as unfinished:
        split_boxes(photos).to_csv(unfinished, index=False)


@app.command()
def pack(
    photos: PhotosFolder,
    out: Path = PACKED,
    size: int = 128,
    whole: Annotated[bool, typer.Option("--whole", help="do not crop to the boxes that boxes.csv has")] = False,
) -> None:
    """Crop and shrink the photos into one file to train on."""
    from training.datasets.photos import largest_boxes, pack, read_table

    boxes = read_table(photos / "boxes.csv")
    pack(photos, out, size, largest_boxes(boxes.head(0) if whole else boxes))


@app.command()
def mattes(
    photos: PhotosFolder,
    out: Annotated[Path | None, typer.Option(help="folder; by default mattes/ beside the photos")] = None,
    size: Annotated[int, typer.Option(help="px, the side of what the network looks at: 512 or 1024")] = 512,
) -> None:
    """Make the mattes of all photos with IS-Net; stopped, and called again, it goes on where it was."""
    from training.datasets.mattes import write_mattes

    print(f"{write_mattes(photos, out or photos / 'mattes', size)} mattes made")


@app.command()
def cutouts_photos(
    photos: PhotosFolder,
    mattes: Annotated[Path | None, typer.Option(help="folder; by default mattes/ beside the photos")] = None,
    out: Path = Path("build/cutouts-photos-128.parquet"),
    size: int = 128,
) -> None:
    """Cut the drinks out of the photos into one file, and say why each photo stayed out (the same name, .csv)."""
    from training.datasets.cutouts import REASONS, pack_photos

    facts = pack_photos(photos, mattes or photos / "mattes", out, size)
    for reason, count in facts["reason"].value_counts().items():
        print(f"{count}\t{f'dropped: {REASONS[str(reason)]}' if reason else 'kept'}")


@app.command()
def cutouts_renders(
    folder: Path = RENDERS, out: Path = Path("build/cutouts-renders-128.parquet"), size: int = 128
) -> None:
    """Cut the drinks out of the renders, by their masks, into one file."""
    from training.datasets.cutouts import pack_renders

    print(f"{len(pack_renders(folder, out, size))} cut-outs in {out}")


@app.command()
def crops(
    photos: PhotosFolder,
    out: Path = CROPS,
    size: int = 192,
    detector: Annotated[str, typer.Option(help="the checkpoint that finds the drinks")] = "detector",
) -> None:
    """Crop all photos to the drink that the detector finds, and record all it finds (the same name, .csv).

    Stopped, and called again, it goes on where it was.
    """
    from cocktailman.inference.recogniser import Detector
    from training.datasets.crops import write_crops

    found = write_crops(Detector.load(detector), photos, out, size)
    print(f"{len(found)} boxes on {found['file'].nunique()} photos in {out.with_suffix('.csv')}, the crops in {out}")


@app.command()
def detector_data(
    photos: PhotosFolder,
    out: Path = DETECTOR_DATA,
    renders: Annotated[int, typer.Option(help="pictures of the rendered bar")] = 200,
    pasted: Annotated[int, typer.Option(help="photos without a drink that renders are pasted on")] = 250,
    guessed: Annotated[Path | None, typer.Option(help="boxes that `crops` wrote: those without doubt are used")] = None,
    guesses: Annotated[int, typer.Option(help="photos with such boxes")] = 800,
    sure: Annotated[float, typer.Option(help="score from which a box is without doubt")] = 0.8,
) -> None:
    """Write pictures and boxes for the detector's training."""
    from training.datasets.crops import sure_boxes
    from training.datasets.photos import read_table
    from training.detector.data import write_detector_data

    boxes = sure_boxes(read_table(guessed), photos, sure, guesses) if guessed else None
    write_detector_data(photos, out, renders, pasted, boxes)


@app.command()
def detector(
    data: Path = DETECTOR_DATA,
    run: Path = Path("runs/detector"),
    architecture: Annotated[str, typer.Option(help="yolov5n, yolov5s, yolov5m, ...")] = "yolov5s",
    epochs: int = 20,
    size: Annotated[int, typer.Option(help="px, the longer side of pictures")] = 320,
    batch: int = 16,
    plain_epochs: Annotated[int, typer.Option(help="of the last, that see no mosaics of four pictures")] = 5,
    learning_rate: Annotated[float, typer.Option(help="of AdamW, at its peak")] = 1e-3,
    start_from: Annotated[
        Path | None, typer.Option(help="the folder of a run whose best weights to start from")
    ] = None,
    scratch: Annotated[bool, typer.Option("--scratch", help="not from weights pretrained on COCO")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="go on where the run was stopped")] = False,
    device: Annotated[str | None, typer.Option(help="cpu, 0, 0,1, ...; by default what there is")] = None,
) -> None:
    """Train a detector of drinks with Ultralytics: YOLOv5m with `--architecture yolov5m --size 640`."""
    from training.detector.trainer import train_detector

    chosen = (architecture, epochs, size, batch, plain_epochs, learning_rate, start_from, scratch, resume, device)
    print(train_detector(data, run, *chosen))


@app.command(context_settings=PASS_THROUGH)
def classifier(context: typer.Context) -> None:
    """Train a classifier: --config training/configs/classifier/2-crops.yaml [--resume last] [--dry-run]."""
    _fit("classifier", context.args)


@app.command(context_settings=PASS_THROUGH)
def renders(context: typer.Context) -> None:
    """Render the bar: --size 256 --per-cocktail 100 --free 400 --shard 1/4 (`make .venv-renders` first)."""
    from training.renders.environment import run_in_blender

    raise typer.Exit(run_in_blender(context.args))


@app.command()
def renders_pack(folder: Path = Path("runs/renders-256"), out: Path = RENDERS) -> None:
    """Pack rendered pictures into the two files that ship (data/renders)."""
    from training.renders.pack import pack

    table = pack(folder, out)
    print(f"{len(table)} pictures of {table['cocktail'].nunique()} recipes in {out}")


@app.command()
def renders_sheets(folder: Path = Path("docs")) -> None:
    """Draw the sheets of the docs: all cocktails, and renders beside what they stand for."""
    from training.renders.sheets import write_sheets

    print(*write_sheets(read_renders(), folder), sep="\n")


@app.command(context_settings=PASS_THROUGH)
def cvae(context: typer.Context) -> None:
    """Train a CVAE: --config training/configs/cvae/photos-1-64px.yaml [--resume last] [--dry-run]."""
    _fit("cvae", context.args)


@app.command(context_settings=PASS_THROUGH)
def cidvae(context: typer.Context) -> None:
    """Train a C-IDVAE: --config training/configs/cidvae/photos-1-64px.yaml [--resume last] [--dry-run]."""
    _fit("cidvae", context.args)


@app.command(context_settings=PASS_THROUGH)
def segmenter(context: typer.Context) -> None:
    """Train a segmenter: --config training/configs/segmenter/1-mattes.yaml [--resume last] [--dry-run]."""
    _fit("segmenter", context.args)


@app.command(context_settings=PASS_THROUGH)
def cyclegan(context: typer.Context) -> None:
    """Train a CycleGAN: --config training/configs/cyclegan/1-cutouts-128px.yaml [--resume last] [--dry-run]."""
    _fit("cyclegan", context.args)


@app.command()
def frames(
    videos: Annotated[list[Path], typer.Argument(help="video files")],
    out: Annotated[Path, typer.Option(help="folder for the pictures and frames.csv")],
    every: Annotated[float, typer.Option(min=0.01, help="seconds between two frames that are looked at")] = 0.5,
    size: Annotated[int, typer.Option(min=16, help="px, the shorter side")] = 256,
    validation: Annotated[float, typer.Option(min=0, max=1, help="share of the clips to hold back")] = 0.1,
) -> None:
    """Make a data set from videos: sampled, near-duplicates thinned, split by clip."""
    from training.datasets.frames import write_frames

    table = write_frames(videos, out, every, size, validation)
    print(f"{len(table)} frames of {table['clip'].nunique()} clips in {out}")


@app.command()
def shelf(
    resource: Annotated[Path, typer.Argument(help="paintings.rcc of Debian's gcompris-qt-data 3.1")],
    out: Annotated[Path, typer.Option(help="folder")] = Path("data/style-images"),
) -> None:
    """Make the shelf of style images: paintings in the public domain, and patterns of our own."""
    from training.shelf.write import write_shelf

    print(f"{len(write_shelf(resource, out))} style images in {out}")


@app.command(context_settings=PASS_THROUGH)
def adain(context: typer.Context) -> None:
    """Train AdaIN style transfer: --config training/configs/adain/1-relu3-64px.yaml [--resume last] [--dry-run]."""
    _fit("adain", context.args)


@app.command()
def label_features(photos: PhotosFolder, out: Path = LABEL_FEATURES) -> None:
    """Run the frozen picture tower of the embedder over renders and photos, once; what is there already stays."""
    from training.embedder.features import write_features

    print(*write_features(photos, out), sep="\n")


@app.command(context_settings=PASS_THROUGH)
def autoencoder(context: typer.Context) -> None:
    """Train an autoencoder of drinks: --config training/configs/autoencoder/1-drinks-64px.yaml [--dry-run]."""
    _fit("autoencoder", context.args)


@app.command()
def export_autoencoder(
    run: Path, photos: PhotosFolder, name: Annotated[str, typer.Argument()] = "autoencoder", root: Path = CHECKPOINTS
) -> None:
    """Write the weights of an autoencoder's run as a checkpoint, its threshold chosen on the validation photos."""
    print(made("autoencoder", "exporter")(run, photos, name, root))


@app.command()
def neighbours(name: Annotated[str, typer.Argument()] = "neighbours", root: Path = CHECKPOINTS) -> None:
    """Remember drinks of the training splits, out of what `label-features` wrote, as a checkpoint."""
    print(made("neighbours", "exporter")(name, root))


@app.command()
def histograms(packed: Path = PACKED, root: Path = CHECKPOINTS) -> None:
    """Count the values of pixels in packed photos, or renders: the two painters that draw each pixel for itself."""
    print(*made("histogram", "exporter")(packed, root), sep="\n")


@app.command()
def recipes(photos: PhotosFolder, root: Path = CHECKPOINTS) -> None:
    """Fit naive Bayes and the Chow-Liu tree to the recipes of photos and of the catalogue, as two checkpoints."""
    print(*made("recipetree", "exporter")(photos, root), sep="\n")


@app.command(context_settings=PASS_THROUGH)
def embedder(context: typer.Context) -> None:
    """Train the heads of the embedder: --config training/configs/embedder/1-heads.yaml [--dry-run]."""
    _fit("embedder", context.args)


@app.command()
def export_embedder(run: Path, name: Annotated[str, typer.Argument()] = "embedder", root: Path = CHECKPOINTS) -> None:
    """Write an embedder's run as a checkpoint, its operating point calibrated on validation renders."""
    print(made("embedder", "exporter")(run, name, root))


@app.command()
def render_vectors() -> None:
    """Write what Explore pictures knows of the renders: vectors, colours, how odd each is (data/embeddings)."""
    from training.embedder.table import write_table

    print(write_table())


@app.command()
def export(
    run: Path,
    name: str,
    domain: str = "photos",
    root: Path = CHECKPOINTS,
    packed: Annotated[Path | None, typer.Option(help="measure styles anew on the training split of these")] = None,
    truncation: Annotated[
        float, typer.Option(min=0.1, max=10, help="below 1, samples vary less than in training; above 1, more")
    ] = 1.0,
    kind: Annotated[str | None, typer.Option(help="of a run from before runs said so: cvae, cidvae, ...")] = None,
) -> None:
    """Write the averaged weights of a run of a generator as a checkpoint that the app finds."""
    from training.shared.runs import kind_of_run

    kind = kind or kind_of_run(run)
    print(made(kind, "exporter")(run, name, domain, root, packed, truncation, kind))


@app.command()
def curves(
    name: str,
    runs: Annotated[list[Path], typer.Argument(help="the stages of one training, in their order")],
    after: Annotated[
        Path | None, typer.Option(help="the curves.csv of the stages before these, if their runs are gone")
    ] = None,
    root: Path = CHECKPOINTS,
) -> None:
    """Write the training curves of a checkpoint that was made in several stages (curves.csv beside its weights)."""
    from training.shared.run_curves import write_curves

    print(write_curves(runs, find_checkpoint(name, root).folder, after))


@app.command()
def export_detector(
    run: Path,
    photos: PhotosFolder,
    name: Annotated[str, typer.Argument()] = "detector",
    size: Annotated[
        int | None, typer.Option(min=32, help="px, the longer side of what it looks at; by default as in training")
    ] = None,
    root: Path = CHECKPOINTS,
) -> None:
    """Write the best weights of a detector's run as a checkpoint, with a threshold chosen on the validation photos."""
    print(made("detector", "exporter")(run, photos, name, size, root))


@app.command()
def export_classifier(
    run: Path,
    name: Annotated[str, typer.Argument()] = "classifier",
    augmentations: Augmentations = AUGMENTATIONS,
    averaged: Annotated[Path | None, typer.Option(help="folder of another classifier, to average weights with")] = None,
    size: Annotated[
        int | None, typer.Option(min=32, help="px at which it looks at pictures; by default as in training")
    ] = None,
    root: Path = CHECKPOINTS,
) -> None:
    """Write the averaged weights of a classifier's run as a checkpoint, calibrated on the validation photos."""
    print(made("classifier", "exporter")(run, name, augmentations, size, averaged, root))


@app.command()
def export_segmenter(run: Path, name: Annotated[str, typer.Argument()] = "segmenter", root: Path = CHECKPOINTS) -> None:
    """Write the weights of a segmenter's run as a checkpoint."""
    print(made("segmenter", "exporter")(run, name, root))


@app.command()
def styles(name: str, packed: Packed = None) -> None:
    """Encode all pictures with a checkpoint and write the table of their styles (data/styles/NAME.parquet)."""
    from training.latent.styles import write_styles

    print(write_styles(name, packed))


@app.command()
def regressor(name: str) -> None:
    """Fit what styles are typical of a recipe, on the style table of a checkpoint (regressor.safetensors beside it)."""
    from training.latent.fit_regressor import write_regressor

    print(write_regressor(name))


@app.command()
def manifest(names: list[str], root: Path = CHECKPOINTS) -> None:
    """Record the SHA-256 of all that checkpoints ship with, as it is now (SHA256SUMS), once you trust it."""
    from cocktailman.models.checkpoints import renew_manifest

    for name in names:
        print(f"{renew_manifest(name, root).folder}/SHA256SUMS")


@app.command()
def evaluate(
    name: str,
    packed: Packed = None,
    augmentations: Augmentations = AUGMENTATIONS,
    photos: Annotated[Path | None, typer.Option(help="folder of photos with boxes, for a detector")] = None,
) -> None:
    """Measure a checkpoint on pictures it was not trained on (data/checkpoints/NAME/metrics.json)."""
    from training.evaluate import evaluate

    print(json.dumps(evaluate(name, packed, augmentations, photos), indent=2))


@app.command()
def figures(
    name: str,
    folder: Path = Path("docs"),
    beside: Annotated[str | None, typer.Option(help="another checkpoint, to paint the same with")] = None,
) -> None:
    """Draw the pictures of the docs: what one generator paints, or two do; or a classifier's reliability diagram."""
    from training.documents.pictures import write_beside, write_figures

    print(*([write_beside(name, beside, folder)] if beside else write_figures(name, folder)), sep="\n")


@app.command()
def latent_document(folder: Path = Path("docs")) -> None:
    """Write what the latent spaces look like: docs/latent-space.md, its figures and numbers."""
    from training.documents.latent_space import write_document

    print(*write_document(folder), sep="\n")


def _fit(kind: str, arguments: list[str]) -> None:
    from training.shared.fit import fit

    fit(made(kind, "trainer"), arguments, made(kind, "data"))


def main() -> int:
    """Runs the command line; returns the exit status: 2 with one line on standard error where the user is wrong."""
    return run_commands(app, "python -m training")


if __name__ == "__main__":
    sys.exit(main())
