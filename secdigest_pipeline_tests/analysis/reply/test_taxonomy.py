"""The taxonomy is that of the contract."""

import re

from secdigest_pipeline.analysis.reply.prompt import SYSTEM
from secdigest_pipeline.analysis.reply.taxonomy import dimensions


def test_the_taxonomy_is_the_contracts() -> None:
    names = "event_type initial_access actor actor_attribution malware product product_class attack_method crime_trend"
    assert list(dimensions()) == names.split()
    assert sum(len(dimension.values) for dimension in dimensions().values()) == 108
    assert [name for name, dimension in dimensions().items() if dimension.is_dynamic] == ["actor", "malware", "product"]
    assert "unknown" not in dimensions()["event_type"].values and "not_applicable" in dimensions()["crime_trend"].values
    assert all(re.fullmatch("[a-z0-9]+(?:_[a-z0-9]+)*", v) for d in dimensions().values() for v in d.values)
    assert all(value in SYSTEM for value in dimensions()["crime_trend"].values)
