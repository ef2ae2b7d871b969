"""Who may import whom, read from the source: also where an import waits inside a function."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY, TRAINING, UI = ROOT / "cocktailman", ROOT / "training", ROOT / "cocktailman" / "ui"
APART = ("shared", "__pycache__")
PAGES = {"latent": "latent_space"}  # where the folder of a page is not called as its file


def files_of(folder: Path, besides: Path | None = None) -> list[Path]:
    return [file for file in sorted(folder.rglob("*.py")) if besides not in file.parents]


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(text: str, here: str = "") -> Iterator[str]:
    """The dotted names that a module's source imports: of `from a import b`, `a` and `a.b`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            room = here.split(".")[: -node.level] if node.level else []
            module = ".".join([*room, *filter(None, [node.module])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def trespasses(files: list[Path], *forbidden: str) -> list[str]:
    """The imports of anything in forbidden rooms, a line each."""
    return [
        f"{name_of(file)} imports {name}"
        for file in files
        for name in imports_of(file.read_text("utf-8"), name_of(file))
        if any(name == room or name.startswith(f"{room}.") for room in forbidden)
    ]


def test_imports_are_found_wherever_they_are() -> None:
    text = "import a.b\ndef f():\n    from c import d\n    from . import e\n    from ..g.h import i"
    assert set(imports_of(text, "x.y.z")) == {"a.b", "c", "c.d", "x.y", "x.y.e", "x.g.h", "x.g.h.i"}


def test_the_library_knows_no_page() -> None:
    assert trespasses(files_of(LIBRARY, besides=UI), "streamlit", "cocktailman.ui", "pages") == []


def test_the_library_knows_no_training() -> None:
    assert trespasses(files_of(LIBRARY), "training") == []


def test_training_knows_no_page() -> None:
    assert trespasses(files_of(TRAINING), "streamlit", "cocktailman.ui", "pages") == []


@pytest.mark.parametrize("page", [folder.name for folder in sorted(UI.glob("*/")) if folder.name not in APART])
def test_a_page_knows_no_other(page: str) -> None:
    others = [f"cocktailman.ui.{folder.name}" for folder in UI.glob("*/") if folder.name not in {page, *APART}]
    assert trespasses([*files_of(UI / page), ROOT / "pages" / f"{PAGES.get(page, page)}.py"], *others) == []


@pytest.mark.parametrize(
    ("first", "second"), [("cocktailman.inference.embedding", "cocktailman.inference.embedding_ray")]
)
def test_of_two_modules_one_imports_the_other(first: str, second: str) -> None:
    def imports(name: str, other: str) -> bool:
        return bool(trespasses([ROOT / f"{name.replace('.', '/')}.py"], other))

    assert imports(first, second) and not imports(second, first)
