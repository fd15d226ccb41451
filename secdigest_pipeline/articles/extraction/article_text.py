"""Which blocks of a page are its article: trafilatura points at them, the page's own blocks give the words.

An extractor drops code, tables and lists whose class name it misreads (docs/decisions/whole-page.md) and keeps teasers it has no
name for. Its answer is therefore used as a finger: the blocks it kept mark the region of the article, gaps in that
region are filled with what is content by its shape, and what is no part of any article is left out. Shares below were
set on the pages of corpora/intake (docs/benchmarks.md) and are flat: a tenth more or less changes no group by 0.005.
"""

from collections.abc import Iterator, Sequence

from secdigest_pipeline.articles.extraction.blocks import (
    CHROME,
    HEADINGS,
    HIDDEN,
    PREFORMATTED,
    PROMOTION,
    Block,
    Layout,
)
from secdigest_pipeline.articles.extraction.boilerplate import without_boilerplate
from secdigest_pipeline.base.characters import compact

# So many letters and digits in a row are no coincidence, in English as in Japanese.
_WINDOW = 12
_POINTED = 0.6  # share of a block's windows that stand in the extracted text
_SEARCHED = 50_000  # letters in which a short line is looked for; a bound, so that a page of them stays linear
_TOGETHER = 0.8  # share of the extracted text that must be found in blocks
_REGION = 0.85  # share of the pointed text that the article's element holds
_LINKED = 0.5  # a block with more of its characters in links is a list of links
_TECHNICAL = 0.05  # share of code in a region from which every gap in it is content
_SPARSE = 0.4  # below this share of a page of tables and lists, the extractor has lost its way
_LEAD_LETTERS = 50
_SENTENCE = 45  # characters of a list item that says something
_UNSEEN = HIDDEN | CHROME | PROMOTION
_TABULAR = frozenset({"tr", "td", "th"})
_ITEMS = frozenset({"li", "dd", "dt"})


def compose(layout: Layout, extracted: str, title: str) -> str:
    """Article text from `layout`, guided by the text an extractor `extracted`; "" when the two do not fit together."""
    blocks = layout.blocks
    keys = [compact(block.text) for block in blocks]
    pointed = [
        mark and not (block.around & _UNSEEN and 2 * block.link_chars > len(block.text))
        for block, mark in zip(blocks, _pointed_at(blocks, keys, extracted), strict=True)
    ]
    total = sum(len(key) for key, mark in zip(keys, pointed, strict=True) if mark)
    if _is_sheet(blocks, keys, pointed, total):
        chosen = list(_solid(blocks))
    elif not total or total < _TOGETHER * len(compact(extracted)):
        return ""
    else:
        chosen = _article(layout, keys, pointed, total)
    return "\n".join(without_boilerplate([blocks[at] for at in chosen if not blocks[at].around & HIDDEN], title))


def solid_text(layout: Layout, title: str) -> str:
    """All of the page that is not navigation, promotion, hidden or a list of links: the last resort."""
    return "\n".join(without_boilerplate([layout.blocks[at] for at in _solid(layout.blocks)], title))


def below_headline(layout: Layout, title: str, least: int) -> str:
    """What stands in the smallest element around the page's headline that has `least` letters; "" without headline."""
    blocks = layout.blocks
    wanted = compact(title)
    headlines = [
        at
        for at, block in enumerate(blocks)
        if block.tag in HEADINGS and len(key := compact(block.text)) >= _WINDOW and (key in wanted or wanted in key)
    ]
    if not headlines or not wanted:
        return ""
    at = headlines[-1]
    # what stands around the headline itself is said of the article too, and says nothing
    solid = set(_solid(blocks, _UNSEEN & ~blocks[at].around))
    held = [0] * len(layout.parents)
    for n in solid:
        held[blocks[n].element] += len(compact(blocks[n].text))
    for number in range(len(held) - 1, 0, -1):
        held[layout.parents[number]] += held[number]
    number = blocks[at].element
    while number > 0 and held[number] - len(wanted) < least:
        number = layout.parents[number]
    chosen = [blocks[n] for n in range(at + 1, len(blocks)) if n in solid and blocks[n].element <= layout.ends[number]]
    return "\n".join(without_boilerplate(chosen, title))


