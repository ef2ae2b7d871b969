"""A visitor's table: what is taken of it, and a sentence for whatever is not."""

from io import BytesIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cocktailman import parquet as parquet_tables
from cocktailman.errors import InputError
from cocktailman.latent.own_table import read_own_table
from cocktailman.latent.tables import add_styles, std_matrix, style_matrix

COUNT = 60


def own(**columns) -> pd.DataFrame:
    """What `embed` writes, of pictures whose styles are drawn here, and columns beside or instead."""
    means = np.random.default_rng(1).normal(size=(COUNT, 6)).astype(np.float32)
    table = add_styles(pd.DataFrame({"file": [f"{row}.jpg" for row in range(COUNT)]}), means, 0 * means + 0.1)
    return table.assign(**columns)


def parquet(table: pd.DataFrame) -> bytes:
    return table.to_parquet(None, index=False)


def test_what_embed_writes_is_read_in_the_order_of_the_schema() -> None:
    whole = read_own_table(parquet(own()), 6)
    assert list(whole) == [
        "file",
        "drink",
        "ingredients",
        *(f"z{i}" for i in range(1, 7)),
        *(f"s{i}" for i in range(1, 7)),
    ]
    np.testing.assert_array_equal(style_matrix(whole), style_matrix(own()))
    np.testing.assert_array_equal(std_matrix(whole), std_matrix(own()))
    pd.testing.assert_frame_equal(read_own_table(parquet(own())), whole)
    turned = own().iloc[:, ::-1]
    pd.testing.assert_frame_equal(read_own_table(parquet(turned), 6), whole)


@pytest.mark.parametrize(
    "drink",
    [
        pytest.param(pd.Categorical(["Mojito", None] * 30), id="categorical with nulls"),
        pytest.param(pd.array(["Mojito", None] * 30, dtype="string"), id="string"),
        pytest.param(np.array(["Mojito", np.nan] * 30, dtype=object), id="object"),
    ],
)
def test_text_of_any_kind_is_text_and_what_is_missing_is_empty(drink) -> None:
    assert read_own_table(parquet(own(drink=drink)), 6)["drink"].tolist() == ["Mojito", ""] * 30
    assert read_own_table(parquet(own(drink=None)), 6)["drink"].tolist() == [""] * 60
    in_groups = own(drink=drink).to_parquet(None, index=False, row_group_size=7)
    assert read_own_table(in_groups, 6)["drink"].tolist() == ["Mojito", ""] * 30


def twice(table: pd.DataFrame) -> bytes:
    arrow, buffer = pa.Table.from_pandas(table, preserve_index=False), BytesIO()
    pq.write_table(arrow.append_column("z1", arrow.column("z2")), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no table", "is no table"),
        (parquet(own())[:2000], "is no table"),
        (parquet(own().drop(columns="file")), "no column called file"),
        (parquet(own().drop(columns=["z6", "s6"])), "not of 6 numbers"),
        (parquet(own().rename(columns={"z6": "z²"})), "not of 6 numbers"),
        (parquet(own().rename(columns={"z6": "z٦"})), "not of 6 numbers"),
        (parquet(own().rename(columns={"z6": "z9"})), "not of 6 numbers"),
        (twice(own()), "z1 twice"),
        (parquet(pd.concat([own(), own()])), "a file twice"),
        (parquet(own().head(0)), "empty"),
        (parquet(own(ingredients="jin")), "'jin'"),
        (parquet(own(z3=pd.Timestamp(0))), "z3 .* not of numbers but timestamp"),
        (parquet(own(z3="1")), "z3 .* not of numbers"),
        (parquet(own(z3=1e30)), "z3 .* not between -10,000 and 10,000"),
        (parquet(own(z3=[np.nan, *range(59)])), "z3 .* missing"),
        (parquet(own(s2=-0.1)), "s2 .* not between 0 and"),
        (parquet(own(drink=pd.Timestamp(0))), "drink .* not text but timestamp"),
        (parquet(own(drink=[pd.NaT] * 60)), "drink .* not text"),
        (parquet(own(drink=[["Mojito"]] * 60)), "drink .* not text"),
        (parquet(own(drink="x" * 1001)), "1,001 letters"),
    ],
)
def test_what_cannot_be_used_gets_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_own_table(data, 6)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("others", [{"z6": "z²"}, {"z6": "z9"}, {f"z{i}": f"y{i}" for i in range(1, 7)}])
def test_a_table_of_any_model_has_its_numbers_in_a_row_too(others: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"not of|no styles"):
        read_own_table(parquet(own().rename(columns=others)))


def test_counts_are_looked_at_before_anything_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    unneeded = {f"more{number}": np.zeros(COUNT) for number in range(30)}
    data = parquet(own(**unneeded))
    assert list(read_own_table(data, 6)) == list(read_own_table(parquet(own()), 6)), "what is not needed is not read"
    monkeypatch.setattr(pq.ParquetFile, "read", None)
    monkeypatch.setattr(parquet_tables, "MAX_ROWS", COUNT - 1)
    with pytest.raises(InputError, match="has 60 rows, more than 59"):
        read_own_table(data, 6)
    monkeypatch.setattr(parquet_tables, "MAX_ROWS", COUNT)
    monkeypatch.setattr(parquet_tables, "MAX_BYTES", 1000)
    with pytest.raises(InputError, match="MB, more than"):
        read_own_table(data, 6)
