"""STIX 2.1 bundles (OASIS standard of 2021-06-10): indicators with patterns, what was observed, and a report for each edition.

The objects are written here and read back in the tests with the `stix2` library, which takes 2.3 s to build and write what is
written here in 0.2 s (1,000 values; docs/decisions/stix-and-misp.md). Every object is TLP:CLEAR. A thing that several editions
name (an observable, a malware, an actor) is the same object in each; what an edition says is that edition's own.
"""

import json
import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.exports.identity import AUTHOR, json_bytes, stable_uuid
from secdigest_pipeline.indicators.exports.values import Exported

Object = dict[str, Any]

# STIX 2.1, 2.9: the namespace of ids of observables, made from their value alone so that all producers agree.
_OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
# Ids and the extension of TLP 2.0 in STIX 2.1, as FIRST and OASIS publish them.
_TLP_CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
_TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
# Things that don't depend on an edition need a moment that doesn't either: the first day SECDIGEST_START may name by default.
_ALWAYS = "2025-01-01T00:00:00.000Z"
_SIMPLE = {"ipv4": "ipv4-addr", "ipv6": "ipv6-addr", "domain": "domain-name", "url": "url", "email": "email-addr"}
# STIX 2.1, 6.7, 6.8, 6.14, 6.17 and 6.18: object and property of values that are no `value`.
_OTHERS = {"file_name": ("file", "name"), "registry_key": ("windows-registry-key", "key"), "mutex": ("mutex", "name")}
_HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512", "ssdeep": "SSDEEP"}
_URI_SAFE = "%/:?@!$&'()*+,;=-._~"
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNNAMED = frozenset(("", "unknown", "n/a"))
# STIX 2.1, 10.15 and 10.25, where they have a word for ours; the vocabularies are open.
_MALWARE_TYPES = {"rat": "remote-access-trojan", "botnet": "bot", "infostealer": "stealer"}
_ACTOR_TYPES = {"cybercrime": "criminal", "hacktivist": "activist"}


def stix_bundle(editions: Sequence[tuple[Edition, Sequence[Exported]]]) -> bytes:
    """One bundle of the values of these editions. Editions without a value have no report object, as one may not be empty."""
    objects: dict[str, Object] = {}
    for thing in (_marking(), _author()):
        objects[thing["id"]] = thing
    for edition, values in editions:
        own = _edition_objects(edition, values)
        if values:
            own.append(_report(edition, own))
        objects.update((thing["id"], thing) for thing in own)
    days = [edition.key for edition, _ in editions]
    bundle = {"type": "bundle", "id": f"bundle--{stable_uuid('bundle', *days)}", "objects": list(objects.values())}
    return json_bytes(bundle)


def pattern(type: str, value: str) -> str:
    """The STIX pattern that a value of the ledger is: `[domain-name:value = 'evil.test']`."""
    quoted = (_uri(value) if type == "url" else value).replace("\\", "\\\\").replace("'", "\\'")
    if type in _HASHES:
        return f"[file:hashes.'{_HASHES[type]}' = '{quoted}']"
    if type == "thumbprint":
        return f"[x509-certificate:hashes.'{_thumbprint_name(value)}' = '{quoted}']"
    if type == "cidr":
        return f"[{_network_object(value)}:value ISSUBSET '{quoted}']"
    if type in _OTHERS:
        return f"[{':'.join(_OTHERS[type])} = '{quoted}']"
    return f"[{_SIMPLE[type]}:value = '{quoted}']"


def _network_object(value: str) -> str:
    return "ipv6-addr" if ":" in value else "ipv4-addr"


def _thumbprint_name(value: str) -> str:
    return "SHA-1" if len(value) == 40 else "SHA-256"


def _uri(url: str) -> str:
    """A URL as RFC 3986 wants it, which is also how it goes over the wire: what may not stand in one is percent-encoded."""
    scheme, mark, rest = url.partition("://")
    authority = re.match(r"[^/?#]*", rest)[0]  # type: ignore[index]  # it matches the empty string too
    path, hash, fragment = _LONE_PERCENT.sub("%25", rest[len(authority) :]).partition("#")
    tail = quote(path, safe=_URI_SAFE) + hash + quote(fragment, safe=_URI_SAFE)
    return f"{scheme}{mark}{authority}{tail}"


def _edition_objects(edition: Edition, values: Iterable[Exported]) -> list[Object]:
    objects: dict[str, Object] = {}
    for value in values:
        observable = _observable(value)
        seen = _observed(edition, value, observable["id"])
        indicator = _indicator(edition, value)
        named = _named(value)
        links = [_link(edition, indicator, "based-on", seen)]
        links += [_link(edition, indicator, "indicates", thing) for thing in named]
        objects.update((thing["id"], thing) for thing in (observable, seen, indicator, *named, *links))
    return list(objects.values())


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _object(type: str, id_parts: tuple[str, ...], created: str, **properties: Any) -> Object:
    return {
        "type": type,
        "spec_version": "2.1",
        "id": f"{type}--{stable_uuid(type, *id_parts)}",
        "created_by_ref": _author_id(),
        "created": created,
        "modified": created,
        **properties,
        "object_marking_refs": [_TLP_CLEAR],
    }


