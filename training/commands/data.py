"""Commands that make data to train on: from photos, videos, renders and paintings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cocktailman.files import written
from cocktailman.models.checkpoints import CHECKPOINTS
from cocktailman.renders import RENDERS
from training.commands.options import CROPS, DETECTOR_DATA, FOUND, LABEL_FEATURES, PASS_THROUGH, PhotosFolder
from training.datasets.pairs import BAR
from training.datasets.pictures import PACKED

app = typer.Typer()


@app.command()
def split(photos: PhotosFolder) -> None:
    """Draw the fixed splits of the photos and of those with boxes anew (data/splits)."""
    from training.datasets.photos import BOXES_SPLIT, SPLIT, split_boxes, split_photos

    with written(SPLIT) as unfinished:
        split_photos(photos).to_csv(unfinished, index=False)
    with written(BOXES_SPLIT) as unfinished:
        split_boxes(photos).to_csv(unfinished, index=False)


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
def box_mattes(
    photos: PhotosFolder,
    mattes: Annotated[Path | None, typer.Option(help="folder; by default mattes/ beside the photos")] = None,
    boxes: Annotated[Path, typer.Option(help="what `crops` found in photos without boxes")] = FOUND,
    out: Annotated[Path, typer.Option(help="folder")] = Path("build/box-mattes"),
    name: Annotated[str, typer.Option(help="which segmenter")] = "segmenter",
    root: Path = CHECKPOINTS,
) -> None:
    """Make mattes of single drinks with our segmenter where IS-Net's of a training photo is no good; resumable."""
    from cocktailman.inference.segmenter import Segmenter
    from training.datasets.box_mattes import write_box_mattes

    made = write_box_mattes(Segmenter.load(name, root), photos, mattes or photos / "mattes", boxes, out)
    print(f"{made} good mattes in {out}")


@app.command()
def cutouts_photos(
    photos: PhotosFolder,
    mattes: Annotated[Path | None, typer.Option(help="folder; by default mattes/ beside the photos")] = None,
    more: Annotated[list[Path] | None, typer.Option(help="folder of mattes for photos without a good one")] = None,
    boxes: Annotated[Path, typer.Option(help="what `crops` found in photos without boxes")] = FOUND,
    out: Path = Path("build/cutouts-photos-128.parquet"),
    size: int = 128,
    lenient: Annotated[bool, typer.Option("--lenient", help="odd ones too, of which a segmenter learns")] = False,
) -> None:
    """Cut the drinks out of the photos into one file, and say why each photo stayed out (the same name, .csv)."""
    from training.datasets.cutouts import REASONS, pack_photos

    facts = pack_photos(photos, [mattes or photos / "mattes", *(more or [])], boxes, out, size, lenient)
    for reason, count in facts["reason"].value_counts().items():
        print(f"{count}\t{f'dropped: {REASONS[str(reason)]}' if reason else 'kept'}")


@app.command()
def cutouts_sheets(
    photos: PhotosFolder,
    mattes: Annotated[Path | None, typer.Option(help="folder; by default mattes/ beside the photos")] = None,
    packed: Annotated[Path, typer.Option(help="what cutouts-photos wrote")] = Path("build/cutouts-photos-128.parquet"),
    out: Annotated[Path, typer.Option(help="folder")] = Path("build/cutout-sheets"),
    count: Annotated[int, typer.Option(min=1, help="pictures a sheet")] = 96,
) -> None:
    """Make contact sheets of cut-outs: some that were kept, and some dropped photos for each reason."""
    from training.datasets.cutout_sheets import write_sheets

    for reason, found in write_sheets(packed, photos, mattes or photos / "mattes", out, count).items():
        print(f"{found}\t{reason}")


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
def label_features(photos: PhotosFolder, out: Path = LABEL_FEATURES) -> None:
    """Run the frozen picture tower of the embedder over renders and photos, once; what is there already stays."""
    from training.embedder.features import write_features

    print(*write_features(photos, out), sep="\n")


@app.command(context_settings=PASS_THROUGH)
def renders(context: typer.Context) -> None:
    """Render the bar: --size 256 --per-cocktail 100 --free 400 --shard 1/4 (`make .venv-renders` first)."""
    from training.renders.environment import run_in_blender

    raise typer.Exit(run_in_blender(["renders", *context.args]))


@app.command()
def renders_pack(folder: Path = Path("runs/renders-256"), out: Path = RENDERS) -> None:
    """Pack rendered pictures into the two files that ship (data/renders)."""
    from training.renders.pack import pack

    table = pack(folder, out)
    print(f"{len(table)} pictures of {table['cocktail'].nunique()} recipes in {out}")


@app.command(context_settings=PASS_THROUGH)
def pairs(context: typer.Context) -> None:
    """Render scenes with one factor changed at a time: --scenes 160 --changes 4 (`make .venv-renders` first)."""
    from training.renders.environment import run_in_blender

    raise typer.Exit(run_in_blender(["pairs", *context.args]))


@app.command()
def pairs_pack(
    folder: Path = Path("runs/pairs"),
    out: Path = BAR,
    plain: Annotated[bool, typer.Option("--plain", help="the scenes are those of the plain studio")] = False,
) -> None:
    """Pack rendered scenes into one file to train on and to judge edits by."""
    from training.datasets.pairs import pack_scenes

    table = pack_scenes(folder, out, plain)
    print(f"{len(table)} pictures of {table['scene'].nunique()} scenes in {out}")


@app.command(context_settings=PASS_THROUGH)
def sheets(context: typer.Context) -> None:
    """Render every piece of garnish and every glass alone, which edits put on a drink (`make .venv-renders` first)."""
    from training.renders.environment import run_in_blender

    raise typer.Exit(run_in_blender(["sheets", *context.args]))


@app.command()
def sheets_pack(folder: Path = Path("runs/sheets")) -> None:
    """Pack these pictures into the files that ship (data/sheets)."""
    from training.renders.pack import pack_sheets

    print(*pack_sheets(folder), sep="\n")


@app.command()
def shelf(
    resource: Annotated[Path, typer.Argument(help="paintings.rcc of Debian's gcompris-qt-data 3.1")],
    out: Annotated[Path, typer.Option(help="folder")] = Path("data/style-images"),
) -> None:
    """Make the shelf of style images: paintings in the public domain, and patterns of our own."""
    from training.shelf.write import write_shelf

    print(f"{len(write_shelf(resource, out))} style images in {out}")