def _pointed_at(blocks: Sequence[Block], keys: Sequence[str], extracted: str) -> list[bool]:
    """Which blocks stand in `extracted`: as lines of it, or else by most of their windows."""
    pieces = dict.fromkeys(compact(piece) for line in extracted.split("\n") for piece in (line, *line.split(" | ")))
    exact: list[bool] = []
    unused = set(pieces)
    for block, key in zip(blocks, keys, strict=True):
        lines = [compact(line) for line in block.text.split("\n")] if block.tag in PREFORMATTED else [key]
        found = [line for line in lines if line in pieces]
        exact.append(bool(key) and sum(map(len, found)) >= _POINTED * len(key))
        unused.difference_update(found)
    # blocks and lines that are the same need no second look; what is left was joined or split by the extractor
    rest = "".join(piece for piece in pieces if piece in unused)
    near = rest[:_SEARCHED]
    windows = {rest[at : at + _WINDOW] for at in range(len(rest) - _WINDOW + 1)}
    marks: list[bool] = []
    for key, same in zip(keys, exact, strict=True):
        if same or not rest:
            marks.append(same)
        elif len(key) < _WINDOW + 2:
            marks.append(bool(key) and bool(marks) and marks[-1] and key in near)
        else:
            probes = range(0, len(key) - _WINDOW + 1, max(5, len(key) // 100))
            marks.append(sum(key[at : at + _WINDOW] in windows for at in probes) >= _POINTED * len(probes))
    return marks


def _solid(blocks: Sequence[Block], unwanted: int = _UNSEEN) -> Iterator[int]:
    for at, block in enumerate(blocks):
        if not block.around & (unwanted | HIDDEN) and block.link_chars < 0.3 * len(block.text):
            yield at


def _is_sheet(blocks: Sequence[Block], keys: Sequence[str], pointed: Sequence[bool], total: int) -> bool:
    """Whether the page is mostly tables, lists and code of which the extractor saw little (analysis sheets)."""
    solid = list(_solid(blocks))
    unseen = [at for at in solid if not pointed[at]]
    shaped = sum(len(keys[at]) for at in unseen if blocks[at].tag in _TABULAR | PREFORMATTED)
    return total < _SPARSE * sum(len(keys[at]) for at in solid) and 2 * shaped > sum(len(keys[at]) for at in unseen)


def _article(layout: Layout, keys: Sequence[str], pointed: Sequence[bool], total: int) -> list[int]:
    blocks = layout.blocks
    region = _region(layout, keys, pointed, total)
    inside = [at for at, block in enumerate(blocks) if region <= block.element <= layout.ends[region]]
    kept = [at for at in inside if pointed[at]]
    first, last = kept[0], kept[-1]
    code = sum(len(blocks[at].text) for at in inside if blocks[at].tag in PREFORMATTED)
    technical = code > _TECHNICAL * sum(len(blocks[at].text) for at in inside)
    lists = _content_lists(layout, kept, inside)
    chosen = _lead(blocks, keys, pointed, first, {keys[at] for at in kept})
    for at in inside:
        block = blocks[at]
        if pointed[at]:
            chosen.append(at)
        elif at < first or block.around & _UNSEEN:
            continue
        elif (
            block.tag in PREFORMATTED
            or block.tag in _TABULAR
            or (
                at < last
                and block.link_chars < _LINKED * len(block.text)
                and (technical or (block.tag in _ITEMS and layout.parents[block.element] in lists))
            )
        ):
            chosen.append(at)
    return chosen


def _content_lists(layout: Layout, kept: Sequence[int], inside: Sequence[int]) -> set[int]:
    """Lists that are content: the extractor kept an item of it, or its items are sentences."""
    items: dict[int, list[int]] = {}
    for at in inside:
        if layout.blocks[at].tag in _ITEMS:
            items.setdefault(layout.parents[layout.blocks[at].element], []).append(len(layout.blocks[at].text))
    found = {layout.parents[layout.blocks[at].element] for at in kept if layout.blocks[at].tag in _ITEMS}
    return found | {number for number, lengths in items.items() if sum(lengths) >= _SENTENCE * len(lengths)}


def _region(layout: Layout, keys: Sequence[str], pointed: Sequence[bool], total: int) -> int:
    """The deepest element that holds nearly all of the pointed text."""
    held = [0] * len(layout.parents)
    for block, key, mark in zip(layout.blocks, keys, pointed, strict=True):
        if mark:
            held[block.element] += len(key)
    for number in range(len(held) - 1, 0, -1):
        held[layout.parents[number]] += held[number]
    return max(number for number, letters in enumerate(held) if letters >= _REGION * total)


def _lead(
    blocks: Sequence[Block], keys: Sequence[str], pointed: Sequence[bool], first: int, have: set[str]
) -> list[int]:
    """Pointed paragraphs between the page's headline and the region: the standfirst is often set apart."""
    headline = max((at for at in range(first) if blocks[at].tag == "h1"), default=first)
    return [
        at
        for at in range(headline + 1, first)
        if pointed[at] and len(keys[at]) >= _LEAD_LETTERS and keys[at] not in have and not blocks[at].around & _UNSEEN
    ]
