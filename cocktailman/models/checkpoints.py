"""Find, verify, load and save checkpoints: a folder of weights, network configuration, facts and model card.

    data/checkpoints/cvae-photos/
        model.safetensors   half-precision weights
        config.json         what the network is built from (Hugging Face `PyTorchModelHubMixin`)
        checkpoint.json     kind, domain, size, parameters
        SHA256SUMS          of these and of whatever else ships with it (see `manifest.py`)
        README.md           the model card

Nothing here is ever unpickled.
"""

import contextlib
import copy
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, TypeVar

from safetensors import SafetensorError

from cocktailman.catalog import DATA
from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.models.manifest import CARD, MANIFEST, manifest_of, read_manifest, record, verified
from cocktailman.models.registry import KINDS, Can, kind_of, kinds_that

Found = TypeVar("Found")

CHECKPOINTS = DATA / "checkpoints"
WEIGHTS, CONFIG, FACTS = "model.safetensors", "config.json", "checkpoint.json"
DOMAINS = ("photos", "renders")


@dataclass(frozen=True)
class Checkpoint:
    """What is known of a checkpoint before it is loaded."""

    name: str
    kind: str  # its name in the registry
    domain: str  # what it was trained on: photos or renders
    size: int  # px, the side of what it paints
    parameters: int
    sha256: dict[str, str]  # of its weights and its configuration, by the name of the file
    folder: Path


def list_checkpoints(root: Path = CHECKPOINTS, able: Can | None = None) -> list[Checkpoint]:
    """All checkpoints in a folder, or those able to do something, by name; whose facts cannot be read is left out."""
    found = []
    for folder in sorted(root.glob("*/")):
        with contextlib.suppress(InputError):
            found.append(find_checkpoint(folder.name, root))
    return [checkpoint for checkpoint in found if able is None or kind_of(checkpoint.kind).can(able)]


def list_painters(root: Path = CHECKPOINTS) -> list[Checkpoint]:
    """The checkpoints that paint, the one to offer first at the start; raises `InputError` where there is none."""
    order = kinds_that(Can.PAINT)
    found = sorted(list_checkpoints(root, Can.PAINT), key=lambda item: order.index(item.kind))
    if not found:
        raise InputError("there is no model to paint with: restore data/checkpoints with `git checkout -- data`")
    return found


def find_checkpoint(name: str, root: Path = CHECKPOINTS, able: Can | None = None) -> Checkpoint:
    """The checkpoint of this name.

    Raises `InputError` that names those there are, or those able to do what was asked, or says that the facts of this
    one are damaged.
    """
    known = sorted(path.parent.name for path in root.glob(f"*/{FACTS}"))
    if name not in known:
        known = known if able is None else [item.name for item in list_checkpoints(root, able)]
        there_are = f"choose one of {', '.join(known)}" if known else f"there is none in {root.name}/; train one"
        raise InputError(f"unknown model {name[:40]!r}: {there_are}")
    folder = root / name
    if not (folder / MANIFEST).exists():
        raise InputError(
            f"the checkpoint {name} has no {MANIFEST}: restore it with `git checkout -- data/checkpoints/{name}`, or, "
            f"where you trust its files, write it with `python -m training manifest {name}`"
        )
    sums = _sound(name, MANIFEST, lambda: {file: read_manifest(folder)[file] for file in (WEIGHTS, CONFIG)})
    size = _sound(name, CONFIG, lambda: _read_json(folder, CONFIG)["size"])
    found = _sound(name, FACTS, lambda: Checkpoint(name=name, folder=folder, sha256=sums, **_read_json(folder, FACTS)))
    sound = _sound(name, FACTS, lambda: found.kind in KINDS and found.domain in DOMAINS)
    if not (sound and type(found.size) is type(found.parameters) is int and found.size == size):
        raise _damaged(name, FACTS)
    return found


def check_able(checkpoint: Checkpoint, ability: Can) -> None:
    """Raises `InputError` that names the models beside it which can, where a checkpoint cannot do what is asked."""
    if not kind_of(checkpoint.kind).can(ability):
        able = [item.name for item in list_checkpoints(checkpoint.folder.parent, ability)]
        choose = f"choose one of {', '.join(able)}" if able else "train one"
        raise InputError(f"{checkpoint.name} is no model that {ability.value}: {choose}")


