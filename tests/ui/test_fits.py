"""Projections take turns: one at a time, each visitor hears their place, and what is kept is bounded in bytes."""

from threading import Event, Thread

import numpy as np
import pytest

from cocktailman.latent.projection import Projector, View
from cocktailman.ui.latent.fits import Fits, nbytes

STYLES = np.random.default_rng(0).normal(size=(500, 6)).astype(np.float32)


def fit() -> Projector:
    return Projector(View("PCA")).fit(STYLES)


def test_fits_take_turns_and_who_waits_hears_their_place() -> None:
    fits, begun, go_on, told = Fits(), Event(), Event(), {name: list[int]() for name in "abc"}

    def slow() -> Projector:
        begun.set()
        assert go_on.wait(30)
        return fit()

    def ask(name: str) -> None:
        fits.get(name, slow if name == "a" else fit, False, told[name].append)

    threads = [Thread(target=ask, args=(name,)) for name in "abc"]
    threads[0].start()
    assert begun.wait(30)
    for thread, name in zip(threads[1:], "bc", strict=True):
        thread.start()
        while not told[name]:
            Event().wait(0.01)
    fits.get("quick", fit, True, told["a"].append)  # waits for nobody
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert told["a"] == [] and set(told["b"]) == {1} and told["c"][0] == 2


def test_who_leaves_makes_room_and_a_failure_is_not_kept() -> None:
    fits = Fits()
    fits._waiting.append(ahead := object())
    with pytest.raises(KeyboardInterrupt):
        fits.get("a", fit, False, lambda place: (_ for _ in ()).throw(KeyboardInterrupt))
    assert fits._waiting == [ahead]
    fits._waiting.clear()
    with pytest.raises(ZeroDivisionError):
        fits.get("a", lambda: 1 / 0, False, print)  # type: ignore[arg-type]
    assert fits._waiting == [] and fits.get("a", fit, False, print) is fits.get("a", fit, False, print)


def test_what_is_kept_is_bounded_in_bytes() -> None:
    one = nbytes(fit())
    assert one >= STYLES.nbytes + 500 * 2 * 4
    fits = Fits(int(2.5 * one))
    first, second, third = (fits.get(name, fit, True, print) for name in "abc")
    assert fits.get("c", fit, True, print) is third and fits.get("b", fit, True, print) is second
    assert fits.get("a", fit, True, print) is not first, "the one least recently asked for went"
    small = Fits(one - 1)
    assert small.get("a", fit, True, print) is not small.get("a", fit, True, print)
