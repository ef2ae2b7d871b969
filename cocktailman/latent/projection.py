"""Style vectors on a plane or in space: fitted once, then any new style has its place too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA

from cocktailman.errors import InputError
from cocktailman.latent.neighbours import inverse_distance_mean

Array = npt.NDArray[np.float32]

METHODS = ("UMAP", "PCA", "t-SNE", "Numbers")


@dataclass(frozen=True)
class View:
    """How styles are looked at. neighbors and min_dist matter to UMAP, perplexity to t-SNE, numbers to Numbers."""

    method: str = "UMAP"
    dimensions: int = 2
    neighbors: int = 15
    min_dist: float = 0.1
    perplexity: float = 30.0
    numbers: tuple[int, ...] = (0, 1, 2)  # places in the style, one a dimension


class Projector:
    """Fits a view to styles (n, d); `places_`, (n, dimensions), is where they lie.

    rows_, offset_: place = rows_ @ style + offset_, rows orthonormal, where the view is linear; else None.
    """

    def __init__(self, view: View) -> None:
        self.view = view

    def fit(self, styles: npt.ArrayLike, places: npt.ArrayLike | None = None, seed: int = 0) -> Projector:
        """With `places`, those of an earlier fit are kept. Raises `InputError` where the view does not fit the styles.

        UMAP: McInnes, Healy & Melville, arXiv 1802.03426. t-SNE: van der Maaten & Hinton, JMLR 9, 2008.
        """
        x = np.asarray(styles, np.float32)
        check_view(self.view, *x.shape)
        self.rows_: Array | None = None
        self.offset_: Array | None = None
        self._known = x
        if places is not None:
            self.places_ = np.asarray(places, np.float32)
        elif self.view.method in {"PCA", "Numbers"}:
            self.rows_, self.offset_ = _linear(x, self.view)
            self.places_ = x @ self.rows_.T + self.offset_
        elif self.view.method == "UMAP":
            from umap import UMAP  # loads a compiler: only those who project pay for it

            view = self.view
            umap = UMAP(
                n_neighbors=view.neighbors,
                n_components=view.dimensions,
                min_dist=view.min_dist,
                random_state=seed,
                n_jobs=1,
            )
            self.places_ = np.asarray(umap.fit_transform(x), np.float32)
        else:
            from sklearn.manifold import TSNE

            tsne = TSNE(self.view.dimensions, perplexity=self.view.perplexity, random_state=seed, init="pca")
            self.places_ = np.asarray(tsne.fit_transform(x), np.float32)
        return self

    def transform(self, styles: npt.ArrayLike) -> Array:
        """The places of new styles (m, d), (m, dimensions).

        Where the view is not linear, their places are those of the nearest known ones, by inverse distance weighting:
        t-SNE knows no new styles, and the fit of a UMAP is not kept.
        """
        x = np.asarray(styles, np.float32)
        if self.rows_ is not None and self.offset_ is not None:
            return x @ self.rows_.T + self.offset_
        return inverse_distance_mean(self._known, x, self.places_)


def check_view(view: View, count: int, style_dim: int) -> None:
    """Raises `InputError` where a view asks for more than styles (count, style_dim) have."""
    if view.method not in METHODS:
        raise InputError(f"unknown projection {view.method[:40]!r}: choose one of {', '.join(METHODS)}")
    if style_dim < view.dimensions:
        raise InputError(f"a style of {style_dim} numbers has no {view.dimensions} dimensions to show: choose fewer")
    if view.method == "Numbers":
        chosen = view.numbers[: view.dimensions]
        if len(set(chosen)) < view.dimensions or not all(0 <= number < style_dim for number in chosen):
            raise InputError(f"choose {view.dimensions} different numbers of the style, z1 to z{style_dim}")
    least = {"UMAP": view.neighbors, "t-SNE": view.perplexity}.get(view.method, view.dimensions)
    if count <= least:
        instead = "choose more styles" if view.method == "PCA" else "choose PCA, or more styles"
        styles = "style is" if count == 1 else "styles are"
        raise InputError(f"{count:,} {styles} too few for this {view.method}: {instead}")


def pca_plane(styles: npt.ArrayLike) -> Array:
    """The two directions of largest variance of styles (n, d), as coordinates (n, 2)."""
    return Projector(View("PCA")).fit(styles).places_


def _linear(x: Array, view: View) -> tuple[Array, Array]:
    """Rows (dimensions, d) and offset (dimensions,) of a linear view."""
    if view.method == "Numbers":
        return np.eye(x.shape[1], dtype=np.float32)[list(view.numbers[: view.dimensions])], np.zeros(
            view.dimensions, np.float32
        )
    pca = PCA(view.dimensions).fit(x)
    rows = np.asarray(pca.components_, np.float32)
    return rows, (-rows @ pca.mean_).astype(np.float32)
