"""Exported files as their readers see them: the `stix2` and `pymisp` libraries read them back."""

import json

import pymisp
import stix2
from stix2.exceptions import STIXError


def check_stix(data: bytes) -> list[str]:
    """What the `stix2` library finds wrong in a bundle, each with the object's id; empty when it reads every object."""
    try:
        bundle = json.loads(data)
        objects = bundle["objects"]
        stix2.parse({**bundle, "objects": objects[:1]}, allow_custom=False)
    except (ValueError, KeyError, TypeError, STIXError) as error:
        return [f"bundle: {error}"]
    wrong = []
    ids = {thing.get("id") for thing in objects}
    for thing in objects:
        try:
            stix2.parse(thing, allow_custom=False)
        except (ValueError, STIXError) as error:
            wrong.append(f"{thing.get('id')}: {error}")
        missing = [ref for ref in _references(thing) if ref not in ids]
        wrong += [f"{thing.get('id')}: names {ref}, which is not in the bundle" for ref in missing]
    return wrong


def check_misp(data: bytes) -> list[str]:
    """What `pymisp` finds wrong in an event; empty when it reads it with every attribute's type in its category."""
    event = pymisp.MISPEvent()
    try:
        given = json.loads(data)["Event"]
        event.from_dict(**given)
        event.to_feed()
    except (ValueError, KeyError, TypeError, pymisp.PyMISPError) as error:
        return [f"event: {error}"]
    return []


def _references(thing: dict[str, object]) -> list[str]:
    found: list[str] = []
    for name, value in thing.items():
        if name.endswith("_ref"):
            found.append(str(value))
        elif name.endswith("_refs") and isinstance(value, list):
            found += map(str, value)
    return found
