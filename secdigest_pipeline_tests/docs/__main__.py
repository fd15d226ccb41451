"""Write the pages and parts of pages that come from the code: `make docs`."""

from secdigest_pipeline_tests.docs.dictionary import dictionary
from secdigest_pipeline_tests.docs.graph import with_graph
from secdigest_pipeline_tests.places import REPOSITORY

DOCS = REPOSITORY / "docs"

architecture = with_graph((DOCS / "architecture.md").read_text(encoding="utf-8"))
(DOCS / "architecture.md").write_text(architecture, encoding="utf-8")
(DOCS / "data-dictionary.md").write_text(dictionary(), encoding="utf-8")
