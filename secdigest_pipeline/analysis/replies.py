"""Replies that were received, kept before they are used, and the ledger of the calls that were paid for them.

Layout: `replies/ab/<key>.json` (latest attempt for a key) and `calls/<edition>/<time>-<id>.json` (one file a call).
"""

import hashlib
import json
import logging
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from upath import UPath

from secdigest_pipeline.analysis.models import Usage
from secdigest_pipeline.analysis.prompt import PROMPT_VERSION, Candidate
from secdigest_pipeline.analysis.records import Call
from secdigest_pipeline.analysis.schema import SCHEMA_VERSION
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.files import StorageError, write_atomic

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptReply:
    """What a model answered, as received: `text` is read again at every use, so better reading needs no new call."""

    key: str
    attempt: int
    at: datetime
    edition: str
    article_id: str
    model_asked: str
    model: str
    prompt_version: str
    schema_version: int
    nonce: str
    left_out: int
    stop_reason: str
    refusal: str
    request_id: str
    usage: Usage
    text: str


def reply_key(article: Article, listed: Sequence[Candidate], model: str) -> str:
    """Key of the kept reply: SHA-256 over text, candidates, prompt version, schema version and model."""
    parts = [article.text_sha256, [[c.id, c.type, c.value] for c in listed], PROMPT_VERSION, SCHEMA_VERSION, model]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Replies:
    """Kept replies and call ledger below one folder, local or object store. Methods block and raise StorageError."""

    def __init__(self, root: UPath) -> None:
        self.root = root

    def get(self, key: str) -> KeptReply | None:
        """The latest reply kept for `key`; None when there is none or it cannot be read (it is asked for again)."""
        path = self._reply_path(key)
        if not path.exists():
            return None
        try:
            values = _load(path)
            usage = Usage(**values.pop("usage"))
            return KeptReply(**{**values, "at": datetime.fromisoformat(values["at"]), "usage": usage})
        except (ValueError, TypeError, KeyError) as error:
            log.warning("%s: kept reply cannot be read and is asked for again (%s)", path, type(error).__name__)
            return None

    def keep(self, reply: KeptReply) -> None:
        """Store `reply` under its key, in place of an earlier attempt."""
        _store(self._reply_path(reply.key), asdict(reply))

    def record(self, call: Call) -> None:
        """Add one call to the ledger of its edition."""
        stamp = call.at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        _store(self.root / "calls" / call.edition / f"{stamp}-{call.call_id}.json", asdict(call))

    def calls(self, edition: str) -> list[Call]:
        """The calls made for an edition, oldest first. An entry that cannot be read is left out with a warning."""
        folder = self.root / "calls" / edition
        if not folder.exists():
            return []
        found = []
        for path in sorted(folder.glob("*.json"), key=lambda path: path.name):
            try:
                values = _load(path)
                found.append(Call(**{**values, "at": datetime.fromisoformat(values["at"])}))
            except (ValueError, TypeError, KeyError) as error:
                log.warning("%s: ledger entry cannot be read and is not counted (%s)", path, type(error).__name__)
        return found

    def _reply_path(self, key: str) -> UPath:
        return self.root / "replies" / key[:2] / f"{key}.json"


def call_id() -> str:
    """A new unique id of a call."""
    return uuid.uuid4().hex


def _load(path: UPath) -> dict[str, Any]:
    try:
        values = json.loads(path.read_bytes())
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror or error})") from error
    if not isinstance(values, dict):
        raise ValueError("not an object")
    return values


def _store(path: UPath, values: dict[str, Any]) -> None:
    text = json.dumps(values, default=datetime.isoformat, ensure_ascii=True, indent=1)
    write_atomic(path, text.encode())
