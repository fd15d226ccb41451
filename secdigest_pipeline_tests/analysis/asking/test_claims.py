"""Files that tell of work under way, while others end theirs: what is done is neither alive nor left behind."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from secdigest_pipeline.analysis.asking.claims import Claims
from secdigest_pipeline.base.files import StorageError


def test_a_claim_is_alive_until_its_process_lets_go(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "asking")
    with claims.locked():
        claim = claims.create("call", b"{}")
        assert claims.alive("call") == [claim.path] and list(claims.abandoned("call")) == []
        claim.let_go()
        assert claims.alive("call") == []
        [left] = claims.abandoned("call")
        assert left.path == claim.path and left.read() == b"{}"
        left.remove()
        assert list(claims.abandoned("call")) == []


@pytest.mark.parametrize("moment", ["before it is opened", "after it is opened"])
def test_a_claim_that_its_owner_removes_meanwhile_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    claims = Claims(tmp_path / "asking")
    with claims.locked():
        ours, other = claims.create("call", b"ours"), claims.create("call", b"other")
        real = os.open

        def opened(path: str | Path, flags: int, mode: int = 0o777) -> int:
            # the owner ends in the very moment in which we look
            if path == other.path and other.path.exists():
                if moment == "before it is opened":
                    other.remove()
                    return real(path, flags, mode)
                found = real(path, flags, mode)
                other.remove()
                return found
            return real(path, flags, mode)

        monkeypatch.setattr(os, "open", opened)
        assert claims.alive("call") == [ours.path]
        other = claims.create("call", b"another")
        assert list(claims.abandoned("call")) == [], "it was paid for and entered by its owner"


def test_calls_that_end_while_others_are_counted_are_no_error(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "asking")
    stopped = threading.Event()
    failures: list[StorageError] = []

    def work() -> None:
        try:
            while not stopped.is_set():
                with claims.locked():
                    claim = claims.create("call", b"{}")
                claim.remove()
        except StorageError as error:
            failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    try:
        for found in _looked(claims, 400):
            assert found == []
    finally:
        stopped.set()
        for worker in workers:
            worker.join()
    assert failures == []


def _looked(claims: Claims, times: int) -> Iterator[list[Path]]:
    for _ in range(times):
        with claims.locked():
            claims.alive("call")
            yield [claim.path for claim in claims.abandoned("call")]
