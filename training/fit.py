"""Fits a generator as its configuration file says, on whatever Lightning finds: CPU, one GPU or several."""

from __future__ import annotations

import warnings

import lightning as L
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI

from training.data import PhotoData


class _FitCLI(LightningCLI):
    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        parser.link_arguments("data.size", "model.size")
        parser.add_argument("--resume", type=str, default=None, help="a Lightning checkpoint, or `last`, to go on from")
        parser.add_argument("--dry-run", action="store_true", help="one batch of training and validation, nothing saved")


def fit(model: type[L.LightningModule], arguments: list[str]) -> L.Trainer:
    """Trains `model` on packed photos; `arguments` as on the command line, `--config FILE` among them."""
    warnings.filterwarnings("ignore", message=".*does not have many workers.*")  # pictures lie in memory: none needed
    cli = _FitCLI(
        model,
        PhotoData,
        args=arguments,
        run=False,
        seed_everything_default=0,
        save_config_kwargs={"overwrite": True},
    )
    if cli.config.dry_run:
        trainer = L.Trainer(fast_dev_run=True, precision=cli.trainer.precision)
        trainer.fit(cli.model, cli.datamodule)
        return trainer
    cli.trainer.fit(cli.model, cli.datamodule, ckpt_path=cli.config.resume)
    return cli.trainer
