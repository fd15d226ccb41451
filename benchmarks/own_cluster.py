"""The embedded cluster of a bench's own data directory, removed with it: as root it lies outside of it, and would stay."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from upath import UPath

from secdigest_pipeline.orchestration.database import cluster_of
from secdigest_pipeline.orchestration.marks import MARK


@contextmanager
def removed_cluster(data: Path) -> Iterator[None]:
    """Remove the cluster of `data` at the end of the block, when its server has stopped.

    `data` must not be there before: a mark that it holds afterwards names a cluster made in the block, and nobody else's.
    """
    if data.exists():
        raise ValueError(f"{data} is there already: its cluster may be in use")
    try:
        yield
    finally:
        if (data / MARK).exists():
            shutil.rmtree(cluster_of(UPath(data)).home)