def read_config(checkpoint: Checkpoint) -> dict[str, Any]:
    """What its network is built from; raises `InputError` where that is missing or is not what was saved."""
    return _sound(checkpoint.name, CONFIG, lambda: _read_json(checkpoint.folder, CONFIG))


def load_network(checkpoint: Checkpoint) -> Any:
    """The network in evaluation mode, in single precision; its files are checked against the manifest first.

    Raises `InputError` where a file is missing or is not what was saved.
    """
    for file in (WEIGHTS, CONFIG):
        _sound(checkpoint.name, file, lambda file=file: verified(checkpoint.folder, file))
    with contextlib.redirect_stdout(io.StringIO()):  # the hub mixin greets on standard output, where results go
        try:
            network = kind_of(checkpoint.kind).network_class()
            loaded = network.from_pretrained(checkpoint.folder, strict=True).eval()
        except Exception as error:  # files that agree with their checksums, and not with each other or with this code
            raise _damaged(checkpoint.name, WEIGHTS) from error
    if sum(weights.numel() for weights in loaded.parameters()) != checkpoint.parameters:
        raise _damaged(checkpoint.name, FACTS)
    return loaded


def save_network(network: Any, kind: str, name: str, domain: str, root: Path = CHECKPOINTS) -> Checkpoint:
    """Writes a network as a checkpoint folder, its weights in half precision; a model card there is kept.

    Its manifest begins anew: what else lies there is of the weights before, until it is made and recorded again.
    Raises `InputError` where `name` is not that of a folder.
    """
    if name in {"", "..", "."} or Path(name).name != name:
        raise InputError(f"a checkpoint cannot be called {name[:40]!r}: choose a name such as cvae-photos")
    facts = {
        "kind": kind,
        "domain": domain,
        "size": network.config.size,
        "parameters": sum(weights.numel() for weights in network.parameters()),
    }
    contents = _as_files(network) | {FACTS: _json(facts)}
    contents[MANIFEST] = manifest_of({file: hashlib.sha256(content).hexdigest() for file, content in contents.items()})
    with contextlib.ExitStack() as all_or_none:  # renamed together, once the disk has taken each
        for file, content in contents.items():
            unfinished = all_or_none.enter_context(written(root / name / file))
            unfinished.write_bytes(content)
    return find_checkpoint(name, root)


def renew_manifest(name: str, root: Path = CHECKPOINTS) -> Checkpoint:
    """Records all files of a checkpoint, and its style table, as they are now: for whoever has looked at them.

    Raises `InputError` where it is no sound checkpoint even so.
    """
    folder = root / name
    with contextlib.suppress(OSError, ValueError, TypeError):
        facts = json.loads((folder / FACTS).read_text("utf-8"))
        _write_json(folder / FACTS, {key: value for key, value in facts.items() if key != "sha256"})  # kept there once
    ships = [file.name for file in folder.glob("[!.]*") if file.is_file() and file.name not in (CARD, MANIFEST)]
    if FACTS in ships:
        record(folder, *ships, style_table(name), anew=True)
    return find_checkpoint(name, root)


def style_table(name: str) -> str:
    """Where the style vectors under a checkpoint lie, from its folder."""
    return f"../../styles/{name}.parquet"


def _as_files(network: Any) -> dict[str, bytes]:
    """Weights in half precision and configuration, as the hub mixin writes them: in place, and beside them a card."""
    try:
        with TemporaryDirectory() as folder:
            copy.deepcopy(network).half().save_pretrained(folder)
            return {file: (Path(folder) / file).read_bytes() for file in (WEIGHTS, CONFIG)}
    except SafetensorError as error:  # of a full disk, too
        raise InputError(f"the weights cannot be written to {gettempdir()} ({error}): make room there") from error


def _read_json(folder: Path, file: str) -> Any:
    return json.loads(verified(folder, file).read_text("utf-8"))


def _write_json(path: Path, facts: dict[str, Any]) -> None:
    with written(path) as unfinished:
        unfinished.write_bytes(_json(facts))


def _json(facts: dict[str, Any]) -> bytes:
    return (json.dumps(facts, indent=2) + "\n").encode()


def _sound(name: str, file: str, read: Callable[[], Found]) -> Found:
    """What is read; raises `InputError` that names the file where it cannot be."""
    try:
        return read()
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _damaged(name, file) from error


def _damaged(name: str, file: str) -> InputError:
    return InputError(
        f"the checkpoint {name} is damaged ({file} is missing or changed): "
        f"restore it with `git checkout -- data/checkpoints/{name}`, or choose another model"
    )
