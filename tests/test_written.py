"""Whatever is written is written beside its target and renamed: read from the source, so that no new writer forgets."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_rooms import LIBRARY, ROOT, TRAINING, files_of

ON_PATHS = {"write_text", "write_bytes"}
TO_PATHS = {"save", "save_image", "to_csv", "to_parquet", "write_table"}
NEVER = {"save_file"}  # of safetensors: what a full disk makes it raise is no OSError; take `save`, and write its bytes
ALONE = {"training/renders/make.py", "training/renders/pairs.py"}  # run in Blender's environment, and rename themselves


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def safe_names(tree: ast.AST) -> set[str]:
    """What `with written(...) as NAME` names, or an exit stack enters, and what holds its bytes in memory."""
    safe = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.withitem) and isinstance(node.context_expr, ast.Call):
            if called(node.context_expr) == "written" and isinstance(node.optional_vars, ast.Name):
                safe.add(node.optional_vars.id)
        elif isinstance(node, ast.Assign):
            makers = {called(part) for part in ast.walk(node.value) if isinstance(part, ast.Call)}
            names = [part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)]
            safe.update(names if makers & {"BytesIO", "written"} else [])
    return safe


def written_in_place(text: str) -> Iterator[int]:
    """The lines of a module's source that write to a path which did not come from `written`."""
    tree = ast.parse(text)
    safe = safe_names(tree)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        where = [call.func.value] if called(call) in ON_PATHS and isinstance(call.func, ast.Attribute) else []
        if called(call) in TO_PATHS and (isinstance(call.func, ast.Attribute) or called(call) != "save"):
            where = call.args  # without any, `to_csv` gives its text back
        in_place = where and not any(isinstance(part, ast.Name) and part.id in safe for part in where)
        if in_place or called(call) in NEVER:
            yield call.lineno


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("path.write_text('a')", [1]),
        ("table.to_csv(path, index=False)", [1]),
        ("table.to_csv(index=False)", []),
        ("with written(path) as unfinished:\n    table.to_csv(unfinished)\n    np.save(path, array)", [3]),
        ("with written(path) as unfinished:\n    save_file(tensors, unfinished)", [2]),
        ("buffer = BytesIO()\nimage.save(buffer, 'PNG')\nimage.save(path)", [3]),
    ],
)
def test_writing_in_place_is_found(text: str, lines: list[int]) -> None:
    assert list(written_in_place(text)) == lines


def test_nothing_is_written_in_place() -> None:
    files = [file for file in files_of(LIBRARY) + files_of(TRAINING) if str(file.relative_to(ROOT)) not in ALONE]
    found = {str(Path(file).relative_to(ROOT)): list(written_in_place(file.read_text("utf-8"))) for file in files}
    assert {name: lines for name, lines in found.items() if lines} == {}
