"""How every asset and check hands back: a checked table, numbers the UI plots, tables it shows, word to whoever listens."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import dagster as dg

from secdigest_pipeline.base.tables import Table
from secdigest_pipeline.orchestration.services import Tables

# Dagster keeps metadata in its event log, once a materialization: of long tables the first rows.
_SHOWN_ROWS = 200

Row = TypeVar("Row")


def materialized(
    context: dg.AssetExecutionContext,
    tables: Tables,
    table: Table[Row],
    rows: list[Row],
    numbers: Mapping[str, int | float],
    extra: Mapping[str, dg.MetadataValue] | None = None,
) -> list[Row]:
    """The rows, which the IO manager checks and stores; `numbers` are plotted by the UI over the partitions.

    What was found damaged is a warning in the log of the run, and a number and a table of the metadata.
    """
    context.add_output_metadata(_reported(context, tables, table, rows, numbers, extra))
    return rows


def output_of(
    context: dg.AssetExecutionContext,
    tables: Tables,
    table: Table[Row],
    rows: list[Row],
    numbers: Mapping[str, int | float],
    extra: Mapping[str, dg.MetadataValue] | None = None,
) -> dg.Output[list[Row]]:
    """As `materialized`, of a step that makes several tables: its output of the table's name."""
    return dg.Output(rows, table.name, metadata=_reported(context, tables, table, rows, numbers, extra))


def _reported(
    context: dg.AssetExecutionContext,
    tables: Tables,
    table: Table[Row],
    rows: list[Row],
    numbers: Mapping[str, int | float],
    extra: Mapping[str, dg.MetadataValue] | None,
) -> dict[str, Any]:
    damage = tables.damage()
    for line in damage:
        context.log.warning(line)
    if damage:
        numbers = {**numbers, "damaged": len(damage)}
        extra = {**(extra or {}), "damage": shown(["what"], [[line] for line in damage])}
    tables.listener(table.name, {"rows": len(rows), **numbers})
    return {"dagster/row_count": len(rows), **numbers, **(extra or {})}


def table_output(table: Table[Any], group: str, description: str) -> dg.AssetOut:
    """One table of a step that makes several and can make each of them alone."""
    return dg.AssetOut(
        is_required=False,
        group_name=group,
        kinds={"python", "parquet"},
        description=description,
        metadata=described(table),
    )


def described(table: Table[Any]) -> dict[str, Any]:
    """Definition metadata of an asset: its columns with types and meaning."""
    return {
        "dagster/column_schema": dg.TableSchema(
            columns=[
                dg.TableColumn(
                    name=column.name,
                    type=column.type_name,
                    description=column.description,
                    constraints=dg.TableColumnConstraints(nullable=column.nullable),
                )
                for column in table.columns
            ]
        )
    }


def shown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> dg.MetadataValue:
    """`rows` of text as a table of the UI, at most 200 of them."""
    records = [dg.TableRecord(dict(zip(columns, row, strict=True))) for row in rows][:_SHOWN_ROWS]
    return dg.MetadataValue.table(records, schema=dg.TableSchema([dg.TableColumn(name, "string") for name in columns]))


def checked(
    columns: Sequence[str],
    found: Sequence[Sequence[str]],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
    check: str | None = None,
) -> dg.AssetCheckResult:
    """What a check found wrong: passed when nothing. The first row is its description, all are a table, their number is plotted.

    `check` names it where one step makes several.
    """
    return dg.AssetCheckResult(
        check_name=check,
        passed=not found,
        severity=severity,
        description=": ".join(found[0])[:500] if found else None,
        metadata={"found": len(found), **({"what": shown(columns, found)} if found else {})},
    )
