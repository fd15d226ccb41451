"""Replies that were received, kept before they are used, and the ledger of the calls that were paid for them.

Layout: `replies/ab/<content>-<version>.json` (latest attempt; content = text and candidates, version = prompt, schema and
model) and `calls/<edition>/<time>-<id>.json` (one file a call).
"""

import hashlib
import json
import logging
import types
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

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
    price_input: float | None = None  # USD per million tokens, where a setting gave the price
    price_output: float | None = None
    structured: bool = True  # False: nothing held it to the schema, there may be words around it
    estimated: bool = False  # the endpoint gave no usable token counts: `usage` is an estimate

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
            return reply_of(_load(path))
        except _ODD as error:
            log.warning("%s: kept reply cannot be read and is asked for again (%s)", path, type(error).__name__)
            return None

    def keep(self, reply: KeptReply) -> None:
        """Store `reply` under its key, in place of an earlier attempt. What stood there and can't be read is set aside."""
        path = self._reply_path(reply.key)
        if path.exists() and self._read(path) is None:
            aside = path.with_suffix(".unreadable")
            log.warning("%s: set aside as %s", path, aside.name)
            write_atomic(aside, path.read_bytes())
        _store(path, asdict(reply))

    def record(self, call: Call) -> None:
        """Add one call to the ledger of its edition; a call that stands there already is written again."""
        _store(self.call_path(call), asdict(call))

    def call_path(self, call: Call) -> UPath:
        """Where the ledger holds a call."""
        stamp = call.at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        return self.root / "calls" / call.edition / f"{stamp}-{call.call_id}.json"

    def call(self, path: UPath) -> Call | None:
        """One row of the ledger; None when it can't be read, with a warning that names it."""
        try:
            return call_of(_load(path))
        except _ODD as error:
            log.warning("%s: ledger entry cannot be read and is not counted (%s)", path, error)
            return None

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
        rows = (self.call(path) for path in sorted(folder.glob(pattern), key=str))
        return [row for row in rows if row is not None]

    def _reply_path(self, key: str) -> UPath:
        return self.root / "replies" / key[:2] / f"{key}.json"


# What reading a file that somebody else wrote may raise: bad JSON, JSON of another shape, JSON nested for ever.
_ENDLESS = 10**15
_TYPES = {row: get_type_hints(row) for row in (KeptReply, Call, Usage)}
Row = TypeVar("Row", KeptReply, Call, Usage)
_ODD = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


def reply_of(values: Any) -> KeptReply:
    """A kept reply from its JSON; raises one of ValueError, TypeError, KeyError, AttributeError for anything else."""
    usage = _checked(Usage(**values["usage"]))
    return _checked(KeptReply(**{**values, "at": datetime.fromisoformat(values["at"]), "usage": usage}))


def call_of(values: Any) -> Call:
    """A row of the ledger from its JSON; raises as `reply_of` does, also for a number that is none (`nan`)."""
    return _checked(Call(**{**values, "at": datetime.fromisoformat(values["at"])}))


def _checked(row: Row) -> Row:
    """`row`, a dataclass whose fields are what their types say: nothing of it can surprise whoever reads or adds it up."""
    for name, kind in _TYPES[type(row)].items():
        if not _is(getattr(row, name), kind):
            raise ValueError(f"{name} is not what it must be")
    return row


def _is(value: object, kind: Any) -> bool:
    if get_origin(kind) in (Union, types.UnionType):
        return any(_is(value, one) for one in get_args(kind))
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if kind is datetime:
        return isinstance(value, datetime) and value.tzinfo is not None
    if kind in (int, float):
        # nan is in no order, so it is not between the two either
        return isinstance(value, (int, kind)) and not isinstance(value, bool) and 0 <= value < _ENDLESS
    return isinstance(value, kind)


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
