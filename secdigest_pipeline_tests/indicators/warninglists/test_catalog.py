"""The vendored lists are those of the catalogue."""

from secdigest_pipeline.indicators.warninglists.catalog import CATALOG
from secdigest_pipeline.indicators.warninglists.lookup import manifest


def test_the_vendored_lists_are_those_of_the_catalog_with_version_count_and_licence() -> None:
    assert set(manifest()) == {listed.name for listed in CATALOG}
    for name, about in manifest().items():
        assert about["licence"] == "CC0-1.0", name
        assert isinstance(about["version"], int) and isinstance(about["count"], int) and about["count"] > 0, name
    assert manifest()["tranco10k"]["date"] == "2025-01-15"
