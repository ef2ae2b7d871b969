"""Scenes of drawn drinks, each as it is and with one factor changed."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.helpers.editors import drink
from training.datasets.pairs import pack_scenes
from training.renders.pairs import scene

COLOURS = ("#d07020", "#20a040", "#3050c0", "#c02060", "#e0e060")


@pytest.fixture(scope="session")
def packed_scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve scenes of drawn drinks, whose colour says which version they are, packed."""
    folder = tmp_path_factory.mktemp("scenes")
    for number in range(12):
        versions = scene(number, 4)
        for colour, name in zip(COLOURS, versions, strict=True):
            drink(48, colour).save(folder / f"{number:04d}-{name}.webp", lossless=True)
        facts = {name: asdict(each) for name, each in versions.items()}
        (folder / f"{number:04d}.json").write_text(json.dumps({"scene": number, "versions": facts}))
    out = folder / "packed.parquet"
    pack_scenes(folder, out)
    return out
