"""docs/data-dictionary.md from the table records: `make docs` writes it, a test holds it against the code."""

from __future__ import annotations

import pkgutil
import typing
from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib import import_module
from typing import Any, get_args, get_origin

import pyarrow as pa

import secdigest_pipeline
from secdigest_pipeline.base.tables import Column, Table
from secdigest_pipeline.definitions import TABLES

_TYPES = {
    pa.string(): "text",
    pa.int64(): "integer",
    pa.float64(): "number",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.timestamp("us", tz="UTC"): "timestamp, UTC",
}
_HEAD = """\
# Data dictionary

Every table and every column, as `make docs` writes it from the records in the code. A test fails when this page is stale.

Tables of the graph lie below the data directory as `tables/<table>/<edition>.parquet`, or `tables/<table>.parquet` where they have no
editions. `article_id` is made in `raw_feed_items` and joins every table after it. A column of a record
in a list is written `list[].column`.
"""


def tables() -> list[Table[Any]]:
    """Every table that the package declares: those of the graph in its order, then the others by name."""
    found = {}
    for module in pkgutil.walk_packages(secdigest_pipeline.__path__, "secdigest_pipeline."):
        if not module.name.endswith("__main__"):
            for value in vars(import_module(module.name)).values():
                if isinstance(value, Table):
                    found[value.name] = value
    others = sorted(found.keys() - TABLES.keys())
    return [*TABLES.values(), *(found[name] for name in others)]


def _inner(hint: Any) -> Any:
    """The record inside Annotated, `| None` and `tuple[X, ...]`; None when there is none."""
    if isinstance(hint, type) and is_dataclass(hint):
        return hint
    inner = (_inner(arg) for arg in get_args(hint) if arg is not type(None) and not isinstance(arg, str))
    return next((record for record in inner if record is not None), None)


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_type(kind.value_type)}"
    return "record" if pa.types.is_struct(kind) else _TYPES[kind]


def _rows(columns: tuple[Column, ...], prefix: str = "") -> Iterator[str]:
    for column in columns:
        values = f". One of {', '.join(f'`{value}`' for value in column.values)}" if column.values else ""
        description = column.description.replace("|", "\\|")
        nullable = "yes" if column.nullable else ""
        yield f"| `{prefix}{column.name}` | {_type(column.type)} | {nullable} | {description}{values} |"
        record = _inner(column.hint)
        if record is not None:
            mark = "[]." if get_origin(_bare(column.hint)) is tuple else "."
            yield from _rows(Table("", record, key=()).columns, f"{prefix}{column.name}{mark}")


def _bare(hint: Any) -> Any:
    """`hint` without Annotated and `| None`."""
    if get_origin(hint) is typing.Annotated:
        return _bare(get_args(hint)[0])
    rest = [arg for arg in get_args(hint) if arg is not type(None)]
    return _bare(rest[0]) if type(None) in get_args(hint) else hint


def dictionary() -> str:
    """The page as Markdown."""
    parts = [_HEAD]
    for table in tables():
        place = "" if table.name in TABLES else " Kept by the pipeline itself, no asset."
        first = (table.record.__doc__ or "").strip().split("\n")[0]
        parts.append(
            f"## {table.name}\n\n{first}{place} Key: {', '.join(f'`{name}`' for name in table.key)}.\n\n"
            "| column | type | null | what it holds |\n|---|---|---|---|\n" + "\n".join(_rows(table.columns)) + "\n"
        )
    return "\n".join(parts)
