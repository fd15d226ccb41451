"""One row per export file of an edition."""

from dataclasses import dataclass
from typing import Annotated

from secdigest_pipeline.base.tables import DayKey, Table


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One export file of an edition."""

    edition: Annotated[DayKey, "edition date"]
    path: Annotated[str, "path below the output folder"]
    bytes: Annotated[int, "size, bytes"]
    sha256: Annotated[str, "SHA-256 of the file"]


IOC_EXPORTS = Table("ioc_exports", ExportFile, key=("path",))
