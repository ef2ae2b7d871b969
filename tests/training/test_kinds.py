"""How kinds are made: every kind of the registry has an entry, every name in it is there, and runs say their kind."""

from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from typer.main import get_command

from cocktailman.errors import InputError
from cocktailman.models.registry import KINDS, Can, imported
from training.__main__ import app
from training.commands.exports import export
from training.kinds import MADE, made
from training.shared.kind import KindTraining
from training.shared.runs import kind_of_run


def test_every_kind_has_an_entry_whose_names_are_there() -> None:
    assert MADE.keys() == KINDS.keys()
    for kind, making in MADE.items():
        dotted = {part: name for part, name in asdict(making).items() if name and part != "command"}
        assert all(callable(imported(name)) for name in dotted.values())
        assert making.command in get_command(app).commands  # type: ignore[attr-defined]
        assert making.exporter and making.measurer
        if making.trainer:
            trainer = made(kind, "trainer")
            assert issubclass(trainer, KindTraining) and trainer.kind == kind
            assert kind in get_command(app).commands  # type: ignore[attr-defined]
        assert bool(making.figures) or not KINDS[kind].can(Can.PAINT)


def test_what_a_kind_lacks_is_said() -> None:
    with pytest.raises(InputError, match="there is no trainer for a detector: choose another model"):
        made("detector", "trainer")
    with pytest.raises(InputError, match="unknown kind of model 'gan'"):
        made("gan", "exporter")


def test_a_kind_with_a_command_of_its_own_is_sent_there(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    torch.save({"kind": "segmenter"}, tmp_path / "checkpoints" / "last.ckpt")
    with pytest.raises(InputError, match="exported by a command of its own: python -m training export-segmenter"):
        export(tmp_path, "segmenter")


@pytest.mark.parametrize(("kept", "kind"), [({"kind": "cidvae"}, "cidvae"), ({}, None)])
def test_a_run_says_its_kind_or_is_asked_for_it(kept: dict[str, str], kind: str | None, tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    torch.save(kept, tmp_path / "checkpoints" / "last.ckpt")
    if kind:
        assert kind_of_run(tmp_path) == kind
    else:
        with pytest.raises(InputError, match="from before runs said what they train: say --kind cvae, or another"):
            kind_of_run(tmp_path)
