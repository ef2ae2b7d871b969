"""How the weight of a loss rises at the beginning."""

from __future__ import annotations


def linear_warmup(step: int, steps: int) -> float:
    """A weight's factor while it warms up: 0 at step 0, 1 from `steps` on (Bowman et al., arXiv 1511.06349)."""
    return min(1.0, step / steps) if steps else 1.0
