"""What of a long article a model is shown: whole paragraphs chosen by their place in the structure, word for word.

The lead, headings, the paragraphs that say what to do and the end stay; middle prose follows as far as there is room,
lists of values come last (code finds those anyway, they are the candidates).
"""

import re
from dataclasses import dataclass

from secdigest_pipeline.analysis.grounding.sentences import sentences

# About 10,000 tokens of English or 30,000 of Japanese: ten times the measured median article.
MAX_CHARACTERS = 30_000
_LEAD = 12_000
_END = 4_000
_LONG_PARAGRAPH = 2_000

_HEADING = re.compile(r"#{1,6}\s")
_TELLING = re.compile(
    r"recommend|mitigat|remediat|workaround|conclusion|attribut|exploited in the wild|patch|how to protect|CVE-\d{4}-"
    r"|推奨|対策|緩和|回避策|まとめ|帰属|悪用|修正",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[A-Fa-f0-9]{32,}|\[\.\]|hxxp|https?://|\b\d{1,3}(?:\.\d{1,3}){3}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The text that is shown, with a mark at every gap; how many characters of the article it leaves out, and where."""

    text: str
    left_out: int
    gaps: tuple[tuple[int, int], ...] = ()


def excerpt(text: str, limit: int = MAX_CHARACTERS) -> Excerpt:
    """`text` itself when it fits into `limit` characters, else its telling parts in order, gap marks not counted."""
    if len(text) <= limit:
        return Excerpt(text, 0)
    parts = _parts(text)
    chosen = []
    room = limit
    for _, start, end in sorted((_rank(text, start, end), start, end) for start, end in parts):
        if end - start < room:
            chosen.append((start, end))
            room -= end - start + 1  # the line break
    return _joined(text, sorted(chosen))


def _parts(text: str) -> list[tuple[int, int]]:
    parts = []
    for line in re.finditer(r"[^\n]+", text):
        if line.end() - line.start() <= _LONG_PARAGRAPH:
            parts.append(line.span())
            continue
        for sentence in sentences(line.group()):
            # what has no sentence end is cut hard: a page without any must not be all or nothing
            for at in range(sentence.start, sentence.end, _LONG_PARAGRAPH):
                start = line.start() + at
                parts.append((start, line.start() + min(at + _LONG_PARAGRAPH, sentence.end)))
    return parts


def _rank(text: str, start: int, end: int) -> int:
    piece = text[start:end]
    if len(_VALUE.findall(piece)) * 60 > len(piece):
        return 4
    if start < _LEAD:
        return 0
    if _HEADING.match(piece) or _TELLING.search(piece):
        return 1
    return 2 if end > len(text) - _END else 3


def _joined(text: str, parts: list[tuple[int, int]]) -> Excerpt:
    out = []
    gaps = []
    done = shown = 0
    for start, end in parts:
        between = text[done:start]
        out.append(between if not between.strip() else _gap(len(between)))
        if between.strip():
            gaps.append((done, start))
        out.append(text[start:end])
        shown += end - start + (len(between) if not between.strip() else 0)
        done = end
    if text[done:].strip():
        out.append(_gap(len(text) - done))
        gaps.append((done, len(text)))
    return Excerpt("".join(out), len(text) - shown, tuple(gaps))


def _gap(characters: int) -> str:
    return f"\n[... {characters:,} characters left out ...]\n"
