import copy
import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from cocktailman.errors import InputError
from cocktailman.models.checkpoints import (
    CONFIG,
    FACTS,
    WEIGHTS,
    find_checkpoint,
    list_checkpoints,
    load_network,
    save_network,
)
from cocktailman.models.cvae.network import CVAE
from cocktailman.models.manifest import MANIFEST, record


@pytest.fixture
def folder(checkpoints: Path, tmp_path: Path) -> Path:
    """A copy of the checkpoint `tiny` that a test may damage."""
    return shutil.copytree(checkpoints / "tiny", tmp_path / "tiny")


def load(folder: Path) -> nn.Module:
    return load_network(find_checkpoint(folder.name, folder.parent))


def is_refused(folder: Path, names: str) -> None:
    with pytest.raises(InputError, match=rf"^the checkpoint tiny is damaged \({names} .*: restore it with ") as caught:
        load(folder)
    assert str(caught.value).isprintable()


def change_facts(folder: Path, changes: dict[str, Any]) -> None:
    facts = json.loads((folder / FACTS).read_text()) | changes
    (folder / FACTS).write_text(json.dumps(facts))


def trust(folder: Path) -> None:
    """Makes the checksums agree with the files, as whoever forges a file would."""
    record(folder, WEIGHTS, CONFIG, FACTS)


def test_a_network_comes_back_as_it_was_saved(network: CVAE, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    loaded = load(folder)
    assert capfd.readouterr() == ("", "")
    assert isinstance(loaded, CVAE) and not any(module.training for module in loaded.modules())
    assert {weights.dtype for weights in loaded.parameters()} == {torch.float32}
    assert loaded.config == network.config
    image, recipe = torch.rand(2, 3, 64, 64), torch.eye(2, 63)
    with torch.no_grad():
        expected, found = (model.encode(image, recipe)[0] for model in (network, loaded))
        torch.testing.assert_close(found, expected, atol=5e-3, rtol=5e-3)
        torch.testing.assert_close(
            loaded.decoder(expected, recipe), network.decoder(expected, recipe), atol=5e-3, rtol=5e-3
        )


def test_a_disk_that_fills_half_way_leaves_the_older_checkpoint_whole(network: CVAE, folder: Path) -> None:
    (folder / FACTS).unlink()
    (folder / FACTS).symlink_to("/dev/full")
    before = {file: (folder / file).read_bytes() for file in (WEIGHTS, CONFIG, MANIFEST)}
    changed = copy.deepcopy(network)
    torch.nn.init.zeros_(next(changed.parameters()))
    with pytest.raises(InputError, match=r"checkpoint.json cannot be written \(No space left on device\)"):
        save_network(changed, "cvae", "tiny", "photos", folder.parent)
    assert {file: (folder / file).read_bytes() for file in before} == before
    assert sorted(path.name for path in folder.iterdir()) == sorted([*before, FACTS])


def test_saving_leaves_the_network_and_its_card_alone(network: CVAE, tmp_path: Path) -> None:
    facts = save_network(network, "cvae", "new", "renders", tmp_path)
    assert {weights.dtype for weights in network.parameters()} == {torch.float32}
    assert {weights.dtype for weights in load_file(tmp_path / "new" / WEIGHTS).values()} == {torch.float16, torch.int64}
    assert {path.name for path in (tmp_path / "new").iterdir()} == {WEIGHTS, CONFIG, FACTS, MANIFEST}
    parameters = sum(weights.numel() for weights in network.parameters())
    told = (facts.name, facts.kind, facts.domain, facts.size, facts.parameters)
    assert told == ("new", "cvae", "renders", 64, parameters)
    card = tmp_path / "new" / "README.md"
    card.write_text("# Card")
    save_network(network, "cvae", "new", "renders", tmp_path)
    assert card.read_text() == "# Card"
    for name in ("", ".", "..", "../elsewhere", "a/b", str(tmp_path / "elsewhere")):
        with pytest.raises(InputError, match="cannot be called"):
            save_network(network, "cvae", name, "photos", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


@pytest.mark.parametrize("file", [WEIGHTS, CONFIG, FACTS, MANIFEST])
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:], id="one bit flipped"),
        pytest.param(lambda data: data[: len(data) // 2], id="cut"),
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(None, id="missing"),
    ],
)
def test_a_changed_file_is_refused(folder: Path, file: str, damage: Callable[[bytes], bytes] | None) -> None:
    path = folder / file
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage(path.read_bytes()))
    if file == MANIFEST and damage is None:
        with pytest.raises(InputError, match=r"has no SHA256SUMS: .* `python -m training manifest tiny`"):
            load(folder)
    elif file == FACTS and damage is None:
        with pytest.raises(InputError, match="unknown model"):
            load(folder)
    else:
        is_refused(folder, ".*" if file == MANIFEST else file)


