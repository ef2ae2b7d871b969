"""How long one picture takes, from a recipe to pixels, on this machine's CPU.

    python -m benchmarks.decoder_speed [--model cvae-photos] [--repeat 200] [--json]

Beside the whole way through `Generator.paint`: the decoder alone in PyTorch, and as the app hands it to browsers, here
in ONNX Runtime with as many threads. `OMP_NUM_THREADS=1` in the environment measures one thread.
"""

import argparse
import json
import platform
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch.utils.flop_counter import FlopCounterMode

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.inference.generator import Generator
from cocktailman.models.checkpoints import load_network
from cocktailman.models.onnx import INPUTS, OUTPUTS, folded

COCKTAIL = "Mojito"
WARM_UP = 20  # calls that are not counted

Call = Callable[[], Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="cvae-photos")
    parser.add_argument("--repeat", type=int, default=200, help="calls timed of each row")
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the table")
    chosen = parser.parse_args()
    try:
        found = measure(Generator.load(chosen.model), chosen.repeat)
    except InputError as error:
        parser.error(str(error))
    print(json.dumps(found, indent=2) if chosen.json else table(found))


def measure(generator: Generator, repeat: int) -> dict[str, Any]:
    """All that is printed: the machine, the decoder's cost, and the times of each way to a picture."""
    recipe = catalog().cocktail(COCKTAIL).recipe
    style = generator.sample_styles(1, seed=0)  # (1, style_dim)
    learnt = load_network(generator.checkpoint).decoder
    decoder = folded(learnt).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    inputs = (torch.from_numpy(style), torch.from_numpy(generator.vocabulary.recipe_vector(recipe))[None])
    with torch.inference_mode():
        exported = in_onnx_runtime(generator.decoder_onnx(), [tensor.numpy() for tensor in inputs])
        return {
            "command": f"python -m benchmarks.decoder_speed --model {generator.name} --repeat {repeat}",
            "cpu": cpu_name(),
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
            "onnxruntime": onnxruntime.__version__,
            "size": generator.checkpoint.size,
            "parameters": sum(weights.numel() for weights in learnt.parameters()),
            "multiply_adds": multiply_adds(partial(decoder, *inputs)),
            "onnx_largest_difference": float(np.abs(exported() - decoder(*inputs).numpy()).max()),
            "milliseconds": {
                "Generator.paint, recipe to picture": timed(partial(generator.paint, recipe, style), repeat),
                "decoder, PyTorch eager": timed(partial(decoder, *inputs), repeat),
                "decoder, ONNX Runtime": timed(exported, repeat),
            },
        }


def timed(call: Call, repeat: int) -> dict[str, float]:
    """Milliseconds of a call after warm-up."""
    for _ in range(WARM_UP):
        call()
    times = []
    for _ in range(repeat):
        start = perf_counter()
        call()
        times.append((perf_counter() - start) * 1000)
    low, median, high = np.percentile(times, [5, 50, 95]).tolist()
    return {"median": median, "p5": low, "p95": high}


def in_onnx_runtime(decoder: bytes, inputs: list[np.ndarray]) -> Call:
    """The exported decoder as a call that returns the pixels (1, 3, size, size) of one picture."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(decoder, options, providers=["CPUExecutionProvider"])
    feed = dict(zip(INPUTS, inputs, strict=True))
    return lambda: session.run(OUTPUTS, feed)[0]


def multiply_adds(call: Call) -> int:
    """Multiply-adds of the convolutions and linear layers of a call."""
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops() // 2  # it counts a multiply-add as two


def cpu_name() -> str:
    """The processor as Linux names it, or what Python knows of it elsewhere."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def table(found: dict[str, Any]) -> str:
    """The measurements as text, a row each."""
    size, parameters, cost = found["size"], found["parameters"] / 1e6, found["multiply_adds"] / 1e6
    rows = [
        f"{found['cpu']}, torch {found['torch']} with {found['threads']} thread(s)",
        f"decoder at {size} px: {parameters:.2f} M parameters, {cost:.0f} M multiply-adds a picture",
        f"{'ms':<36}{'median':>9}{'p5':>9}{'p95':>9}",
    ]
    for name, time in found["milliseconds"].items():
        rows.append(f"{name:<36}{time['median']:>9.2f}{time['p5']:>9.2f}{time['p95']:>9.2f}")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
