"""Replies that were received, kept before they are used, and the ledger of the calls that were paid for them.

Layout: `replies/ab/<content>-<version>.json` (latest attempt; content = text and candidates, version = prompt, schema and
model) and `calls/<edition>/<time>-<id>.json` (one file a call).
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

from secdigest_pipeline.analysis.asking.models import Usage
from secdigest_pipeline.analysis.records import Call, CallKind
from secdigest_pipeline.analysis.reply.prompt import Candidate
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.files import StorageError, write_atomic

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
    batch: bool = False  # made by a Message Batch, at half price
    call: CallKind = "write"

    @property
    def version(self) -> str:
        """Prompt and schema it was asked with, as in `Analysis.prompt_version`."""
        return f"{self.prompt_version}-{self.schema_version}"


def content_key(
    article: Article, listed: Sequence[Candidate], call: CallKind = "write", about: Sequence[object] = ()
) -> str:
    """What a reply is about, whoever was asked and how: SHA-256 over text and candidates.

    Of another call than the first also over its kind and what it is told beside them: `about`, of strings and numbers.
    """
    parts: list[object] = [article.text_sha256, [[c.id, c.type, c.value] for c in listed]]
    if call != "write":
        parts += [call, about]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def reply_key(content: str, model: str, version: str) -> str:
    """Key of the reply of `model`, asked with prompt and schema of `version`, about what `content_key` names."""
    prompt_version, _, schema_version = version.rpartition("-")
    asked = json.dumps([prompt_version, int(schema_version), model])
    return f"{content}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"


class Replies:
    """Kept replies and call ledger below one folder, local or object store. Methods block and raise StorageError."""

    def __init__(self, root: UPath) -> None:
        self.root = root

    def get(self, key: str) -> KeptReply | None:
        """The latest reply kept for `key`; None when there is none or it cannot be read (it is asked for again)."""
        path = self._reply_path(key)
        return self._read(path) if path.exists() else None

    def versions(self, content: str) -> list[KeptReply]:
        """Every reply kept about one content, of any prompt and model, oldest first."""
        folder = self.root / "replies" / content[:2]
        paths = sorted(folder.glob(f"{content}-*.json"), key=lambda path: path.name) if folder.exists() else []
        found = [kept for path in paths if (kept := self._read(path)) is not None]
        return sorted(found, key=lambda kept: (kept.at, kept.key))

    def _read(self, path: UPath) -> KeptReply | None:
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
        return self._calls(self.root / "calls" / edition, "*.json")

    def calls_of_month(self, month: str) -> list[Call]:
        """The calls made in a calendar month of UTC (`YYYY-MM`), for whichever edition, by edition and time."""
        return self._calls(self.root / "calls", f"*/{month.replace('-', '')}*.json")

    def editions(self) -> list[str]:
        """Editions that calls were made for, oldest first."""
        folder = self.root / "calls"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def _calls(self, folder: UPath, pattern: str) -> list[Call]:
        if not folder.exists():
            return []
        found = []
        for path in sorted(folder.glob(pattern), key=str):
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
