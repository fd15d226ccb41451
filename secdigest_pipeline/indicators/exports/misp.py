"""MISP events (the JSON of MISP's core format) and the three kinds of file of a MISP feed: events, manifest, hashes.

Written here and read back in the tests with `pymisp`, whose own feed generator must give the same manifest and hashes
(docs/decisions/stix-and-misp.md). `to_ids` is set for what may be blocked and for nothing else.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from upath import UPath

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.base.suffixes import registered_domain
from secdigest_pipeline.indicators.exports.identity import AUTHOR, json_bytes, stable_uuid
from secdigest_pipeline.indicators.exports.values import Exported
from secdigest_pipeline.indicators.judging.roles import HASHES

MANIFEST = "manifest.json"
HASHES_FILE = "hashes.csv"
# Manifest entry of an event, and the MD5 of each of its values.
_Entry = tuple[dict[str, Any], list[str]]


def misp_event(edition: Edition, values: Sequence[Exported]) -> bytes:
    """The event of an edition: one attribute a value, and one link a page they stand on."""
    moment = str(int(edition.cutoff.timestamp()))
    links = dict.fromkeys(url for value in values for url in value.references)
    event = {
        "uuid": event_uuid(edition),
        "info": f"Daily Security Info {edition.key}",
        "date": edition.key,
        "timestamp": moment,
        "publish_timestamp": moment,
        "published": True,
        "analysis": "2",  # completed
        "threat_level_id": "4",  # undefined: nobody assessed one
        "Orgc": {"uuid": stable_uuid("identity", AUTHOR), "name": AUTHOR},
        "Tag": [{"name": "tlp:clear", "colour": "#ffffff", "relationship_type": "", "local": False}],
        "Attribute": [
            *(
                _attribute(edition, moment, *_kind(value), value.value, value.blockable, _comment(value))
                for value in values
            ),
            *(_attribute(edition, moment, "External analysis", "link", url, False, "source") for url in links),
        ],
    }
    return json_bytes({"Event": event})


def event_uuid(edition: Edition) -> str:
    """The UUID of an edition's event, which is its file name in a feed."""
    return stable_uuid("misp-event", edition.key)


def feed_files(folder: UPath, events: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files to write, in this order, so that the feed in `folder` holds these events (UUID -> bytes) beside those it has.

    Manifest and hashes are those of the event files that are there: an event they lost to a kill is read again, one whose file is gone
    is dropped. StorageError names a feed that can't be read.
    """
    have = _event_files(folder)
    manifest, hashes = _manifest(folder), _hashes(folder)
    entries = {key: (manifest[key], hashes[key]) for key in have & manifest.keys() & hashes.keys()}
    for key in have - entries.keys() - events.keys():
        entries[key] = _entry(key, (folder / f"{key}.json").read_bytes())
    return _feed(entries, events)


def whole_feed(events: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a feed that holds these events (UUID -> bytes) and no others."""
    return _feed({}, events)


def _feed(entries: Mapping[str, _Entry], events: Mapping[str, bytes]) -> dict[str, bytes]:
    entries = {**entries, **{key: _entry(key, data) for key, data in events.items()}}
    order = sorted(entries, key=lambda key: (entries[key][0]["date"], key))
    rows = "".join(f"{digest},{key}\n" for key in order for digest in entries[key][1])
    return {
        **{f"{key}.json": data for key, data in events.items()},
        HASHES_FILE: rows.encode(),
        MANIFEST: json_bytes({key: entries[key][0] for key in order}),
    }


_KINDS = {
    "email": ("Payload delivery", "email-src"),
    "cidr": ("Network activity", "ip-dst"),
    "file_name": ("Payload delivery", "filename"),
    "registry_key": ("Persistence mechanism", "regkey"),
    "mutex": ("Artifacts dropped", "mutex"),
    "imphash": ("Payload delivery", "imphash"),
    "ssdeep": ("Payload delivery", "ssdeep"),
    "ja3": ("Network activity", "ja3-fingerprint-md5"),
}


def _kind(value: Exported) -> tuple[str, str]:
    """MISP's category and type of a value."""
    if value.type in HASHES:
        return "Payload delivery", value.type
    if value.type in ("ipv4", "ipv6"):
        incoming = all(row.category == "srcip" for row in value.rows)
        return "Network activity", "ip-src" if incoming else "ip-dst"
    if value.type == "thumbprint":
        return "Network activity", "x509-fingerprint-sha1" if len(value.value) == 40 else "x509-fingerprint-sha256"
    if value.type == "wallet":
        return "Financial fraud", "xmr" if len(value.value) == 95 else "btc" if value.value[:1] in "13b" else "text"
    if value.type in _KINDS:
        return _KINDS[value.type]
    if value.type == "domain":
        return "Network activity", "domain" if registered_domain(value.value) == value.value else "hostname"
    return "Network activity", "url"


def _comment(value: Exported) -> str:
    first = value.rows[0]
    ports = sorted({row.port for row in value.rows if row.port is not None and value.type != "url"})
    parts = [first.description, *(f"Port {port}." for port in ports)]
    parts += [
        f"{name}: {said}."
        for name, said in (("Malware", first.malware), ("Actor", first.actor))
        if said not in ("unknown", "N/A")
    ]
    parts += [f"Role: {first.role}.", f"Confidence: {value.confidence:.2f}."]
    return " ".join(parts)


def _attribute(
    edition: Edition, moment: str, category: str, type: str, value: str, to_ids: bool, comment: str
) -> dict[str, Any]:
    return {
        "uuid": stable_uuid("misp-attribute", edition.key, type, value),
        "category": category,
        "type": type,
        "value": value,
        "to_ids": to_ids,
        "disable_correlation": False,
        "timestamp": moment,
        "comment": comment,
    }


def _entry(key: str, data: bytes) -> _Entry:
    """(manifest entry, MD5 of each value) of an event. MISP looks values up by MD5; it is no protection."""
    try:
        event = json.loads(data)["Event"]
        entry = {
            "Orgc": event["Orgc"],
            "Tag": event["Tag"],
            "info": event["info"],
            "date": event["date"],
            "analysis": int(event["analysis"]),
            "threat_level_id": int(event["threat_level_id"]),
            "timestamp": int(event["timestamp"]),
        }
        values = [str(attribute["value"]) for attribute in event["Attribute"]]
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"{key}.json of the feed is no MISP event ({error!r}): delete it and export its edition again"
        ) from error
    return entry, [hashlib.md5(value.encode(), usedforsecurity=False).hexdigest() for value in values]


def _event_files(folder: UPath) -> set[str]:
    try:
        return {
            path.stem
            for path in folder.iterdir()
            if path.suffix == ".json" and path.name != MANIFEST and path.name[0] != "."
        }
    except (FileNotFoundError, NotADirectoryError):  # an object store says the second of a folder without files
        return set()
    except OSError as error:
        raise StorageError(f"{folder}: cannot be listed ({error.strerror or error})") from error


def _manifest(folder: UPath) -> dict[str, Any]:
    """What the manifest says; nothing when there is none or it is damaged, for it is made from the events."""
    try:
        said = json.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return (
        said
        if isinstance(said, dict) and all(isinstance(entry, dict) and "date" in entry for entry in said.values())
        else {}
    )


def _hashes(folder: UPath) -> dict[str, list[str]]:
    """Event -> MD5 of its values, as the file says."""
    try:
        lines = (folder / HASHES_FILE).read_text("utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return {}
    found: dict[str, list[str]] = {}
    for line in lines:
        digest, _, key = line.partition(",")
        found.setdefault(key, []).append(digest)
    return found
