"""Fits a network as its configuration file says, on whatever Lightning finds: CPU, one GPU or several."""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import lightning as L
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI

from cocktailman.errors import InputError
from cocktailman.models.precision import computes_in_bfloat16
from training.datasets.batches import PictureData
from training.shared.runs import is_whole, newest_whole

LOGGED = "metrics.csv"  # what Lightning's CSVLogger writes


class _FitCLI(LightningCLI):
    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        parser.link_arguments("data.size", "model.size")
        parser.add_argument("--resume", type=str, default=None, help="a Lightning checkpoint, or `last`, to go on from")
        parser.add_argument("--dry-run", action="store_true", help="one batch to train, one to validate, nothing saved")

    def before_instantiate_classes(self) -> None:
        trainer = self.config.trainer
        if "bf16" in str(trainer.precision) and not computes_in_bfloat16():
            trainer.precision = "32-true"
            print("this processor would only imitate bfloat16, at a fifteenth of the speed: float32 is taken instead")


def fit(
    model: type[L.LightningModule], arguments: list[str], data: type[L.LightningDataModule] = PictureData
) -> L.Trainer:
    """Trains `model` on `data`; `arguments` as on the command line, `--config FILE` among them.

    Raises `InputError` where the arguments or the configuration are wrong, or name a file that is not there.
    """
    warnings.filterwarnings("ignore", message="LightningCLI's args parameter is intended")  # it is what Typer left
    warnings.filterwarnings("ignore", message=".*does not have many workers.*")  # pictures lie in memory: none needed
    try:
        cli = _FitCLI(
            model,
            data,
            args=arguments,
            run=False,
            seed_everything_default=0,
            save_config_kwargs={"overwrite": True},
            parser_kwargs={"exit_on_error": False},
        )
    except argparse.ArgumentError as error:
        raise InputError(f"{error} (--help lists the options)") from error
    resume = _resumed(cli.config.resume, cli.trainer)
    if cli.config.dry_run:
        trainer = L.Trainer(fast_dev_run=True, precision=cli.trainer.precision)
        trainer.fit(cli.model, cli.datamodule)
        return trainer
    put_aside(Path(cli.trainer.log_dir or ".") / LOGGED, bool(resume))
    cli.trainer.fit(cli.model, cli.datamodule, ckpt_path=resume)
    return cli.trainer


def _resumed(resume: str | None, trainer: L.Trainer) -> Path | None:
    """The file to go on from: of `last`, the newest that is whole, or None with a word where nothing was saved yet."""
    if resume == "last":
        folder = Path(trainer.log_dir or ".") / "checkpoints"
        found = newest_whole(folder)
        print(f"going on from {found}" if found else f"nothing was saved in {folder}: the training begins anew")
        return found
    if resume is None:
        return None
    if not Path(resume).is_file():
        raise InputError(f"{resume} does not exist: give --resume a checkpoint of Lightning's, or `last`")
    if not is_whole(Path(resume)):
        raise InputError(f"{resume} is cut off or damaged: give --resume another checkpoint, or `last`")
    return Path(resume)


def put_aside(log: Path, resumed: bool) -> None:
    """Keeps what was logged before, for the logger starts its file anew.

    What the run itself logged before it was stopped becomes metrics-1.csv, and so on; what an earlier run logged in the
    same folder, former-metrics.csv.
    """
    parts = sorted(log.parent.glob(f"{log.stem}*.csv"))
    if not resumed:
        for part in parts:
            part.replace(part.with_name(f"former-{part.name}"))
    elif log.exists():
        log.rename(log.with_stem(f"{log.stem}-{len(parts)}"))
