"""Calls under way: each is on disk before it is paid for, with room for its answer, and there until its reply is kept.

The file's first line is what the ledger has to say if nothing more is ever heard of the call. Behind it the answer is
written in place, reply and ledger row together with their checksum: the room was taken before, so a disk that fills up
meanwhile loses nothing. Who opens the journal finishes what a process that is gone has left.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from secdigest_pipeline.analysis.asking.answer import Reads
from secdigest_pipeline.analysis.asking.claims import Claim, Claims
from secdigest_pipeline.analysis.asking.ledger import Ledger
from secdigest_pipeline.analysis.asking.reading import Unusable
from secdigest_pipeline.analysis.asking.replies import KeptReply, Replies, call_of, reply_of
from secdigest_pipeline.analysis.records import Call
from secdigest_pipeline.base.files import StorageError

log = logging.getLogger(__name__)

_KIND = "call"
# Bytes of a kept reply per token it may have: a Japanese character is about one, and six bytes of escaped JSON.
_BYTES_A_TOKEN = 12
_BYTES_BESIDE = 8_192


Noted = TypeVar("Noted")


class InBatch(Exception):
    """A batch under way is to bring the reply."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A call that may be made now."""

    claim: Claim
    answer_at: int  # offset in the file
    lost: Call  # its row if no answer comes

    def answered(self, kept: KeptReply | None, call: Call) -> None:
        """Have the answer on disk. `kept` is None when there is no reply, or none that is to be kept."""
        row, reply = asdict(call), asdict(kept) if kept else None
        try:
            self.claim.write(_sealed({"call": row, "reply": reply}), self.answer_at)
        except StorageError:
            # longer than the room for it, and the disk is full: what was paid is told all the same
            self.claim.write(_sealed({"call": row, "reply": None}), self.answer_at)
            raise


class Journal:
    """The calls under way in one data directory. Methods block and raise StorageError."""

    def __init__(
        self,
        claims: Claims,
        replies: Replies,
        ledger: Ledger,
        batched: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        """`batched`: keys of the replies that batches under way are to bring."""
        self.claims = claims
        self._batched = batched
        self._replies = replies
        self._ledger = ledger
        self._opened = datetime.now(UTC)

    def begin(self, key: str, lost: Call, max_tokens: int) -> UnderWay | None:
        """Write a call down that is about to be made; None while somebody makes the one of the same `key`.

        InBatch when a batch under way is to bring it.
        """
        line = json.dumps({"key": key, "lost": asdict(lost)}, default=datetime.isoformat).encode() + b"\n"
        room = max_tokens * _BYTES_A_TOKEN + _BYTES_BESIDE
        with self.claims.locked():
            if key in self._batched():
                raise InBatch
            if key in self._keys():
                return None
            # written, not only reserved: not every file system can promise room
            claim = self.claims.create(_KIND, line + b" " * room)
        return UnderWay(claim, len(line), lost)

    def end(self, under_way: UnderWay, kept: KeptReply | None, call: Call, reads: Reads) -> None:
        """Have reply and row on disk, enter both where they belong, and forget the call.

        StorageError leaves it to the next who opens the journal.
        """
        kept = self._worth_keeping(kept, reads)
        try:
            under_way.answered(kept, call)
            self._enter(kept, call)
        except StorageError:
            under_way.claim.let_go()
            raise
        under_way.claim.remove()

    def publish(self, kept: KeptReply | None, call: Call, reads: Reads) -> None:
        """Enter an answer that can be had again, should this end in the middle: a batch's."""
        self._enter(self._worth_keeping(kept, reads), call)

    def announce(self, note: Callable[[set[str]], Noted]) -> Noted:
        """What `note` hands back, told the keys that are asked for now: no other call begins before a batch is noted."""
        with self.claims.locked():
            return note(self._keys())

    def newer(self, key: str, attempt: int = 1) -> KeptReply | None:
        """A reply of that attempt which was received since the journal was opened: another process has asked the same."""
        kept = self._replies.get(key)
        return kept if kept is not None and kept.at >= self._opened and kept.attempt >= attempt else None

    def recover(self) -> int:
        """Finish what processes that are gone have left; how many calls that were."""
        count = 0
        with self.claims.locked():
            for claim in self.claims.abandoned(_KIND):
                try:
                    self._finish(claim)
                except StorageError:
                    claim.let_go()
                    raise
                claim.remove()
                count += 1
        return count

    def _finish(self, claim: Claim) -> None:
        line, _, rest = claim.read().partition(b"\n")
        try:
            lost = call_of(json.loads(line)["lost"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return  # it was being written: the call was not made yet
        answer = _unsealed(rest)
        if answer is None:
            log.warning("article %s: a call was under way when its process ended; it counts as paid", lost.article_id)
            self._enter(None, lost)
            return
        self._enter(reply_of(answer["reply"]) if answer["reply"] else None, call_of(answer["call"]))

    def _worth_keeping(self, kept: KeptReply | None, reads: Reads) -> KeptReply | None:
        """The reply, unless it would take a good one's place and is none: an article that is asked anew loses nothing."""
        if kept is None or not isinstance(reads(kept), Unusable):
            return kept
        previous = self._replies.get(kept.key)
        return kept if previous is None or isinstance(reads(previous), Unusable) else None

    def _enter(self, kept: KeptReply | None, call: Call) -> None:
        # the row first: there is never a reply that the ledger does not know
        self._replies.record(call)
        self._ledger.add(call)
        if kept is not None:
            there = self._replies.get(kept.key)
            if there is None or there.at <= kept.at:
                self._replies.keep(kept)

    def _keys(self) -> set[str]:
        found = set()
        for path in self.claims.alive(_KIND):
            try:
                with path.open("rb") as file:
                    found.add(str(json.loads(file.readline())["key"]))
            except (OSError, ValueError, TypeError, KeyError):
                continue  # being written by nobody who lives: `create` is done within the lock
        return found


def _sealed(values: dict[str, Any]) -> bytes:
    text = json.dumps(values, default=datetime.isoformat).encode()
    return hashlib.sha256(text).hexdigest().encode() + b" " + text + b"\n"


def _unsealed(data: bytes) -> dict[str, Any] | None:
    """What was sealed, None when it was not written to its end."""
    digest, _, rest = data.partition(b" ")
    text, newline, _ = rest.partition(b"\n")
    if not newline or hashlib.sha256(text).hexdigest().encode() != digest:
        return None
    values = json.loads(text)
    return values if isinstance(values, dict) else None
