from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

import pandas as pd
import pyarrow as pa
import pytest

from secdigest_pipeline.base.tables import Table, TableError


@dataclass(frozen=True, slots=True)
class Part:
    name: Annotated[str, "name"]
    count: int | None


@dataclass(frozen=True, slots=True)
class Thing:
    key: Annotated[str, "key of the thing"]
    state: Annotated[Literal["on", "off"], "state"]
    at: datetime | None
    words: tuple[str, ...]
    parts: tuple[Part, ...]
    size: float
    first: Part | None = None
    more: tuple[str, ...] | None = None


THINGS = Table("things", Thing, key=("key",))
ROWS = [
    Thing("a", "on", datetime(2026, 10, 1, 3, tzinfo=UTC), ("x", "日本"), (Part("p", 1), Part("q", None)), 1.5),
    Thing("b", "off", None, (), (), 0.0),
    Thing("c", "off", None, ("z",), (Part("r", 2),), 0.0, Part("s", None), ("y",)),
    Thing("d", "off", None, (), (), 0.0, None, ()),
]


def test_rows_come_back_as_they_were_through_a_frame_and_through_parquet_types() -> None:
    assert THINGS.rows(THINGS.frame(ROWS)) == ROWS
    assert THINGS.rows(THINGS.read(THINGS.arrow(THINGS.frame(ROWS)))) == ROWS


def test_rows_come_back_from_a_part_of_a_frame_and_from_several_put_together() -> None:
    assert THINGS.rows(THINGS.frame(ROWS).iloc[1:3]) == ROWS[1:3]
    both = pd.concat([THINGS.frame(ROWS[:1]), THINGS.frame(ROWS[1:])], ignore_index=True)
    assert THINGS.rows(both) == ROWS


def test_an_empty_table_has_every_column_with_its_type() -> None:
    frame = THINGS.frame([])
    assert list(frame.columns) == ["key", "state", "at", "words", "parts", "size", "first", "more"]
    assert THINGS.arrow(frame).schema.field("parts").type == pa.list_(
        pa.struct([("name", pa.string()), ("count", pa.int64())])
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([Thing("a", "broken", None, (), (), 0.0)], r"things row 0 \(key='a'\): column 'state' holds 'broken'"),  # type: ignore[arg-type]
        ([ROWS[1], ROWS[1]], r"things row 1 \(key='b'\): key key is not unique"),
        ([Thing(None, "on", None, (), (), 0.0)], r"column 'key' is null"),  # type: ignore[arg-type]
        ([Thing("a", "on", None, (), (), "big")], r"things: column 'size': Could not convert 'big'"),  # type: ignore[arg-type]
        ([Thing("a", "on", None, (), (Part("p", 2**70),), 0.0)], r"things: column 'parts': "),
        ([Thing("\ud800", "on", None, (), (), 0.0)], r"things: column 'key': .*surrogates not allowed"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named_with_the_rule(rows: list[Thing], message: str) -> None:
    with pytest.raises(TableError, match=message):
        THINGS.frame(rows)


def test_a_frame_without_a_declared_column_is_refused() -> None:
    with pytest.raises(TableError, match="column 'size' is missing"):
        THINGS.arrow(THINGS.frame(ROWS).drop(columns="size"))
    with pytest.raises(TableError, match="things"):
        THINGS.arrow(pd.DataFrame({**{c.name: ["x"] for c in THINGS.columns}, "at": ["not a time"]}))


def test_a_stored_table_from_before_a_nullable_column_reads_as_null() -> None:
    old = THINGS.arrow(THINGS.frame(ROWS)).drop_columns(["at"])
    assert [row.at for row in THINGS.rows(THINGS.read(old))] == [None] * len(ROWS)
    with pytest.raises(TableError, match="lacks column 'size': materialize it again"):
        THINGS.read(old.drop_columns(["size"]))


def test_columns_carry_their_documentation() -> None:
    assert [(c.name, c.description, c.values) for c in THINGS.columns][:2] == [
        ("key", "key of the thing", ()),
        ("state", "state", ("on", "off")),
    ]
