"""Find, verify, load and save checkpoints: a folder of weights, network configuration, facts and model card.

    data/checkpoints/cvae-photos/
        model.safetensors   half-precision weights
        config.json         what the network is built from (Hugging Face `PyTorchModelHubMixin`)
        checkpoint.json     kind, domain, size, parameters, and the SHA-256 of the two files above
        README.md           the model card

Nothing here is ever unpickled.
"""

import contextlib
import copy
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cocktailman.catalog import DATA
from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.models.registry import KINDS, Can, kind_of

CHECKPOINTS = DATA / "checkpoints"
WEIGHTS, CONFIG, FACTS = "model.safetensors", "config.json", "checkpoint.json"


@dataclass(frozen=True)
class Checkpoint:
    """What is known of a checkpoint before it is loaded."""

    name: str
    kind: str  # its name in the registry
    domain: str  # what it was trained on: photos or renders
    size: int  # px, the side of what it paints
    parameters: int
    sha256: dict[str, str]  # of each file, by its name
    folder: Path


def list_checkpoints(root: Path = CHECKPOINTS, able: Can | None = None) -> list[Checkpoint]:
    """All checkpoints in a folder, or those able to do something, by name; whose facts cannot be read is left out."""
    found = []
    for folder in sorted(root.glob("*/")):
        with contextlib.suppress(InputError):
            found.append(find_checkpoint(folder.name, root))
    return [checkpoint for checkpoint in found if able is None or kind_of(checkpoint.kind).can(able)]


def find_checkpoint(name: str, root: Path = CHECKPOINTS) -> Checkpoint:
    """The checkpoint of this name.

    Raises `InputError` that names those there are, or says that the facts of this one are damaged.
    """
    known = sorted(path.parent.name for path in root.glob(f"*/{FACTS}"))
    if name not in known:
        there_are = f"choose one of {', '.join(known)}" if known else f"there is none in {root.name}/; train one"
        raise InputError(f"unknown model {name[:40]!r}: {there_are}")
    try:
        facts = json.loads((root / name / FACTS).read_text("utf-8"))
        found = Checkpoint(name=name, folder=root / name, **facts)
        sound = (
            found.kind in KINDS
            and isinstance(found.domain, str)
            and type(found.size) is type(found.parameters) is int
            and found.sha256.keys() == {WEIGHTS, CONFIG}
        )
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(name, FACTS) from error
    if not sound:
        raise _damaged(name, FACTS)
    return found


def load_network(checkpoint: Checkpoint) -> Any:
    """The network in evaluation mode, in single precision; its files are checked against their SHA-256 first.

    Raises `InputError` where a file is missing or is not what was saved.
    """
    for file, expected in checkpoint.sha256.items():
        path = checkpoint.folder / file
        if not path.is_file() or _sha256(path) != expected:
            raise _damaged(checkpoint.name, file)
    with contextlib.redirect_stdout(io.StringIO()):  # the hub mixin greets on standard output, where results go
        try:
            network = kind_of(checkpoint.kind).network_class()
            return network.from_pretrained(checkpoint.folder, strict=True).eval()
        except Exception as error:  # files that agree with their checksums, and not with each other or with this code
            raise _damaged(checkpoint.name, WEIGHTS) from error


def save_network(network: Any, kind: str, name: str, domain: str, root: Path = CHECKPOINTS) -> Checkpoint:
    """Writes a network as a checkpoint folder, its weights in half precision; a model card there is kept.

    Raises `InputError` where `name` is not that of a folder.
    """
    if name in {"", "..", "."} or Path(name).name != name:
        raise InputError(f"a checkpoint cannot be called {name[:40]!r}: choose a name such as cvae-photos")
    folder = root / name
    with TemporaryDirectory() as beside:  # the mixin writes in place, and a card that says nothing
        copy.deepcopy(network).half().save_pretrained(beside)
        for file in (WEIGHTS, CONFIG):
            with written(folder / file) as unfinished:
                unfinished.write_bytes((Path(beside) / file).read_bytes())
    facts = {
        "kind": kind,
        "domain": domain,
        "size": network.config.size,
        "parameters": sum(weights.numel() for weights in network.parameters()),
        "sha256": {file: _sha256(folder / file) for file in (WEIGHTS, CONFIG)},
    }
    with written(folder / FACTS) as unfinished:
        unfinished.write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    return find_checkpoint(name, root)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(name: str, file: str) -> InputError:
    return InputError(
        f"the checkpoint {name} is damaged ({file} is missing or changed): "
        f"restore it with `git checkout -- data/checkpoints/{name}`, or choose another model"
    )