def _marking() -> Object:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": _TLP_CLEAR,
        "created": "2022-10-01T00:00:00.000Z",
        "name": "TLP:CLEAR",
        "extensions": {_TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": "clear"}},
    }


def _author_id() -> str:
    return f"identity--{stable_uuid('identity', AUTHOR)}"


def _author() -> Object:
    author = _object("identity", (AUTHOR,), _ALWAYS, name=AUTHOR, identity_class="system")
    del author["created_by_ref"]
    return author


def _observable(value: Exported) -> Object:
    content: Object
    if value.type in _HASHES:
        type, content = "file", {"hashes": {_HASHES[value.type]: value.value}}
    elif value.type == "thumbprint":
        type, content = "x509-certificate", {"hashes": {_thumbprint_name(value.value): value.value}}
    elif value.type in _OTHERS:
        type, name = _OTHERS[value.type]
        content = {name: value.value}
    elif value.type == "cidr":
        type, content = _network_object(value.value), {"value": value.value}
    else:
        type = _SIMPLE[value.type]
        content = {"value": _uri(value.value) if value.type == "url" else value.value}
    # RFC 8785: of a single string or map of one, json.dumps without blanks is the canonical form
    canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    identity = f"{type}--{uuid.uuid5(_OBSERVABLES, canonical)}"
    return {"type": type, "spec_version": "2.1", "id": identity, **content, "object_marking_refs": [_TLP_CLEAR]}


def _observed(edition: Edition, value: Exported, observable: str) -> Object:
    return _object(
        "observed-data",
        (edition.key, value.type, value.value),
        _moment(edition.cutoff),
        first_observed=_moment(edition.start),
        last_observed=_moment(edition.cutoff),
        number_observed=min(sum(row.occurrences for row in value.rows), 999_999_999),
        object_refs=[observable],
    )


def _indicator(edition: Edition, value: Exported) -> Object:
    first = value.rows[0]
    ports = sorted({row.port for row in value.rows if row.port is not None and value.type != "url"})
    port = f" Port {', '.join(map(str, ports))}." if ports else ""
    return _object(
        "indicator",
        (edition.key, value.type, value.value),
        _moment(edition.cutoff),
        name=value.value,
        description=first.description + port,
        indicator_types=["malicious-activity" if value.blockable else "unknown"],
        pattern=pattern(value.type, value.value),
        pattern_type="stix",
        pattern_version="2.1",
        valid_from=f"{min(row.date for row in value.rows)}T00:00:00.000Z",
        confidence=round(100 * value.confidence),
        labels=sorted({f"role:{row.role}" for row in value.rows} | {f"category:{row.category}" for row in value.rows}),
        external_references=[{"source_name": "source", "url": url} for url in value.references],
    )


def _named(value: Exported) -> list[Object]:
    """The malware and the actors that the sources of a value name, each once."""
    things: dict[str, Object] = {}
    for row in value.rows:
        if row.malware.casefold() not in _UNNAMED:
            kind = re.sub(r"[\s_]+", "-", row.malware_type.strip().lower())
            types = {} if kind in _UNNAMED else {"malware_types": [_MALWARE_TYPES.get(kind, kind)]}
            parts = row.malware, *types.get("malware_types", ())
            thing = _object("malware", parts, _ALWAYS, name=row.malware, **types, is_family=True)
            things[thing["id"]] = thing
        if row.actor.casefold() not in _UNNAMED:
            attribute = row.actor_attribute.casefold()
            labels = {} if attribute in _UNNAMED else {"labels": [f"attribute:{attribute}"]}
            kinds = {"threat_actor_types": [_ACTOR_TYPES[attribute]]} if attribute in _ACTOR_TYPES else {}
            parts = row.actor, *labels.get("labels", ())
            thing = _object("threat-actor", parts, _ALWAYS, name=row.actor, **kinds, **labels)
            things[thing["id"]] = thing
    return list(things.values())


def _link(edition: Edition, source: Object, kind: str, target: Object) -> Object:
    ends = {"relationship_type": kind, "source_ref": source["id"], "target_ref": target["id"]}
    return _object("relationship", (edition.key, *ends.values()), _moment(edition.cutoff), **ends)


def _report(edition: Edition, objects: Sequence[Object]) -> Object:
    return _object(
        "report",
        (edition.key,),
        _moment(edition.cutoff),
        name=f"Daily Security Info {edition.key}",
        description="AI generated. Indicators of the security news of the day before; each names the page it stands on.",
        report_types=["indicator"],
        published=_moment(edition.cutoff),
        object_refs=[thing["id"] for thing in objects],
    )
