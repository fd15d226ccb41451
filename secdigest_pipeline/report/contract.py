"""The report as the original's tools read it, and whether a file keeps every rule of docs/contract.md 1."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from secdigest_pipeline.base.characters import NOT_OF_A_LINE
from secdigest_pipeline.report.grammar import (
    ADVICE,
    EMPTY_SECTION,
    IOCS,
    JP_HEADING,
    KNOWN_LABELS,
    LABELS,
    LIVE_URL,
    NEWS_HEADING,
    NO_IOCS,
    NOTES,
    PRIMARY_SOURCE,
    RELATED,
    SECTIONS,
    TITLE,
    URL_TOKEN,
    ioc_line_fault,
)

_PARSED_BULLET = re.compile(r"(\s*)[-*+]\s+(.*)")
_PARSED_URL = re.compile(r"https?://\S+")
# Section bodies the original takes for empty (docs/contract.md 1.2).
_EMPTY_BODIES = frozenset(("", "n/a", "na", "なし", "無し", "xxxxx", "-", "ー"))

_BULLET = re.compile(r"( *)- (\S.*)")
_LINK = re.compile(r"\[(?P<text>[^\[\]]+)\]\((?P<url>[^()\s]+)\)")
_SOURCE = re.compile(rf"    - {PRIMARY_SOURCE}: (?P<url>\S+)")
_SOURCES = f"    - {PRIMARY_SOURCE}:"
_RELATED = re.compile(rf"    - {RELATED}(?:（\d{{4}}-\d{{2}}-\d{{2}}）)?: (?P<url>\S+)")
_RELATED_LIST = f"    - {RELATED}:"
_NESTED = " " * 8 + "- "
# At the start of a line's content: heading, fence, link definition, quote, list, thematic break, underline, table.
# Anywhere in it: HTML tag or autolink, inline link or image (the other links need a definition).
_MARKUP_AT = re.compile(r"#|`{3}|~{3}|\[[^\]]*\]:|>|[-*+] |\d{1,9}[.)] |(?:[-*_] ?){3,}$|=+$|[|:-]*\|[|: -]*$")
_MARKUP_IN = re.compile(r"<[A-Za-z/!?]|\]\(")

Fault = tuple[int, str]
Lines = Sequence[str]


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """One article block: `blocks` maps the labels that were recognised to their lines, markers and indent taken off."""

    title: str
    url: str
    blocks: Mapping[str, tuple[str, ...]]

    @property
    def has_iocs(self) -> bool:
        """The flag of the original's UI: not (the block says 情報なし in two lines or fewer)."""
        lines = self.blocks.get(IOCS, ())
        return bool(lines) and not (len(lines) <= 2 and "情報なし" in "".join(lines))


@dataclass(frozen=True, slots=True)
class ParsedReport:
    """`sections` maps each heading to its body, empty when the original takes it for empty."""

    sections: Mapping[str, str]
    articles: tuple[ParsedArticle, ...]


def parse_report(markdown: str) -> ParsedReport:
    """`markdown` as the original reads it (docs/contract.md 1.2, 1.3). Never raises; what it can't read is lost."""
    sections: dict[str, list[str]] = {}
    body: list[str] = []
    for line in markdown.split("\n"):
        if line.startswith("### "):
            body = sections.setdefault(line[4:].strip(), [])
        else:
            body.append(line)
    articles = []
    news = sections.get(NEWS_HEADING, [])
    starts = [at for at, line in enumerate(news) if line.startswith("#### ")]
    for start in starts:
        end = next((at for at in range(start + 1, len(news)) if news[at].startswith("#")), len(news))
        articles.append(_parse_article(news[start][5:].strip(), news[start + 1 : end]))
    texts = {heading: "\n".join(lines).strip() for heading, lines in sections.items()}
    return ParsedReport({h: "" if t.lower() in _EMPTY_BODIES else t for h, t in texts.items()}, tuple(articles))


