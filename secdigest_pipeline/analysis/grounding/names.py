"""Whether a name of a statement is one the article uses: spelling variants, spelled-out abbreviations, listed Japanese names."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import islice, pairwise

_WORD = re.compile("[0-9a-z\u00df-\u024f\u0370-\u052f]+")
_KANA = re.compile("[\u3041-\u3096]")
_SMALL_WORD = re.compile(r"(?<![A-Za-z])[a-z]{2,}")
# Capitalised words that follow one another.
_CAPITALS = re.compile(
    r"(?<![A-Za-z])[A-Z\u00c0-\u00de][A-Za-z\u00c0-\u024f']++(?:[ -][A-Z\u00c0-\u00de][A-Za-z\u00c0-\u024f']++)*+"
)
_NUMBERED = re.compile("([a-z]{3,})[0-9]{1,2}")
_PARTS = re.compile(r"[-,/&+_'.:#%?=~$@\\]+")
# Capitalised phrases, which an abbreviation may stand for: Cybersecurity and Infrastructure Security Agency.
_PHRASE = re.compile(r"\b[A-Z][a-z]++(?:(?: (?:of|and|the|for|in|on|&) (?:the )?|[ -]|'s )[A-Z][a-z]*+)++")
_ACRONYM = re.compile(r"[A-Z][A-Za-z]{1,5}[A-Z]")
_LATIN = re.compile(r"[0-9A-Za-z]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")
_SIZED = re.compile(r"(?P<size>\d{1,5})-?(?P<unit>bit|byte)s?")
_GLUED = re.compile(r"[0-9]+([a-z]{2,})")
# A row of capitalised words that is longer is no name.
_MAX_PHRASE = 200
_PIECES = re.compile(r"\d[\d.,]*|[a-z]+")
_MAX_PIECES = 6
_NEXT_WORD = re.compile(r" ?(?P<word>[A-Za-z]{2,20})")
_NAMED = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z]{2,}")
_JAPANESE_WORD = re.compile(r"[一-鿿]{2,}|[\u30a1-\u30fa\u30fc]{3,}")
# Classes of listed names in which one taken for another turns the statement round.
_EXCLUSIVE = ("country", "vendor")


@dataclass(frozen=True, slots=True)
class Entity:
    """A listed name: its class, its spellings in both scripts, and other names that may stand for it in a source."""

    kind: str
    spellings: tuple[str, ...]
    also: tuple[str, ...] = ()


def _rows(name: str) -> list[list[str]]:
    lines = files(__package__).joinpath("data", name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@cache
def entities() -> dict[str, Entity]:
    """Every listed spelling in lower case with its entity (data/names.tsv)."""
    listed = [
        Entity(kind, tuple(spellings.split("|")), tuple(also[0].split("|")) if also else ())
        for kind, spellings, *also in _rows("names.tsv")
    ]
    return {spelling.lower(): entity for entity in listed for spelling in entity.spellings}


@cache
def _standing_for() -> dict[str, Entity]:
    """The listed names that may stand for another, in lower case, with that other."""
    return {name.lower(): entity for entity in entities().values() for name in entity.also}


@cache
def abbreviations() -> dict[str, tuple[str, ...]]:
    """Abbreviations in lower case with what supports them; nothing needs to when empty (data/abbreviations.tsv)."""
    return {short.lower(): () if long == "*" else tuple(long.split("|")) for short, long in _rows("abbreviations.tsv")}


@cache
def makers() -> dict[str, frozenset[str]]:
    """Makers with their products, all in lower case (data/makers.tsv)."""
    return {maker.lower(): frozenset(products.lower().split("|")) for maker, products in _rows("makers.tsv")}


def _either(spellings: Iterable[str]) -> str:
    """A pattern of any of the spellings, the longest first; by first letters, so that most places are left after one look."""
    by_first: dict[str, list[str]] = defaultdict(list)
    for spelling in sorted(spellings, key=len, reverse=True):
        by_first[spelling[0]].append(re.escape(spelling[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_first.items())


@cache
def _japanese() -> re.Pattern[str]:
    return re.compile(_either(name for name in entities() if not _LATIN.search(name) and len(name) > 1))


@cache
def _exclusive() -> re.Pattern[str]:
    """Any spelling of a listed country or vendor, case as listed."""
    spellings = {
        s
        for entity in entities().values()
        if entity.kind in _EXCLUSIVE
        for s in (*entity.spellings, *entity.also)
        if len(s) > 1
    }
    latin = _either(filter(_LATIN.search, spellings))
    return re.compile(rf"(?<![A-Za-z0-9])(?:{latin})(?![A-Za-z0-9])|{_japanese().pattern}")


def _is_part(text: str, begin: int, end: int) -> bool:
    """Whether a katakana word goes on at either end: アップル in アップルパイ."""
    return bool(_KATAKANA.match(text, begin)) and bool(
        (begin and _KATAKANA.match(text, begin - 1)) or _KATAKANA.match(text, end)
    )


def listed(text: str) -> Iterator[str]:
    """The listed names in Japanese script that stand in a folded statement, katakana ones as whole words only."""
    for match in _japanese().finditer(text):
        if not _is_part(text, *match.span()):
            yield match.group()


def _found(text: str) -> set[Entity]:
    """The listed countries and vendors that stand in a folded text."""
    said = {match.group().lower() for match in _exclusive().finditer(text) if not _is_part(text, *match.span())}
    found = [known for name in said for known in (entities().get(name), _standing_for().get(name)) if known]
    return {entity for entity in found if entity.kind in _EXCLUSIVE}


def swapped(said: Iterable[str], quote: str, around: str) -> list[str]:
    """Countries and vendors of `said` that not even `around` has, while `quote` has another of their class that is not said.

    `quote` and `around` are folded text. That is one taken for another; without the other, the name may just stand further up.
    """
    meant = {entity: name for name in said if (entity := entities().get(name.lower())) and entity.kind in _EXCLUSIVE}
    if not meant:
        return []
    quoted = _found(quote)
    others = {entity.kind for entity in quoted - meant.keys()}
    # European in "European Union" is its own word and another's
    lost = [
        entity
        for entity, name in meant.items()
        if entity.kind in others and entity not in quoted and name.lower() not in quote.lower()
    ]
    near = _found(around) if lost else set()
    return [meant[entity] for entity in lost if entity not in near]


def bounded(low: str, begin: int, end: int, kind: str) -> bool:
    """Whether `low[begin:end]` is a token of its own: no longer number, id, hash, host or address goes on at either end."""
    before, after = low[begin - 1 : begin], low[end : end + 1]
    # Python2.7 and v2.7 hold the version 2.7
    if before.isalnum() and before.isascii() and not (kind == "version" and before.isalpha()):
        return False
    if after.isalnum() and after.isascii():
        return False
    left = before in (".", "-", "_") and begin > 1 and low[begin - 2].isalnum() and low[begin - 2].isascii()
    right = after in (".", "-", "_") and low[end + 1 : end + 2].isalnum() and low[end + 1].isascii()
    if kind == "version" and low.startswith(".x", end) and not low[end + 2 : end + 3].isalnum():
        right = False
    if kind in ("version", "address", "number"):
        return not (left and before == ".") and not (right and after == ".")
    if kind in ("host", "email", "name", "url"):
        return not right and (not left or low.endswith("www.", 0, begin))
    return not (kind == "id" and right and after == "-" and low[end + 1].isdigit())


def places(low: str, needle: str, kind: str, limit: int) -> list[int]:
    """Offsets in `low` at which `needle` stands as a token of its own; gives up after `limit` places of any sort."""
    found: list[int] = []
    at = -1
    for _ in range(limit if needle else 0):
        at = low.find(needle, at + 1)
        if at < 0:
            break
        if bounded(low, at, at + len(needle), kind):
            found.append(at)
    return found


def releases(low: str, branch: str, limit: int) -> list[int]:
    """Offsets in `low` of versions of a branch: 7.6.3 for `7.6`."""
    at = -1
    found: list[int] = []
    for _ in range(limit):
        at = low.find(f"{branch}.", at + 1)
        if at < 0:
            break
        before, after = low[at - 1 : at], low[at + len(branch) + 1 : at + len(branch) + 2]
        if after.isdigit() and not (before.isdigit() or before == "."):
            found.append(at)
    return found


def apart(low: str, token: str) -> list[int]:
    """Offsets in `low` of a token with its figures and letters set apart: `69.71 btc` for `69.71btc`."""
    pieces = _PIECES.findall(token)
    if not 2 <= len(pieces) <= _MAX_PIECES:
        return []
    pattern = r"[\s_-]?".join(map(re.escape, pieces))
    return [match.start() for match in islice(re.finditer(rf"(?<![a-z0-9.]){pattern}(?![a-z0-9])", low), 20)]


def makes(text: str, end: int, name: str, words: "Words") -> bool:
    """Whether a maker is named with a product of its that the article has: Microsoft in `Microsoft Word`."""
    product = _NEXT_WORD.match(text, end)
    if product is None or product["word"].lower() not in makers().get(name.lower(), ()):
        return False
    return words.knows(product["word"])


def share_words(text: str, sentence: str, but: str) -> bool:
    """Whether a folded sentence has what a statement says beside the value `but`: all its Latin names, or two Japanese words."""
    rest = text.replace(but, " ")
    latin = {word.lower() for word in _NAMED.findall(rest)}
    low = sentence.lower()
    if latin and not all(word in low for word in latin):
        return False
    japanese = [word for word in set(_JAPANESE_WORD.findall(rest)) if word in sentence]
    return bool(latin) or len(japanese) > 1


def _unmarked(word: str) -> str:
    """`word` without its diacritics, as many write a name they cannot type."""
    return "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))


class Words:
    """The words of one folded article: `text` as folded, `low` the same in lower case."""

    def __init__(self, text: str, low: str) -> None:
        self._text = text
        self._low = low
        atoms = _WORD.findall(low)
        self._atoms = set(atoms)
        self._atoms |= {_unmarked(atom) for atom in self._atoms if not atom.isascii()}
        # the name in iOS18.2
        self._atoms |= {named[1] for atom in self._atoms if atom[-1].isdigit() and (named := _NUMBERED.fullmatch(atom))}
        # and in 0.5BTC
        self._atoms |= {glued[1] for atom in self._atoms if atom[0].isdigit() and (glued := _GLUED.fullmatch(atom))}
        # Two words as one: zero-day for zeroday, Share Point for SharePoint, iOS 18 for iOS18.
        self._pairs = set(map("".join, pairwise(atoms)))

    @cached_property
    def is_japanese(self) -> bool:
        """Whether the text is in Japanese."""
        return len(_KANA.findall(self._text, 0, 4_000)) > 20

    @cached_property
    def capitalised(self) -> tuple[str, ...]:
        """Its words that always have a capital, and what two of them in a row are together, in lower case; the first 2,000."""
        found: dict[str, None] = {}
        small = set(_SMALL_WORD.findall(self._text))
        for match in islice(_CAPITALS.finditer(self._text), 2_000):
            parts = [
                part.lower().replace("'s", "")
                for part in re.split(r"[^A-Za-z\u00c0-\u024f']+", match.group()[:_MAX_PHRASE])
                if part
            ]
            for part in (*(one for one in parts if one not in small and len(one) > 2), *map("".join, pairwise(parts))):
                found[_unmarked(part)] = None
        return tuple(found)

    @cached_property
    def _first_letters(self) -> str:
        return "".join(word[0] for word in re.findall(r"[a-z]+", self._low))

    @cached_property
    def _initials(self) -> list[str]:
        found = []
        for match in _PHRASE.finditer(self._text):
            words = re.split("[ -]", match.group().replace("'s", ""))
            found.append("".join(word[:1] for word in words if word[:1].isupper()))
            found.append("".join(word[:1] for word in words).upper())
        return found

    def has(self, spelling: str) -> bool:
        """Whether a listed spelling stands in the text, Latin ones as whole words in any case."""
        low = spelling.lower()
        if len(low) == 1:
            # 米政府 and 英Halden, but not 英語 or 独自.
            return re.search(f"(?<![一-鿿]){low}(?=[A-Za-z\u30a1-\u30fa政国企当大司連軍])", self._text) is not None
        if not _LATIN.search(low):
            return low in self._low
        if low.startswith("."):
            # the ending of a file's name
            return re.search(rf"{re.escape(low)}(?![a-z0-9])", self._low) is not None
        if _WORD.fullmatch(low):
            # us and it are words: two letters must stand in capitals.
            return low in self._atoms and (
                len(low) > 2
                or re.search(rf"(?<![A-Za-z0-9]){re.escape(spelling)}(?![A-Za-z0-9])", self._text) is not None
            )
        return bool(places(self._low, low, "phrase", 50))

    def knows_listed(self, name: str) -> bool:
        """Whether any spelling of a listed name's entity stands in the text, or what stands for it."""
        entity = entities()[name.lower()]
        return any(self.has(spelling) for spelling in (*entity.spellings, *entity.also))

    def knows(self, name: str) -> bool:
        """Whether the article uses a Latin-letter name, in one of the accepted spellings."""
        low = name.lower().removesuffix("'s").strip("_")
        if self._spelled(low) or self._abbreviated(name, low):
            return True
        if any(char in low for char in ".@:\\"):
            return bool(places(self._low, low, "host", 200))
        sized = _SIZED.fullmatch(low)
        if sized and f"{sized['size']}{'ビット' if sized['unit'] == 'bit' else 'バイト'}" in self._low:
            return True
        if apart(self._low, low) or (low.startswith("0x") and rf"\x{low[2:]}" in self._low):
            return True
        parts = [part for part in _PARTS.split(low) if part]
        if len(parts) < 2:
            return False
        if "".join(parts) in self._atoms or (len(parts) == 2 and "".join(parts) in self._pairs):
            return True
        return all(self._spelled(part) or self._abbreviated(part.upper(), part) for part in parts)

    def _spelled(self, low: str) -> bool:
        atoms = self._atoms
        if low in atoms or (len(low) > 3 and low in self._pairs):
            return True
        if len(low) > 2 and (low + "s" in atoms or (low.endswith("s") and low[:-1] in atoms)):
            return True
        return len(low) > 4 and (low + "es" in atoms or (low.endswith("es") and low[:-2] in atoms))

    def _abbreviated(self, name: str, low: str) -> bool:
        for form in (low, low.removesuffix("s")):
            long = abbreviations().get(form)
            if long is not None and (not long or any(self.has(spelling) for spelling in long)):
                return True
        if low in entities() and self.knows_listed(low):
            return True
        if not _ACRONYM.fullmatch(name):
            return False
        return any(name.upper() in initials for initials in self._initials) or (
            # of a phrase in small letters only a long one: bring your own vulnerable driver
            len(name) > 4 and name.isupper() and low in self._first_letters
        )
