"""Edits measured against the truth."""

import torch
from PIL import Image

from cocktailman.evaluation.editing import FactorReader, Pair, errors_by_factor, measure_edits, seen_changes
from training.datasets.pairs import read_scenes
from training.pairnet.measure import pairs_of


def test_copying_is_measured_as_copying_and_the_truth_as_no_error(packed_scenes):
    pairs = [pair for versions in read_scenes(packed_scenes, "test") for pair in pairs_of(versions, 32)]
    copied = errors_by_factor([pair.before for pair in pairs], pairs)["all"]
    assert copied["whole"]["value"] == copied["whole"]["copying"] > 0 and copied["better_than_copying"] == 0

    def darker(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        return (first - second).mean((1, 2, 3)).abs()

    assert errors_by_factor([pair.before for pair in pairs], pairs, darker)["all"]["lpips"]["copying"] > 0
    assert errors_by_factor([pair.after for pair in pairs], pairs, darker)["all"]["lpips"]["value"] == 0
    true = errors_by_factor([pair.after for pair in pairs], pairs)["all"]
    assert true["inside"]["value"] == true["whole"]["value"] == 0 and true["better_than_copying"] == 1
    reader = FactorReader().fit([pair.before for pair in pairs], [pair.values for pair in pairs])
    seen = seen_changes(reader, [pair.after for pair in pairs], pairs)
    assert seen["edits"] == seen["truth"]
    assert seen_changes(reader, [pair.before for pair in pairs], pairs)["edits"] == {"asked": 0.0, "others": 0.0}

    def truth(pair: Pair) -> Image.Image:
        return pair.after

    found = measure_edits(truth, pairs, reader, [pair.after for pair in pairs])
    assert found["round_trip"]["value"] == 0 and max(found["nearest_training"].values()) < 0.002