def _parse_article(title: str, lines: Lines) -> ParsedArticle:
    url = ""
    blocks: dict[str, list[str]] = {}
    label, depth = "", 0
    for line in lines:
        if not url and _PARSED_URL.fullmatch(line.strip()):
            url = line.strip()
            continue
        bullet = _PARSED_BULLET.fullmatch(line)
        content = bullet[2].strip() if bullet else line.strip()
        if bullet and (not label or len(bullet[1]) <= depth):
            head, *rest = re.split("[:：]", content, maxsplit=1)
            if head.strip() in KNOWN_LABELS:
                label, depth = head.strip(), len(bullet[1])
                content = "".join(rest).strip()
                blocks.setdefault(label, [])
        if label and content:
            blocks[label].append(content)
    return ParsedArticle(title, url, {label: tuple(found) for label, found in blocks.items()})


def check_report(markdown: str) -> list[str]:
    """Every rule of docs/contract.md 1 that `markdown` breaks, as `line <n>: <rule>`; empty means valid."""
    lines = markdown.removesuffix("\n").split("\n")
    faults = [*_bytes(markdown, lines), *_free_text(lines), *_skeleton(lines)]
    return [f"line {number}: {rule}" for number, rule in sorted(faults)]


def _bytes(markdown: str, lines: Lines) -> Iterator[Fault]:
    if markdown.startswith("\ufeff"):
        yield 1, "the file has no byte order mark"
    for number, line in enumerate(lines, 1):
        found = NOT_OF_A_LINE.search(line)
        if found:
            yield number, f"no control or invisible character (U+{ord(found.group()):04X})"
        if line != line.rstrip():
            yield number, "no blank at the end of a line"


def _free_text(lines: Lines) -> Iterator[Fault]:
    """Live URLs and markup, anywhere but where the format has them."""
    in_sources = False
    for number, line in enumerate(lines, 1):
        bullet = _BULLET.fullmatch(line)
        in_sources = line in (_SOURCES, _RELATED_LIST) or (in_sources and line.startswith(_NESTED))
        if line.startswith(("# ", "### ")) or URL_TOKEN.fullmatch(line):
            continue
        content = line[5:] if line.startswith("#### ") else bullet[2] if bullet else line
        if bullet and (link := _LINK.fullmatch(content)):
            if not URL_TOKEN.fullmatch(link["url"]):
                yield number, f"the target of a link is one http(s) URL, not {link['url']!r}"
            content = link["text"]
        elif source := _SOURCE.fullmatch(line) or _RELATED.fullmatch(line):
            if not URL_TOKEN.fullmatch(source["url"]) and LIVE_URL.search(source["url"]):
                label = content.partition(":")[0]
                yield number, f"{label} is one http(s) URL, not {source['url']!r}"
            continue
        elif in_sources and line not in (_SOURCES, _RELATED_LIST):
            if not URL_TOKEN.fullmatch(content):
                yield number, f"a nested {PRIMARY_SOURCE} (or {RELATED}) is one http(s) URL, not {content!r}"
            continue
        if LIVE_URL.search(content):
            yield number, f"no live URL but the article's, a link's target, {RELATED} and {PRIMARY_SOURCE}"
        if _MARKUP_AT.match(content) or _MARKUP_IN.search(content):
            yield number, "no markup inside a line"


def _skeleton(lines: Lines) -> Iterator[Fault]:
    expected = [TITLE, *(f"### {heading}" for _, heading in SECTIONS)]
    starts = [number for number, line in enumerate(lines, 1) if line.startswith("#") and not line.startswith("#### ")]
    found = [lines[number - 1] for number in starts]
    if found != expected:
        at = next((i for i, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]), None)
        number = starts[at] if at is not None else len(lines)
        yield number, f"the headings are {', '.join(expected)}, all and in this order"
        return
    if starts[0] != 1 or lines[1:2] != [""] or starts[1] != 3:
        yield 1, f"the file begins with {TITLE}, one blank line and the first section"
    for at, (_, heading) in enumerate(SECTIONS, 1):
        start, last = starts[at], at == len(SECTIONS)
        end = len(lines) if last else starts[at + 1] - 1
        body = list(lines[start:end])
        if not last and (not body or body.pop() != ""):
            yield end, "one blank line stands before a heading"
        if body == [EMPTY_SECTION]:
            continue
        if not body:
            yield start, f"an empty section is the single line {EMPTY_SECTION}"
        elif heading == NEWS_HEADING:
            yield from _news(body, start + 1)
        else:
            yield from _list(body, start + 1, links_only=heading == JP_HEADING)


