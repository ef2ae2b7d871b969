"""What was measured of two generators, line by line, and what may be said of the difference (metrics.json)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cocktailman.errors import InputError
from cocktailman.evaluation.glossary import METRICS, Metric
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.models.manifest import ships, verified

FILE = "metrics.json"
BETTER = {"less": "Less is better.", "more": "More is better.", "neither": "Neither way is better."}


@dataclass(frozen=True)
class Score:
    """A measured value, the ends of its 95 % interval where it has one, and how many it was taken over."""

    value: float
    low: float | None = None
    high: float | None = None
    count: int | None = None

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"{self.value:.3g}"
        return f"{self.value:.3g} ({self.low:.3g} to {self.high:.3g})"


@dataclass(frozen=True)
class Measured:
    """What a checkpoint's metrics.json says for comparison: of which data, of the model, and of real pictures."""

    data: str
    size: int  # px, at which rebuilt pictures were held against the true ones
    scores: dict[str, Score]
    real: dict[str, Score]
    command: str


@dataclass(frozen=True)
class Line:
    """A metric of two generators; None where one was not measured."""

    metric: Metric
    first: Score | None
    second: Score | None
    real: Score | None
    same_data: bool

    @property
    def may_be_compared(self) -> bool:
        return self.same_data and self.first is not None and self.second is not None

    @property
    def explained(self) -> str:
        return f"{self.metric.meaning} {BETTER[self.metric.better]}"

    def verdict(self, names: Sequence[str]) -> str:
        """Which is better, and whether that may be chance."""
        if self.first is None or self.second is None:
            return f"only {names[0] if self.second is None else names[1]} was measured"
        if not self.same_data:
            return "not comparable: measured on different pictures"
        if self.metric.better == "neither":
            return "no better or worse"
        if self.first.value == self.second.value:
            return "the same"
        more = self.first.value > self.second.value
        winner = names[0] if more == (self.metric.better == "more") else names[1]
        match overlap(self.first, self.second):
            case None:
                return f"{winner}, no interval was measured"
            case True:
                return f"{winner}, intervals overlap"
            case False:
                return f"{winner}, intervals apart"


def overlap(first: Score, second: Score) -> bool | None:
    """Whether two intervals have anything in common; None where one is missing."""
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return None
    return first.low <= second.high and second.low <= first.high


def read_measured(checkpoint: Checkpoint) -> Measured | None:
    """What was measured for comparison; None where nothing was.

    Raises `InputError` where the file is damaged, or of weights that the checkpoint had before.
    """
    try:
        if not ships(checkpoint.folder, FILE):
            return None
        facts = json.loads(verified(checkpoint.folder, FILE).read_text("utf-8"))
        comparison = facts.get("comparison")
        if comparison is None:
            return None
        return Measured(
            str(comparison["data"]),
            int(comparison["size"]),
            _scores(comparison["metrics"]),
            _scores(comparison.get("reference", {})),
            str(facts.get("command", remeasure(checkpoint))),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"the measurements of {checkpoint.name} are damaged or of other weights ({FILE}): measure it anew with "
            f"`{remeasure(checkpoint)}`"
        ) from error


def remeasure(checkpoint: Checkpoint) -> str:
    """The command that measures a checkpoint."""
    return f"python -m training evaluate {checkpoint.name}"


def describe_measured(checkpoints: Sequence[Checkpoint], measured: Sequence[Measured | None]) -> list[str]:
    """On what the two were measured, and whether their numbers may be compared, in sentences."""
    data = {item.name: (found.data, found.size) for item, found in zip(checkpoints, measured, strict=True) if found}
    sentences = [
        f"{item.name} has no measurements to compare yet: make them with `{remeasure(item)}`."
        for item in checkpoints
        if item.name not in data
    ]
    if len(set(data.values())) == 1:
        sentences.append(f"{' and '.join(data)}: measured on {_the(next(iter(data.values()))[0])}.")
    elif data:
        sentences += [f"{name}: measured on {_the(what)}." for name, (what, _) in data.items()]
        sentences.append("These are different data: one number says nothing of the other, and none is called better.")
    if data:
        sentences.append("In brackets intervals of 95 %; where two overlap, the difference may be chance.")
    return sentences


def lines_of(first: Measured | None, second: Measured | None) -> list[Line]:
    """A line for each metric that either has, in the order of the glossary, those it does not know last."""
    ones, others = (measured.scores if measured else {} for measured in (first, second))
    same = first is not None and second is not None and (first.data, first.size) == (second.data, second.size)
    # Beside values of different pictures there is no one value of real ones.
    real = (second.real if second else {}) | (first.real if first else {}) if same or not (first and second) else {}
    found = {**ones, **others}
    ids = [id for id in METRICS if id in found] + [id for id in found if id not in METRICS]
    return [Line(_metric(id), ones.get(id), others.get(id), real.get(id), same) for id in ids]


def _the(data: str) -> str:
    return data if data[:1].isdigit() else f"the {data}"


def scores_table(lines: Sequence[Line], names: Sequence[str]) -> pd.DataFrame:
    """The lines as a person reads them, a row each."""
    columns = {
        "metric": [f"{line.metric.label}, {line.metric.unit}".removesuffix(", ") for line in lines],
        names[0]: [str(line.first or "") for line in lines],
        names[1]: [str(line.second or "") for line in lines],
        "real pictures": [str(line.real or "") for line in lines],
        "count": [_counts(line) for line in lines],
        "better": [line.verdict(names) for line in lines],
        "what it means": [line.explained for line in lines],
    }
    if not any(columns["real pictures"]):
        del columns["real pictures"]
    return pd.DataFrame(columns)


def numbers_table(lines: Sequence[Line], names: Sequence[str]) -> pd.DataFrame:
    """The lines as a program reads them: every value, interval and count in a column of its own."""
    rows = []
    for line in lines:
        row: dict[str, Any] = {"metric": line.metric.id, "better": line.metric.better, "same_data": line.same_data}
        for name, score in zip((*names, "real"), (line.first, line.second, line.real), strict=True):
            for part in ("value", "low", "high", "count"):
                row[f"{name} {part}"] = getattr(score, part, None)
        rows.append(row | {"verdict": line.verdict(names)})
    return pd.DataFrame(rows)


def _counts(line: Line) -> str:
    """How many each was measured over; once where that is the same."""
    counts = dict.fromkeys(score.count for score in (line.first, line.second) if score and score.count is not None)
    return ", ".join(f"{count:,}" for count in counts)


def _metric(id: str) -> Metric:
    return METRICS.get(id) or Metric(id, id.replace("_", " "), "neither", "")


def _scores(facts: dict[str, dict[str, Any]]) -> dict[str, Score]:
    return {id: _score(**fact) for id, fact in facts.items()}


def _score(value: float, low: float | None = None, high: float | None = None, count: int | None = None) -> Score:
    ends = (None, None) if low is None or high is None else (float(low), float(high))
    return Score(float(value), *ends, count)
