"""Files of indicators as text: CSV, JSON, STIX 2.x bundles and MISP events, one value a line below a heading that says what they are.

What a file states as an indicator stands below `# Indicators of compromise`; everything else it holds stands below other headings,
for the ledger to judge. Values are written as the file has them: nothing is refanged, merged or made up.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

INDICATORS = "# Indicators of compromise"
# A neutral heading: the ledger takes what stands below it for context, not for indicators.
CONTEXT = "# Overview"
MAX_VALUES = 20_000

_PATTERN = re.compile(r"\[?\s*([a-z0-9-]+):([A-Za-z0-9_.'\-]+)\s*(?:=|IN|LIKE|MATCHES)\s*\(?\s*'((?:[^'\\]|\\.)*)'")
_BENIGN = frozenset({"benign"})
_OBSERVABLES = frozenset(
    {"ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "file", "artifact", "network-traffic"}
)
# MISP types whose values are addresses, names or hashes; a composite type has its values in one string, joined by `|`.
_MISP_TYPES = frozenset(
    "ip-src ip-dst ip-src|port ip-dst|port domain domain|ip hostname hostname|port url uri md5 sha1 sha256 sha512 "
    "filename|md5 filename|sha1 filename|sha256 filename|sha512 email email-src email-dst link".split()
)
_LINE = re.compile(r"[\r\n\t\x0b\x0c\x85\u2028\u2029]+")


@dataclass(slots=True)
class IndicatorFile:
    """What a file says: its title and date if it states them, the values it gives as indicators, and the other ones."""

    format: str
    title: str = ""
    published: datetime | None = None
    indicators: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The file as text with a line a value."""
        parts = [f"# {self.title}"] if self.title else []
        if self.others:
            parts += [CONTEXT, *self.others]
        if self.indicators:
            parts += [INDICATORS, *self.indicators]
        return "\n".join(parts)


def json_file(text: str) -> IndicatorFile | None:
    """A STIX bundle, a MISP event (one, a list or a search response) or any other JSON document; None when it is none.

    A document nested beyond the parser's depth is none either.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(document, dict) and document.get("type") == "bundle" and isinstance(document.get("objects"), list):
        return _stix(document["objects"])
    events = list(_misp_events(document))
    if events:
        return _misp(events)
    if not isinstance(document, (dict, list)):
        return None
    return IndicatorFile("json", others=_cut([_line(item) for item in _leaves(document)]))


def csv_text(text: str) -> str | None:
    """Rows of a table as ` | `-joined lines; None when the text is no table of at least two columns and two rows."""
    sample = "\n".join(line for line in text.splitlines()[:50] if line.strip() and not line.startswith("#"))
    delimiter = max(",;\t|", key=lambda mark: min((line.count(mark) for line in sample.splitlines()), default=0))
    if not sample or any(delimiter not in line for line in sample.splitlines()):
        return None
    try:
        rows = [
            " | ".join(item for cell in row if (item := _line(cell)))
            for row in csv.reader(io.StringIO(text), delimiter=delimiter)
        ]
    except csv.Error:
        return None
    rows = [row for row in rows if row]
    return "\n".join(rows) if len(rows) > 1 else None


def _stix(objects: Sequence[Any]) -> IndicatorFile:
    """Indicators of a STIX 2.x bundle; revoked and benign ones, and what was only observed, are context."""
    file = IndicatorFile("stix")
    for item in objects:
        if not isinstance(item, dict):
            continue
        kind = item.get("type")
        if kind == "report":
            file.title = file.title or _line(item.get("name"))
            file.published = file.published or _moment(item.get("published"))
        elif kind == "indicator":
            types = item.get("indicator_types") or item.get("labels") or []
            benign = isinstance(types, list) and bool(_BENIGN & {str(name) for name in types})
            away = benign or item.get("revoked") is True
            for value, path in _pattern_values(item.get("pattern")):
                says = _line(item.get("name"))
                line = f"- {value} ({path})" + (f" {says}" if says and value not in says else "")
                (file.others if away else file.indicators).append(line)
        elif kind == "observed-data" and isinstance(item.get("objects"), dict):
            file.others += [value for seen in item["objects"].values() for value in _observed(seen)]
        elif kind in _OBSERVABLES:
            file.others += _observed(item)
    file.indicators, file.others = _cut(file.indicators), _cut(file.others)
    return file


def _pattern_values(pattern: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(pattern, str):
        return
    for match in _PATTERN.finditer(pattern[:100_000]):
        value = re.sub(r"\\(.)", r"\1", match[3])
        # a MATCHES or LIKE pattern is no value
        if match[0][: match.start(3) - match.start()].rstrip("( '").endswith("="):
            yield _line(value), match[1]


def _observed(item: Any) -> list[str]:
    if not isinstance(item, dict):
        return []
    hashes = item.get("hashes")
    values = [item.get("value"), *(hashes.values() if isinstance(hashes, dict) else ())]
    return [f"- {_line(value)}" for value in values if isinstance(value, str) and value.strip()]


def _misp_events(document: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(document, dict):
        if isinstance(document.get("Event"), dict):
            yield document["Event"]
        elif isinstance(document.get("response"), (list, dict)):
            yield from _misp_events(document["response"])
    elif isinstance(document, list):
        for item in document[:200]:
            if isinstance(item, dict) and isinstance(item.get("Event"), dict):
                yield item["Event"]


def _misp(events: Sequence[Mapping[str, Any]]) -> IndicatorFile:
    """Attributes of MISP events; what is not flagged `to_ids`, and links, are context."""
    file = IndicatorFile("misp")
    for event in events:
        file.title = file.title or _line(event.get("info"))
        file.published = file.published or _moment(event.get("date"))
        for item in _misp_attributes(event):
            kind, value = str(item.get("type", "")), item.get("value")
            if kind not in _MISP_TYPES or not isinstance(value, str) or item.get("deleted") is True:
                continue
            says = _line(item.get("comment"))
            for part, name in zip(value.split("|"), kind.split("|"), strict=False):
                line = f"- {_line(part)}" + (f" ({says})" if says else "")
                flagged = item.get("to_ids") in (True, 1, "1", "true") and name not in ("filename", "link", "port")
                (file.indicators if flagged else file.others).append(line)
    file.indicators, file.others = _cut(file.indicators), _cut(file.others)
    return file


def _misp_attributes(event: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    holders = [event, *(item for item in _list(event.get("Object")) if isinstance(item, dict))]
    for holder in holders:
        for item in _list(holder.get("Attribute")):
            if isinstance(item, dict):
                yield item


def _leaves(document: Any) -> Iterator[str]:
    """Every string of a JSON document with the key above it, in document order."""
    stack: list[tuple[str, Any]] = [("", document)]
    given = 0
    while stack and given < MAX_VALUES:
        key, value = stack.pop()
        if isinstance(value, dict):
            stack += [(str(name), item) for name, item in reversed(value.items())]
        elif isinstance(value, list):
            stack += [(key, item) for item in reversed(value)]
        elif isinstance(value, str) and value.strip():
            given += 1
            yield f"{key}: {value}" if key else value


def _cut(lines: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(lines))[:MAX_VALUES]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _line(value: Any) -> str:
    return _LINE.sub(" ", value).strip()[:4000] if isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    """A stated ISO 8601 date or time as UTC; a date without a zone is taken as UTC."""
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
