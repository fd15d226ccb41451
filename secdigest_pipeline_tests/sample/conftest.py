"""The sample world, loaded once."""

import pytest

from secdigest_pipeline.sample.world import World


@pytest.fixture(scope="session")
def world() -> World:
    """The world in `content/`."""
    return World.load()