def _list(body: Lines, first: int, links_only: bool) -> Iterator[Fault]:
    """Bullets at column 0, deeper ones 4 spaces a level (1.7); a Japanese incident is a link (1.8)."""
    depth = -4
    for number, line in enumerate(body, first):
        bullet = _BULLET.fullmatch(line)
        indent = len(bullet[1]) if bullet else 0
        if bullet is None:
            yield number, f"a section holds bullets only, or the single line {EMPTY_SECTION}"
        elif indent % 4 or indent > depth + 4:
            yield number, "bullets are indented 4 spaces a level"
        elif links_only and not indent and not _LINK.fullmatch(bullet[2]):
            yield number, "an incident is a bullet of the form [headline](URL)"
        depth = indent if bullet else depth


def _news(body: Lines, first: int) -> Iterator[Fault]:
    if body[0] != "":
        yield first, "one blank line stands between the heading and the first article"
    starts = [at for at, line in enumerate(body) if line.startswith("#### ")]
    if not starts or any(body[: starts[0]]) or starts[0] > 1:
        yield first, "the section begins with an article heading ####"
    for start, end in zip(starts, [*starts[1:], len(body)], strict=False):
        block = list(body[start:end])
        if end < len(body) and (len(block) < 2 or block.pop() != ""):
            yield first + end - 1, "one blank line stands between two articles"
        yield from _article(block, first + start)


def _article(block: Lines, first: int) -> Iterator[Fault]:
    title = block[0][5:]
    if not title.strip() or title != title.strip() or title.endswith(("。", " #")):
        yield first, "an article heading is #### and a title that does not end with 。"
    if len(block) < 4 or not URL_TOKEN.fullmatch(block[1]):
        yield first + 1, "the article's live URL stands alone on the line below its heading"
    if block[2:3] != [""]:
        yield first + 2, "one blank line stands between the URL and the labels"
    labels = [(at, line[2:]) for at, line in enumerate(block) if at > 2 and line.startswith("- ")]
    if [label for _, label in labels] != list(LABELS) or labels[0][0] != 3:
        yield first + 3, f"the labels are {', '.join(LABELS)}, at column 0, all and in this order"
    for at, line in enumerate(block[3:], 3):
        bullet = _BULLET.fullmatch(line)
        if bullet is None or len(bullet[1]) not in (0, 4, 8):
            yield first + at, "a block holds labels at column 0 and bullets indented 4 (or, below one, 8) spaces"
        elif bullet[1] and re.split("[:：]", bullet[2], maxsplit=1)[0].strip() in KNOWN_LABELS:
            yield first + at, "a label stands at column 0 only"
    for (at, label), (end, _) in zip(labels, [*labels[1:], (len(block), "")], strict=False):
        yield from _content(label, block[at + 1 : end], first + at + 1)


def _content(label: str, lines: Lines, first: int) -> Iterator[Fault]:
    if not lines or not lines[0].startswith("    - "):
        yield first - 1, f"{label} has at least one bullet, indented 4 spaces"
    elif label == ADVICE and len(lines) != 1:
        yield first, f"{ADVICE} is exactly one line"
    elif label == IOCS:
        for number, line in enumerate(lines, first):
            content = line.removeprefix("    - ")
            # a word on why there is no line: alone, and not to be taken for columns
            if len(lines) == 1 and (content == NO_IOCS or "," not in content):
                continue
            fault = ioc_line_fault(content)
            if fault:
                yield number, fault
    elif label == NOTES:
        sources = [at for at, line in enumerate(lines) if line == _SOURCES or _SOURCE.fullmatch(line)]
        if sources and any(not line.startswith(_NESTED) for line in lines[sources[0] + 1 :]):
            yield first + sources[0], f"{PRIMARY_SOURCE} stands once and last"
