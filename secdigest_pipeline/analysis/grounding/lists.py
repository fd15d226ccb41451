"""How many things a text lists: `IcedID, SystemBC and Bumblebee`, `AとB`, two CVE ids, the bullets below a sentence.

Only a list's own length is a count of it; where its first item begins may be open, so one list can give two counts.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from secdigest_pipeline.analysis.grounding.values import read

# Kinds of values that are things to be counted: flaws, servers, files.
_THINGS = ("id", "hash", "address", "host", "url", "email")
_ASIDE = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]")
# Quoted, a comma parts nothing.
_QUOTED = re.compile(r'"[^"\n]{1,80}"|「[^「」\n]{1,80}」')
_SENTENCE = re.compile(r"[.!?;:](?=\s|$)|[。！？\n:;]")
_AND = re.compile(r",? (?:and|or|as well as|plus) ")
_MAX_ITEM_WORDS = 5
# What makes a clause of an item.
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|we|you|it|they|he|she|this|that|which|who|can|could|will|would|may|not|but|if"
    r"|when|to)\b",
    re.IGNORECASE,
)
_ADVERBIAL = re.compile(
    r"\s*(?:On|In|At|By|Since|After|Before|During|According|However|Also|Meanwhile|Among|For|Like|Besides|Last|This|Today)\b"
)
_NAME = re.compile(r"(?:the )?[A-Z0-9\"]")
_JAPANESE_PART = re.compile(
    r"、(?:および|及び|または|又は|ならびに|そして)?|・|(?:および|及び|または|又は|ならびに)|(?<=[一-鿿ァ-ヶーA-Za-z0-9\"」])[とや](?=[一-鿿ァ-ヶA-Za-z0-9\"「])"
)
# What no item of a list holds: the particles and endings of a clause.
_CLAUSE = re.compile(r"[をがはに]|では|して|った|った|いる|する|され")
_BULLET = re.compile(r"\s*(?:[-*+•・‣▪●■□◆○①-⑳]|\d{1,2}[.)])\s*\S")
_LABEL = re.compile(
    r"\b(?P<word>stage|phase|step|tier|layer)[ -]?(?P<number>[1-9])\b|第(?P<nth>[1-9])(?P<kind>段階|弾|層|部)",
    re.IGNORECASE,
)
_MAX_ITEMS = 40


def counts(text: str) -> set[int]:
    """The lengths of the lists in a folded text, and how many different ids, hosts, hashes ... it names; from 2 on."""
    found: dict[str, set[str]] = defaultdict(set)
    for value in read(text):
        if value.kind in _THINGS:
            found[value.kind].add(value.key)
            found[value.key[:4] if value.kind == "id" else ""].add(value.key)
    lengths = {len(keys) for kind, keys in found.items() if kind}
    bare = _QUOTED.sub('"Q"', _ASIDE.sub("", text))
    for sentence in _SENTENCE.split(bare):
        lengths.update(_english(sentence))
        if not sentence.isascii():
            lengths.update(_japanese(sentence))
    return {length for length in lengths if 2 <= length <= _MAX_ITEMS}


def _english(sentence: str) -> Iterator[int]:
    for match in _AND.finditer(sentence):
        before, after = sentence[: match.start()].split(", "), sentence[match.end() :]
        length = 1
        for item in reversed(before):
            length += 1
            if len(item.split()) > _MAX_ITEM_WORDS or _VERB.search(item):
                # "the droppers are A": the first item has the clause before it
                break
        if length > 2:
            yield length
            if length > 3 and length == len(before) + 1 and _ADVERBIAL.match(before[0]):
                yield length - 1
        elif match.group() == " and " and _NAME.match(after) and _NAME.match(before[-1].split(" ")[-1]):
            yield length


def _japanese(sentence: str) -> Iterator[int]:
    run = 0
    for part in [*_JAPANESE_PART.split(sentence), ""]:
        ends = _CLAUSE.search(part)
        if part and (run == 0 or not ends):
            # the first item may stand at the end of a clause
            run = 1 if ends and not _CLAUSE.search(part[-2:]) else 0 if ends else run + 1
            continue
        # the last one stands at the beginning of its own clause
        run += bool(part)
        if run > 1:
            yield run
        run = 1 if part and not _CLAUSE.search(part[-2:]) else 0


def labelled(text: str) -> set[int]:
    """How many numbered parts a text has: 4 for one that speaks of stage 1 to stage 4."""
    seen: dict[str, Counter[int]] = defaultdict(Counter)
    for match in _LABEL.finditer(text):
        word = (match["word"] or match["kind"]).lower()
        seen[word][int(match["number"] or match["nth"])] += 1
    return {len(numbers) for numbers in seen.values() if len(numbers) > 1 and max(numbers) == len(numbers)}


def bulleted(text: str, start: int, end: int) -> int:
    """How many list items stand at once below `text[start:end]`, or around it when it is one; 0 for none."""
    first = text.rfind("\n", 0, start) + 1
    lines = text[first : end + 6_000].split("\n")
    own = text[first:end].count("\n") + 1
    inside = sum(bool(_BULLET.match(line)) for line in lines[:own])
    below = 0
    for line in lines[own:]:
        if _BULLET.match(line):
            below += 1
        elif line.strip() and (below or inside or not line.rstrip().endswith((":", "。", "："))):
            break
    above = 0
    if inside == own:
        for line in reversed(text[max(0, first - 6_000) : max(0, first - 1)].split("\n")):
            if not _BULLET.match(line):
                break
            above += 1
    items = above + inside + below
    return items if items <= _MAX_ITEMS else 0
