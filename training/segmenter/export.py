"""A segmenter's run becomes a checkpoint."""

from pathlib import Path

from cocktailman.models.checkpoints import Checkpoint, save_network
from cocktailman.models.segmenter.network import DrinkSegmenter, SegmenterConfig
from training.shared.run_curves import replace_curves
from training.shared.runs import last_of


def export_segmenter(run: Path, name: str, root: Path) -> Checkpoint:
    """Writes the weights of a segmenter's run as checkpoint `name`; raises as `export_generator` does."""
    chosen, weights = last_of(run)
    network = DrinkSegmenter(SegmenterConfig(chosen["backbone"], chosen["size"], chosen["width"]))
    network.load_state_dict(weights)
    checkpoint = save_network(network.eval(), "segmenter", name, "photos", root)
    replace_curves(run, checkpoint.folder)
    return checkpoint