@pytest.mark.parametrize(
    "facts",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"kind": "cvae"}',
        '{"kind": "\xff"',
    ],
    ids=["empty", "cut", "list", "null", "deep", "incomplete", "Latin-1"],
)
def test_broken_facts_are_refused_and_not_listed(folder: Path, facts: str) -> None:
    (folder / FACTS).write_text(facts, "latin-1")
    trust(folder)
    assert list_checkpoints(folder.parent) == []
    is_refused(folder, FACTS)


@pytest.mark.parametrize(
    "changes",
    [
        {"extra": 1},
        {"name": "other"},
        {"folder": "/"},
        {"kind": "gan"},
        {"kind": ["cvae"]},
        {"domain": None},
        {"size": "64"},
        {"parameters": 1.5},
        {"domain": "phontos"},
        {"size": 128},
        {"sha256": {}},
    ],
    ids=str,
)
def test_wrong_facts_are_refused_and_not_listed(folder: Path, changes: dict[str, Any]) -> None:
    change_facts(folder, changes)
    trust(folder)
    assert list_checkpoints(folder.parent) == []
    is_refused(folder, FACTS)


def test_listing_leaves_out_only_the_damaged(folder: Path, checkpoints: Path) -> None:
    for name in ("also", "damaged", "empty"):
        shutil.copytree(folder, folder.parent / name)
    (folder.parent / "damaged" / FACTS).write_text("{")
    (folder.parent / "empty" / FACTS).unlink()
    (folder.parent / "a file").touch()
    assert [item.name for item in list_checkpoints(folder.parent)] == ["also", "tiny"]
    assert list_checkpoints(folder.parent / "nowhere") == []


@pytest.mark.parametrize("name", ["big", "", ".", "..", "../../etc", "/etc", "tiny/", "./tiny", "*", "a\nb", "ti\0ny"])
def test_unknown_names_get_the_known_ones(folder: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"^unknown model '.*': choose one of tiny$") as caught:
        find_checkpoint(name, folder.parent)
    assert str(caught.value).isprintable()
    with pytest.raises(InputError, match=r"there is none in nowhere/; train one$"):
        find_checkpoint(name, folder.parent / "nowhere")


class Bomb:
    """Unpickled, it makes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[..., None], tuple[Path]]:
        return Path.touch, (self.marker,)


@pytest.mark.parametrize("trusted", [False, True])
def test_nothing_is_unpickled(folder: Path, tmp_path: Path, trusted: bool) -> None:
    marker = tmp_path / "marker"
    bomb = pickle.dumps(Bomb(marker))
    for file in (WEIGHTS, "pytorch_model.bin", "model.safetensors.pkl"):
        (folder / file).write_bytes(bomb)
    if trusted:
        trust(folder)
    is_refused(folder, WEIGHTS)
    assert not marker.exists()
    pickle.loads(bomb)
    assert marker.exists()  # the bomb was live


def without_a_layer(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value for name, value in weights.items() if name != "decoder.seed.weight"}


def with_another_layer(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return weights | {"another": torch.zeros(1)}


def of_another_shape(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return weights | {"decoder.seed.bias": torch.zeros(1)}


@pytest.mark.parametrize("change", [without_a_layer, with_another_layer, of_another_shape])
def test_weights_must_fit_the_network_exactly(folder: Path, change: Callable) -> None:
    save_file(change(load_file(folder / WEIGHTS)), folder / WEIGHTS)
    trust(folder)
    is_refused(folder, WEIGHTS)


@pytest.mark.parametrize(
    ("config", "names"),
    [
        ("", CONFIG),
        ("{}", CONFIG),
        ("[]", CONFIG),
        ('{"size": 100}', FACTS),
        ('{"size": 64, "style_dim": 5}', WEIGHTS),
    ],
)
def test_configuration_must_fit_facts_and_weights(folder: Path, config: str, names: str) -> None:
    (folder / CONFIG).write_text(config)
    trust(folder)
    is_refused(folder, names)


def test_facts_must_fit_the_weights(folder: Path) -> None:
    change_facts(folder, {"parameters": 7})
    trust(folder)
    is_refused(folder, FACTS)
