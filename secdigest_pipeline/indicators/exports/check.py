"""Export files as they lie in the output folder, held against what the step has listed of them.

That other tools read them is a matter of the code, not of the day: the tests hold it with the tools' own libraries
(docs/decisions/stix-and-misp.md).
"""

from collections.abc import Sequence

from upath import UPath

from secdigest_pipeline.base.files import sha256
from secdigest_pipeline.indicators.exports.records import ExportFile


def unlike_listed(out: UPath, files: Sequence[ExportFile]) -> list[str]:
    """Files that are missing from `out` or hold other bytes than listed, each with its path; empty when all is well."""
    wrong = []
    for file in files:
        path = out / file.path
        try:
            if sha256(path.read_bytes()) != file.sha256:
                wrong.append(f"{path}: holds other bytes than were written")
        except OSError as error:
            wrong.append(f"{path}: cannot be read ({error.strerror or error})")
    return wrong
