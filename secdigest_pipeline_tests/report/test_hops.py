"""docs/architecture.md leads from every kind of line to the code that writes it."""

import re
from pathlib import Path

import secdigest_pipeline
from secdigest_pipeline.report.records import FIELDS
from secdigest_pipeline_tests.places import REPOSITORY

ROOT = Path(secdigest_pipeline.__file__).parent
SECTION = (
    (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8").split("\n## From a line to its code\n")[1]
)
HOPS = re.findall(r"`([\w/]+\.py):(\w+)`", SECTION.split("\n## ")[0])


def test_every_field_names_the_function_that_writes_its_line() -> None:
    cells = [row.split("|")[1] for row in re.findall(r"^\| `.*", SECTION, re.MULTILINE)]
    assert sorted(re.findall(r"`(\w+)`", " ".join(cells))) == sorted(FIELDS)


def test_every_hop_is_a_function_or_class_of_its_file() -> None:
    assert len(HOPS) > 25
    defined = {
        (file, name): re.findall(
            rf"^(?:async )?(?:def|class) {name}\b", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE
        )
        for file, name in HOPS
    }
    assert [hop for hop, found in defined.items() if not found] == []
