"""Notes of batches under way, `batches/<edition>-<id>.json`: what was asked, what it may cost, and the batch's id."""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from upath import UPath

from secdigest_pipeline.analysis.asking.answer import Asked
from secdigest_pipeline.base.files import StorageError, write_atomic

log = logging.getLogger(__name__)

_ODD = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Pending:
    """A batch that is wanted (`batch_id` empty: perhaps created) or under way; `asked` by custom id, `usd`: its highest cost."""

    edition: str
    at: datetime
    batch_id: str
    asked: Mapping[str, Asked]
    usd: float = 0.0

    @property
    def keys(self) -> set[str]:
        """Keys of the replies it is to bring."""
        return {asked.key for asked in self.asked.values()}


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes in one folder, local or object store. Methods block and raise StorageError."""

    folder: UPath
    # what a note says of keys and cost does not change while it exists
    _seen: dict[str, Pending] = field(default_factory=dict)

    def all(self) -> Iterator[tuple[UPath, Pending]]:
        """Every note that can be read, by name; one that can't be is named and left alone."""
        if not self.folder.exists():
            return
        for path in sorted(self.folder.glob("*.json"), key=lambda path: path.name):
            try:
                pending = _read(path)
            except FileNotFoundError:
                continue  # its batch was finished by another process meanwhile
            except OSError as error:
                raise StorageError(f"{path}: cannot be read ({error.strerror or error})") from error
            except _ODD as error:
                log.warning("%s: note of a batch cannot be read and is left alone (%s)", path, type(error).__name__)
            else:
                self._seen[path.name] = pending
                yield path, pending

    def keys(self) -> set[str]:
        """Keys of all replies that batches under way are to bring."""
        return {key for pending in self._known() for key in pending.keys}

    def held(self) -> list[tuple[str, float]]:
        """What each batch under way may cost, USD, with its edition."""
        return [(pending.edition, pending.usd) for pending in self._known()]

    def write(self, path: UPath, pending: Pending) -> None:
        """Write a note, or write it anew with the batch's id."""
        values = {**asdict(replace(pending, asked={})), "at": pending.at.isoformat()}
        values["asked"] = {custom_id: asdict(asked) for custom_id, asked in pending.asked.items()}
        write_atomic(path, json.dumps(values, indent=1).encode())
        self._seen[path.name] = pending

    def forget(self, path: UPath) -> None:
        """The batch is finished, or never was one."""
        path.unlink(missing_ok=True)

    def _known(self) -> list[Pending]:
        names = {path.name for path in self.folder.glob("*.json")} if self.folder.exists() else set()
        if names - self._seen.keys():
            return [pending for _, pending in self.all()]
        return [self._seen[name] for name in sorted(names)]


def _read(path: UPath) -> Pending:
    values = json.loads(path.read_bytes())
    asked = {custom_id: Asked(**fields) for custom_id, fields in values["asked"].items()}
    usd = values.get("usd", 0.0)
    if not isinstance(usd, (int, float)) or not 0 <= usd < 1e9:
        raise ValueError("usd")
    return Pending(values["edition"], datetime.fromisoformat(values["at"]), values["batch_id"], asked, usd)
