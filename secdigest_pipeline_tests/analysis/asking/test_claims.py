"""Claims on disk: who is at work, who is gone, and who was done the moment somebody looked."""

import os
import threading
from pathlib import Path

from secdigest_pipeline.analysis.asking.claims import Claims


def test_a_claim_that_is_done_while_somebody_looks_is_neither_alive_nor_left(tmp_path: Path) -> None:
    claims = Claims(tmp_path)
    stop = threading.Event()
    left: list[bytes] = []
    failed: list[Exception] = []

    def look() -> None:
        while not stop.is_set():
            try:
                with claims.locked():
                    claims.alive("call")
                    for claim in claims.abandoned("call"):
                        left.append(claim.path.read_bytes() if claim.path.exists() else b"gone")
                        claim.let_go()
            except Exception as error:
                failed.append(error)
                return

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    for at in range(1_500):
        with claims.locked():
            claim = claims.create("call", str(at).encode())
        claim.remove()  # its owner needs no lock to be done with it
    stop.set()
    for looker in lookers:
        looker.join()
    assert (failed, left) == ([], [])


def test_a_claim_whose_process_is_gone_is_the_finders(tmp_path: Path) -> None:
    claims = Claims(tmp_path)
    with claims.locked():
        claim = claims.create("call", b"paid for")
        assert claims.alive("call") == [claim.path] and not list(claims.abandoned("call"))
    os.close(claim.descriptor)
    with claims.locked():
        assert claims.alive("call") == []
        [found] = list(claims.abandoned("call"))
        assert found.read() == b"paid for"
        found.remove()
        assert not list(claims.abandoned("call"))
