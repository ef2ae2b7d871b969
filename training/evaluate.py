"""Measures a checkpoint on pictures of its domain and writes what it found beside the weights (metrics.json)."""

import json
from pathlib import Path

from cocktailman.generation import Generator
from cocktailman.renders import RENDERED
from training import evaluate_photos, evaluate_renders


def evaluate(name: str, packed: Path) -> dict[str, object]:
    """All measurements of checkpoint `name`, written to its folder as metrics.json."""
    generator = Generator.load(name)
    domain = evaluate_renders if generator.checkpoint.domain == RENDERED else evaluate_photos
    metrics: dict[str, object] = {"command": f"python -m training evaluate {name}"} | domain.measure(generator, packed)
    path = generator.checkpoint.folder / "metrics.json"
    path.write_text(json.dumps(metrics, indent=2) + "\n", "utf-8")
    return metrics
