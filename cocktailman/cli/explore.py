"""What is in pictures without anyone saying so: `tag`, `search`, `cluster` and `oddness`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from cocktailman.cli.pictures import pictures_in, tell_left_out
from cocktailman.errors import InputError
from cocktailman.files import printable
from cocktailman.models.registry import Can, kinds_that

app = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="a JSON line for each picture")]
EmbedderName = Annotated[str, typer.Option("--embedder", help="a checkpoint that embeds, or clip, for those online")]
Collection = Annotated[Path, typer.Argument(help="a folder of pictures, or a table that `embed` wrote")]
Paths = Annotated[list[Path], typer.Argument(help="pictures, folders of them, or tables that `embed` wrote")]
Labels = Annotated[str | None, typer.Option(help="separated by commas; by default twenty that suit drinks")]
RATERS = kinds_that(Can.RATE)
TOO_FEW = "there are fewer than two pictures: name a folder, or a table, of more"


@app.command()
def tag(
    paths: Paths,
    labels: Labels = None,
    threshold: Annotated[
        float | None, typer.Option(help="the cosine from which a label is given; by default 0.25")
    ] = None,
    embedder: EmbedderName = "embedder",
    as_json: AsJson = False,
) -> None:
    """Tag pictures with labels they were never labelled with: every one that fits; where none does, the best."""
    import numpy as np

    from cocktailman.images import ImageError
    from cocktailman.inference.embedder import load_embedder
    from cocktailman.inference.photo_files import see_files
    from cocktailman.inference.tagging import THRESHOLD, check_threshold, label_vectors
    from cocktailman.inference.tagging import tag as tagged
    from cocktailman.inference.vectors import read_vectors

    chosen, least = _labels(labels), check_threshold(THRESHOLD if threshold is None else threshold)
    model = load_embedder(embedder)
    vectors = label_vectors(model, chosen)
    tables, pictures = _divided(paths)
    read = [read_vectors(table, model.dim) for table in tables]
    known = (zip(table.files, table.vectors, strict=True) for table in read)
    failed = False
    for file, vector in chain(*known, see_files(model.embed, pictures)):
        if isinstance(vector, ImageError):
            failed = True
            print(vector, file=sys.stderr)
            if as_json:
                print(json.dumps({"file": str(file), "error": str(vector)}))
            continue
        found = tagged(np.asarray(vector)[None], chosen, vectors, least).of(0)
        if as_json:
            tags = [{"label": label, "cosine": round(cosine, 4), "given": given} for label, cosine, given in found]
            print(json.dumps({"file": str(file), "tags": tags}))
        else:
            print(f"{printable(file)}: {', '.join(f'{label} {cosine:.2f}' for label, cosine, given in found if given)}")
    if failed:
        raise typer.Exit(2)


@app.command()
def search(
    where: Collection,
    text: Annotated[str, typer.Argument(help="such as 'something red in a flute'")],
    count: Annotated[int, typer.Option(min=1, help="how many, best first")] = 10,
    embedder: EmbedderName = "embedder",
    as_json: AsJson = False,
) -> None:
    """Find pictures by a text."""
    from cocktailman.inference.embedder import load_embedder
    from cocktailman.inference.tagging import search as found_by
    from cocktailman.inference.vectors import collection

    model = load_embedder(embedder)
    left_out: Counter[str] = Counter()
    pictures = collection(where, model, left_out)
    tell_left_out(left_out, printable(where))
    _tell(pictures.errors)
    order, cosines = found_by(pictures.vectors, text, model)
    for row in order[:count].tolist():
        file, cosine = pictures.files[row], float(cosines[row])
        print(json.dumps({"file": file, "cosine": round(cosine, 4)}) if as_json else f"{cosine:.3f}  {printable(file)}")
    if pictures.errors:
        raise typer.Exit(2)


@app.command()
def cluster(
    where: Collection,
    by: Annotated[str, typer.Option(help="tags (k-modes), style or features (k-means)")] = "tags",
    count: Annotated[
        int | None, typer.Option(min=2, help="clusters; by default as many as the silhouette likes")
    ] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    labels: Labels = None,
    as_json: AsJson = False,
) -> None:
    """Divide pictures into clusters, and say how many fit: by their tags, their styles or their features."""
    from cocktailman.evaluation.clusters import BY, STYLE, TAGS, best_count, scores_by_count, typical_tags
    from cocktailman.evaluation.clusters import cluster as divided

    if by not in BY:
        raise InputError(f"--by is {by[:40]!r}: choose one of {', '.join(BY)}")
    left_out: Counter[str] = Counter()
    if by == STYLE:
        from cocktailman.latent.own_table import read_own_table
        from cocktailman.latent.tables import style_matrix

        table = read_own_table(where)
        files, data, errors = table["file"].tolist(), style_matrix(table), []
        tags = None
    else:
        from cocktailman.inference.embedder import load_embedder
        from cocktailman.inference.tagging import label_vectors
        from cocktailman.inference.tagging import tag as tagged
        from cocktailman.inference.vectors import collection

        model = load_embedder()
        pictures = collection(where, model, left_out)
        chosen = _labels(labels)
        tags = tagged(pictures.vectors, chosen, label_vectors(model, chosen))
        files, errors = pictures.files, pictures.errors
        data = tags.given.astype("float32") if by == TAGS else pictures.vectors
    tell_left_out(left_out, printable(where))
    _tell(errors)
    if len(files) < 2:
        raise InputError(TOO_FEW)
    if count is None:
        table = scores_by_count(data, by, seed=seed)
        if table.empty:
            raise InputError(f"all pictures are alike by {by}: there is nothing to divide")
        count = best_count(table)
        print(f"{count} clusters of {by} have the best silhouette of those tried", file=sys.stderr)
    found = divided(data, by, count, seed)
    said = typical_tags(found.of, tags.given, tags.labels) if tags else [""] * found.count
    for file, number in zip(files, found.of.tolist(), strict=True):
        facts = {"file": file, "cluster": number} | ({"tags": said[number]} if tags else {})
        print(json.dumps(facts) if as_json else f"{number}\t{printable(file)}" + (f"\t{said[number]}" if tags else ""))
    if errors:
        raise typer.Exit(2)


@app.command()
def oddness(
    paths: Paths,
    method: Annotated[str, typer.Option(help=" or ".join(RATERS))] = RATERS[0],
    as_json: AsJson = False,
) -> None:
    """Tell pictures that do not look like drinks."""
    from cocktailman.images import ImageError
    from cocktailman.inference.oddness import OddOneOut
    from cocktailman.inference.photo_files import see_files
    from cocktailman.inference.vectors import read_oddness

    scorer = OddOneOut.load(method)
    tables, pictures = _divided(paths)
    read = [zip(*read_oddness(table, method), strict=True) for table in tables]
    failed = False
    for file, score in chain(*read, see_files(scorer.scores, pictures)):
        name = str(file) if as_json else printable(file)
        if isinstance(score, ImageError):
            failed = True
            print(score, file=sys.stderr)
            if as_json:
                print(json.dumps({"file": name, "error": str(score)}))
            continue
        odd = bool(score >= scorer.threshold)
        if as_json:
            facts = {"file": name, "score": round(float(score), 4), "threshold": scorer.threshold, "odd": odd}
            print(json.dumps(facts))
        else:
            print(f"{name}: {score:.3f}, {'does not look like a drink' if odd else 'looks like a drink'}")
    if failed:
        raise typer.Exit(2)


def _divided(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    """The tables that `embed` wrote, and the pictures that all other paths lead to."""
    tables = [path for path in paths if path.suffix == ".parquet"]
    others = [path for path in paths if path.suffix != ".parquet"]
    return tables, pictures_in(others) if others else []


def _labels(text: str | None) -> tuple[str, ...]:
    from cocktailman.labels.vocabulary import DEFAULT, check_labels

    return DEFAULT if text is None else check_labels(text.split(","))


def _tell(errors: Iterable[object]) -> None:
    for error in errors:
        print(error, file=sys.stderr)
