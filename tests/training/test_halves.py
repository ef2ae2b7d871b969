"""Halves to choose on and to measure on have nothing in common, and all there is between them."""

from collections import Counter

import numpy as np
import pytest

from training.shared.halves import HALVINGS, cross_fitted, halves

STRATA = ["a"] * 7 + ["b"] * 12 + ["c"]


def test_halves_share_each_stratum_and_no_row() -> None:
    one, other = halves(STRATA, 3)
    assert sorted([*one, *other]) == list(range(20)) and len(one) == len(other) == 10
    of_one, of_other = (Counter(STRATA[row] for row in half) for half in (one, other))
    assert all(abs(of_one[name] - of_other[name]) <= 1 for name in "abc")
    assert one.tolist() == halves(STRATA, 3)[0].tolist() != halves(STRATA, 4)[0].tolist()


def test_each_row_is_measured_once_a_halving_at_what_was_chosen_on_others() -> None:
    measured_rows: Counter[int] = Counter()

    def measured(pairs: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
        for chosen_on, rows in pairs:
            assert not {*chosen_on} & {*rows}
            measured_rows.update(rows.tolist())
        return {"first": float(min(pairs[0][0]))}

    found = cross_fitted(STRATA, measured)
    assert measured_rows == dict.fromkeys(range(20), HALVINGS)
    firsts = [float(min(halves(STRATA, seed)[0])) for seed in range(HALVINGS)]
    assert found["first"] == pytest.approx(np.mean(firsts))
