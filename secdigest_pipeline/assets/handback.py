"""How every asset hands back: a checked table, its numbers as metadata, and word to whoever listens."""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg
import pandas as pd

from secdigest_pipeline.resources import Services
from secdigest_pipeline.tables import Table


def hand_back(
    context: dg.AssetExecutionContext,
    services: Services,
    table: Table[Any],
    rows: Iterable[Any],
    numbers: Mapping[str, int | float],
    extra: Mapping[str, dg.MetadataValue] | None = None,
) -> pd.DataFrame:
    """The rows as a checked DataFrame; `numbers` are plotted by the UI over the partitions."""
    frame = table.frame(rows)
    context.add_output_metadata({"dagster/row_count": len(frame), **numbers, **(extra or {})})
    services.listener(table.name, {"rows": len(frame), **numbers})
    return frame


def described(table: Table[Any]) -> dict[str, Any]:
    """Definition metadata of an asset: its columns with types and meaning."""
    return {
        "dagster/column_schema": dg.TableSchema(
            columns=[
                dg.TableColumn(
                    name=column.name,
                    type=str(column.type),
                    description=column.description,
                    constraints=dg.TableColumnConstraints(nullable=column.nullable),
                )
                for column in table.columns
            ]
        )
    }
