"""Projections fitted in a process of their own: one at a time, in the order in which they were asked for.

UMAP and t-SNE of some thousand styles take tens of seconds of a core. In a thread of the app they would slow all pages
down and could not be stopped; a process can be, and gives its memory back.

    python -m cocktailman.latent.fitting VIEW < styles.npy > places.npy      # what the process runs; VIEW as JSON
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Hashable
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, field
from io import BytesIO
from subprocess import PIPE
from threading import Lock, Thread
from time import monotonic

import numpy as np
import numpy.typing as npt

from cocktailman.errors import InputError
from cocktailman.latent.projection import Projector, View

Array = npt.NDArray[np.float32]
LOOK = 0.2  # seconds between two looks at whether a fit has ended, or shall be stopped
NOTHING = np.zeros((0, 0), np.float32)  # the styles of a fit that has ended
BEGINNING = 8  # seconds until a process has loaded what it needs
UMAP_SECONDS = {1_000: 1.7, 10_000: 40, 100_000: 218}  # of processor time, by styles (benchmarks/latent_scale.py)
TSNE_SECONDS = 17 / (3152 * np.log(3152))  # of processor time, per n log n: measured on 3,152 styles
KEPT = 64  # fits that are remembered, the least recently asked for going first; 12 bytes a style at most
WAITING = 20  # fits at most, whose styles are in memory: 6 MB of 250,000
FORGOTTEN = 120  # seconds in which nobody asks after a fit, whose visitor has thus left; pages ask each second


@dataclass(eq=False)
class Fit:
    """One projection on its way, of `count` styles. begun: when its turn came, by `monotonic`; places: (n, dimensions),
    once they are there; error: why they never will be; asked: when somebody last wanted to know of it."""

    view: View
    count: int
    styles: Array
    begun: float | None = None
    places: Array | None = None
    error: str = ""
    stopped: bool = False
    asked: float = field(default_factory=monotonic)

    @property
    def forgotten(self) -> bool:
        return monotonic() - self.asked > FORGOTTEN

    @property
    def ended(self) -> bool:
        return self.places is not None or bool(self.error) or self.stopped

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return 0.0 if self.begun is None else monotonic() - self.begun


class Fits:
    """What was asked for. Safe to share between threads."""

    def __init__(self) -> None:
        self._fits: dict[Hashable, Fit] = {}  # the least recently asked for first
        self._queue: list[Fit] = []  # the first of them runs
        self._turn = Lock()
        self._worker: Thread | None = None

    def ask(self, key: Hashable, view: View, styles: Array) -> Fit:
        """The fit of this key, which begins when those before it have ended."""
        with self._turn:
            fit = self._fits.pop(key, None)
            if fit is None:
                if len(self._queue) >= WAITING:
                    return Fit(view, len(styles), NOTHING, error="Many maps are waiting: try again in some minutes.")
                fit = Fit(view, len(styles), np.ascontiguousarray(styles, np.float32))
                self._queue.append(fit)
            self._fits[key], fit.asked = fit, monotonic()
            ended = [other for other, kept in self._fits.items() if kept.ended]
            for old in ended[: max(0, len(self._fits) - KEPT)]:
                del self._fits[old]
            if self._queue and self._worker is None:
                self._worker = Thread(target=self._work, daemon=True)
                self._worker.start()
            return fit

    def before(self, fit: Fit) -> int:
        """How many others run or wait before it; who stops asking is taken to have left."""
        fit.asked = monotonic()
        with self._turn:
            return next((place for place, other in enumerate(self._queue) if other is fit), 0)

    def stop(self, fit: Fit) -> None:
        """Gives a fit up; where it runs, its process ends."""
        fit.stopped = True

    def renew(self, fit: Fit) -> None:
        """Forgets a fit that was stopped, or failed: it begins anew when it is asked for."""
        with self._turn:
            self._fits = {key: other for key, other in self._fits.items() if other is not fit}

    def _work(self) -> None:
        while True:
            with self._turn:
                if not self._queue:
                    self._worker = None
                    return
                fit = self._queue[0]
            if not (fit.stopped or fit.forgotten):
                _run(fit)
            fit.styles = NOTHING
            with self._turn:
                self._queue.remove(fit)
                if not fit.ended:  # its visitor had left: it begins anew for who asks again
                    self._fits = {key: other for key, other in self._fits.items() if other is not fit}


def expected_seconds(view: View, count: int) -> float:
    """About how long a fit of so many styles takes on an idle core, its process included."""
    if view.method == "t-SNE":
        return BEGINNING + float(TSNE_SECONDS * count * np.log(count))
    counts, seconds = (np.log(list(numbers)) for numbers in (UMAP_SECONDS, UMAP_SECONDS.values()))
    return BEGINNING + float(np.exp(np.interp(np.log(count), counts, seconds)))


def _run(fit: Fit) -> None:
    """Fits in a process of its own, which ends where the fit is stopped, or its visitor has left."""
    fit.begun = monotonic()
    try:
        fit.places = _places(fit)
    except (OSError, ValueError) as error:
        fit.error = f"the map could not be drawn: {error}"


def _places(fit: Fit) -> Array | None:
    """None where it was given up; raises `OSError` where it fails."""
    command = [sys.executable, "-m", "cocktailman.latent.fitting", json.dumps(asdict(fit.view))]
    styles: bytes | None = npy_bytes(fit.styles)
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE) as process:
        while True:
            try:
                places, said = process.communicate(styles, timeout=LOOK)
                break
            except subprocess.TimeoutExpired:
                styles = None  # it has them
            if fit.stopped or fit.forgotten:
                process.kill()
    if fit.stopped or fit.forgotten:
        return None
    if process.returncode:
        raise OSError(said.decode("utf-8", "replace").strip().rpartition("\n")[2][:200])
    return np.load(BytesIO(places), allow_pickle=False)


def npy_bytes(array: Array) -> bytes:
    """An array as a .npy file."""
    buffer = BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def main(view: str) -> None:
    """What the process does: styles come on standard input, places go to standard output, both as .npy."""
    os.nice(10)  # pages come first
    facts = json.loads(view)
    chosen = View(**facts | {"numbers": tuple(facts["numbers"])})
    try:
        with redirect_stdout(sys.stderr):
            places = Projector(chosen).fit(np.load(BytesIO(sys.stdin.buffer.read()), allow_pickle=False)).places_
    except InputError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(npy_bytes(places))


if __name__ == "__main__":
    main(*sys.argv[1:])
