from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

import pandas as pd
import pyarrow as pa
import pytest

from secdigest_pipeline.base.tables import DayKey, Named, Table, TableError, frame_of
from secdigest_pipeline.definitions import TABLES


@dataclass(frozen=True, slots=True)
class Part:
    name: Annotated[str, "name"]
    count: Annotated[int | None, "how many", Named("number")]


@dataclass(frozen=True, slots=True)
class Thing:
    key: Annotated[str, "key of the thing"]
    state: Annotated[Literal["on", "off"], "state"]
    day: Annotated[DayKey, "day of the thing"]
    at: datetime | None
    words: tuple[str, ...]
    parts: tuple[Part, ...]
    size: float
    begin: Annotated[int | None, "where it begins", Named("begins_at")] = None
    first: Part | None = None
    more: tuple[str, ...] | None = None
    last_day: DayKey | None = None


DAY = "2026-10-01"
THINGS = Table("things", Thing, key=("key",))
ROWS = [
    Thing("a", "on", DAY, datetime(2026, 10, 1, 3, tzinfo=UTC), ("x", "日本"), (Part("p", 1), Part("q", None)), 1.5),
    Thing("b", "off", DAY, None, (), (), 0.0),
    Thing("c", "off", DAY, None, ("z",), (Part("r", 2),), 0.0, 7, Part("s", None), ("y",), DAY),
    Thing("d", "off", DAY, None, (), (), 0.0, None, None, ()),
]


def test_rows_come_back_as_they_were_through_arrow_and_through_a_frame() -> None:
    assert THINGS.rows(THINGS.arrow(ROWS)) == ROWS
    assert THINGS.rows(THINGS.current(THINGS.arrow(ROWS))) == ROWS
    assert THINGS.rows(THINGS.of_frame(frame_of(THINGS.arrow(ROWS)))) == ROWS


def test_rows_come_back_from_a_part_of_a_table_and_from_several_put_together() -> None:
    assert THINGS.rows(THINGS.arrow(ROWS).slice(1, 2)) == ROWS[1:3]
    assert THINGS.rows(pa.concat_tables([THINGS.arrow(ROWS[:1]), THINGS.arrow(ROWS[1:])])) == ROWS


def test_an_empty_table_has_every_column_with_its_type() -> None:
    table = THINGS.arrow([])
    assert table.column_names == [
        "key",
        "state",
        "day",
        "at",
        "words",
        "parts",
        "size",
        "begins_at",
        "first",
        "more",
        "last_day",
    ]
    assert table.schema.field("parts").type == pa.list_(pa.struct([("name", pa.string()), ("number", pa.int64())]))


def test_a_column_names_its_type_as_arrow_does() -> None:
    columns = [column for table in (THINGS, *TABLES.values()) for column in table.columns]
    assert [column.type_name for column in columns] == [str(column.type) for column in columns]


def test_a_frame_has_nullable_integers_strings_real_times_and_days() -> None:
    kinds = {name: str(kind) for name, kind in frame_of(THINGS.arrow(ROWS)).dtypes.items()}
    assert kinds == {
        "key": "string",
        "state": "string",
        "day": "date32[day][pyarrow]",
        "at": "datetime64[us, UTC]",
        "words": "list<item: string>[pyarrow]",
        "parts": "list<item: struct<name: string, number: int64>>[pyarrow]",
        "size": "Float64",
        "begins_at": "Int64",
        "first": "struct<name: string, number: int64>[pyarrow]",
        "more": "list<item: string>[pyarrow]",
        "last_day": "date32[day][pyarrow]",
    }


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([Thing("a", "broken", DAY, None, (), (), 0.0)], r"things row 0 \(key='a'\): column 'state' holds 'broken'"),  # type: ignore[arg-type]
        ([ROWS[1], ROWS[1]], r"things row 1 \(key='b'\): key key is not unique"),
        ([Thing(None, "on", DAY, None, (), (), 0.0)], r"column 'key' is null"),  # type: ignore[arg-type]
        (
            [Thing("a", "on", DAY, None, (), (), "big")],
            r"things row 0 \(key='a'\): column 'size' takes double, not 'big'",
        ),  # type: ignore[arg-type]
        (
            [Thing("a", "on", DAY, None, (), (Part("p", 2**70),), 0.0)],
            r"things row 0 \(key='a'\): column 'parts' takes ",
        ),
        (
            [Thing("\ud800", "on", DAY, None, (), (), 0.0)],
            r"things row 0 .*: column 'key' takes string, .*surrogates not allowed",
        ),
    ],
)
def test_a_row_that_breaks_a_rule_is_named_with_the_rule(rows: list[Thing], message: str) -> None:
    with pytest.raises(TableError, match=message):
        THINGS.arrow(rows)


def test_the_row_that_does_not_fit_is_found_behind_those_that_do() -> None:
    with pytest.raises(
        TableError, match=r"things row 4 \(key='e'\): column 'day' takes date32\[day\], not 'yesterday'"
    ):
        THINGS.arrow([*ROWS, Thing("e", "on", "yesterday", None, (), (), 0.0)])


def test_a_frame_without_a_declared_column_is_refused() -> None:
    with pytest.raises(TableError, match="column 'size' is missing"):
        THINGS.of_frame(frame_of(THINGS.arrow(ROWS)).drop(columns="size"))
    with pytest.raises(TableError, match="things"):
        THINGS.of_frame(pd.DataFrame({**{c.name: ["x"] for c in THINGS.columns}, "at": ["not a time"]}))


def test_an_arrow_table_of_other_columns_is_refused() -> None:
    with pytest.raises(TableError, match="things: columns are"):
        THINGS.checked(THINGS.arrow(ROWS).drop_columns(["size"]))


def test_a_stored_table_from_before_a_nullable_column_reads_as_null() -> None:
    old = THINGS.arrow(ROWS).drop_columns(["at"])
    assert [row.at for row in THINGS.rows(THINGS.current(old))] == [None] * len(ROWS)
    with pytest.raises(TableError, match="lacks column 'size': materialize it again"):
        THINGS.current(old.drop_columns(["size"]))


def test_a_stored_table_of_the_old_form_is_read_as_today_s() -> None:
    """Before, columns had the fields' own names and days were text."""
    table = THINGS.arrow(ROWS)
    part = pa.struct([("name", pa.string()), ("count", pa.int64())])
    old = table.rename_columns({"begins_at": "begin"})
    for name in ("day", "last_day"):
        at = old.column_names.index(name)
        old = old.set_column(at, name, old.column(name).cast(pa.string()))
    for name, kind in (("first", part), ("parts", pa.list_(part))):
        at = old.column_names.index(name)
        values = [
            [{"name": p["name"], "count": p["number"]} for p in value] if isinstance(value, list)
            else value and {"name": value["name"], "count": value["number"]}
            for value in old.column(name).to_pylist()
        ]  # fmt: skip
        old = old.set_column(at, name, pa.array(values, kind))
    assert THINGS.rows(THINGS.current(old)) == ROWS
    broken = old.set_column(2, "day", pa.array(["someday"] * len(ROWS)))
    with pytest.raises(TableError, match=r"things: stored column 'day' is not date32\[day\]"):
        THINGS.current(broken)


def test_columns_carry_their_documentation() -> None:
    assert [(c.name, c.description, c.values) for c in THINGS.columns][:2] == [
        ("key", "key of the thing", ()),
        ("state", "state", ("on", "off")),
    ]
