"""Runs in MLflow, beside their CSV: `make mlflow` shows them."""

from __future__ import annotations

import os

from lightning.pytorch.loggers import MLFlowLogger

STORE = "file:runs/mlflow"  # plain files, which need no server and no database


class LocalMLflow(MLFlowLogger):
    """Logs a run to `runs/mlflow`.

    Args:
        experiment: what runs are compared within: the kind of model.
        name: of the run.
    """

    def __init__(self, experiment: str, name: str) -> None:
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # else MLflow 3 insists on a database
        super().__init__(experiment_name=experiment, run_name=name, tracking_uri=STORE)
