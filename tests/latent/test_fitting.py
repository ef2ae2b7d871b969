"""Projections in a process of their own: one after the other, what is stopped ends, and what ships is not fitted."""

import time

import numpy as np
import pandas as pd
import pytest

from cocktailman.latent import fitting
from cocktailman.latent.fitting import Fit, Fits, expected_seconds
from cocktailman.latent.projection import View
from cocktailman.latent.shipped_views import COLUMNS, shipped_places
from cocktailman.latent.tables import add_styles

STYLES = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
VIEW = View("t-SNE", perplexity=5)


def wait(fit: Fit) -> Fit:
    deadline = time.monotonic() + 120
    while not fit.ended and time.monotonic() < deadline:
        time.sleep(0.02)
    return fit


def test_a_process_of_its_own_finds_places_and_says_what_is_wrong():
    fits = Fits()
    fit, wrong = fits.ask("a", VIEW, STYLES), fits.ask("b", View("t-SNE", perplexity=100), STYLES)
    assert fits.ask("a", VIEW, STYLES) is fit
    assert fits.before(wrong) == 1
    places = wait(fit).places
    assert places is not None and places.shape == (60, 2) and np.isfinite(places).all()
    assert "too few for this t-SNE" in wait(wrong).error
    fits.renew(wrong)
    again = fits.ask("b", VIEW, STYLES)
    fits.stop(again)
    assert again is not wrong


def test_a_fit_that_is_stopped_ends_and_the_next_one_begins(monkeypatch):
    ran: list[Fit] = []

    def endless(fit: Fit) -> None:
        ran.append(fit)
        while not fit.stopped:
            time.sleep(0.01)

    monkeypatch.setattr(fitting, "_run", endless)
    fits = Fits()
    first, second, third = (fits.ask(key, VIEW, STYLES) for key in "abc")
    fits.stop(second)
    while not ran:
        time.sleep(0.01)
    assert (fits.before(first), fits.before(third)) == (0, 2)
    fits.stop(first)
    while len(ran) < 2:
        time.sleep(0.01)
    fits.stop(third)
    assert ran == [first, third], "what was stopped while it waited never ran"


def test_who_has_left_is_waited_for_by_nobody(monkeypatch):
    monkeypatch.setattr(fitting, "FORGOTTEN", 0.3)
    slow = np.random.default_rng(0).normal(size=(20_000, 6)).astype(np.float32)  # UMAP of these takes a minute
    fits = Fits()
    left, waits = fits.ask("left", View("UMAP"), slow), fits.ask("waits", VIEW, STYLES)
    while not waits.ended:
        fits.before(waits)
        time.sleep(0.02)
    assert waits.places is not None and not left.ended
    assert fits.ask("left", VIEW, STYLES) is not left


def test_no_more_wait_than_there_is_memory_for(monkeypatch):
    monkeypatch.setattr(fitting, "_run", lambda fit: time.sleep(0.2))
    monkeypatch.setattr(fitting, "WAITING", 2)
    fits = Fits()
    first, second, third = (fits.ask(key, VIEW, STYLES) for key in "abc")
    assert not first.ended and not second.ended and "try again in some minutes" in third.error


def test_what_ships_is_not_fitted_and_larger_maps_are_said_to_take_longer():
    table = add_styles(pd.DataFrame({"file": [str(row) for row in range(60)]}), STYLES, STYLES)
    assert shipped_places(table, VIEW) is None and shipped_places(table, View("t-SNE")) is None
    table = table.assign(**dict.fromkeys(COLUMNS[View("t-SNE")], STYLES[:, 0]))
    places = shipped_places(table, View("t-SNE"))
    assert places is not None and places.shape == (60, 2)
    assert shipped_places(table, VIEW) is None, "another perplexity"
    seconds = [expected_seconds(View(), count) for count in (100, 3_000, 30_000)]
    assert seconds == sorted(seconds) and seconds[1] == pytest.approx(16, abs=8)
