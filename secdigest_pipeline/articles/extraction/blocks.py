"""A page as the reader sees it: text blocks in document order, each with where it stands and what stands around it.

One walk over the tree, iterative and linear, so that neither depth nor size of a hostile page matters. It decides
nothing: which blocks are the article is `article_text`'s business, and the whole page is simply all of them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from lxml import etree

from secdigest_pipeline.base.characters import SPACES, visible

# What a block stands in, when that is not plain content (bits of `Block.around`; plain integers, because a large page
# adds them up a hundred thousand times).
HIDDEN = 1  # taken out of sight by markup: the reader of the page does not see it
CHROME = 2  # navigation, footer, side column, form control, caption
PROMOTION = 4  # by its class or id: related stories, newsletter, sharing, comments, advertising


@dataclass(slots=True)
class Block:
    """One paragraph, list item, table row, heading or code block."""

    text: str
    tag: str  # innermost block element: p, li, tr, pre, h1 ...
    around: int
    link_chars: int
    element: int  # number of that element in document order


@dataclass(slots=True)
class Layout:
    """Blocks of a page; `parents[n]` and `ends[n]` are the parent and the last descendant of element `n`."""

    blocks: list[Block]
    parents: list[int]
    ends: list[int]

    def text(self) -> str:
        """The whole page, one block a line (a code block keeps its lines)."""
        return "\n".join(block.text for block in self.blocks)


HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
PREFORMATTED = frozenset({"pre", "textarea", "listing", "xmp", "plaintext"})
_SILENT = frozenset("script style template head title meta link base datalist annotation annotation-xml".split())
_BREAKS = (
    HEADINGS
    | PREFORMATTED
    | frozenset(
        "address article aside blockquote body br button caption center dd details dialog dir div dl dt fieldset figcaption "
        "figure footer form frameset header hgroup hr html iframe label legend li main menu nav noframes noscript object ol "
        "optgroup option p search section select summary svg table tbody td tfoot th thead tr ul video audio".split()
    )
)
_CHROME_TAGS = frozenset(
    "nav footer aside button select option textarea input label figcaption noscript svg dialog menu iframe object audio "
    "video".split()
)
# What a tag does to the walk, as bits: one look instead of ten for each element of a page.
_BREAK, _QUIET, _ASIDE, _CODE, _LINK, _ITEM, _ROW, _CELL, _WIDE, _ROOT, _MAIN, _ARTICLE, _LINE, _FIELD = (
    1 << bit for bit in range(14)
)
_DOES: dict[str, int] = {}
for _bit, _tags in (
    (_BREAK, _BREAKS),
    (_QUIET, _SILENT),
    (_ASIDE, _CHROME_TAGS),
    (_CODE, PREFORMATTED),
    (_LINK, {"a"}),
    (_ITEM, {"li"}),
    (_ROW, {"tr"}),
    (_CELL, {"td", "th"}),
    (_WIDE, HEADINGS | PREFORMATTED | {"table"}),
    (_ROOT, {"html", "body"}),
    (_MAIN, {"main"}),
    (_ARTICLE, {"article"}),
    (_LINE, {"br"}),
    (_FIELD, {"input"}),
):
    for _tag in _tags:
        _DOES[_tag] = _DOES.get(_tag, 0) | _bit
_OPENS = _CODE | _LINK | _ITEM | _ROW | _CELL | _WIDE
_CLOSES = _CODE | _LINK | _ROW | _LINE
_CHROME_ROLES = frozenset(
    "navigation complementary contentinfo search dialog menu menubar toolbar banner alert".split()
)
_FIELD_TYPES = frozenset({"", "text", "url", "search", "email", "tel"})
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_PROMOTION_WORDS = frozenset(
    "related recommended recommendation recommendations recirculation newsletter subscribe subscription signup promo "
    "promotion promoted teaser teasers share sharing social comments disqus cookie consent advert advertisement ads "
    "sponsor sponsored outbrain taboola breadcrumb breadcrumbs tags popular trending paywall byline sidebar navbar "
    "pagination toolbar footer kanren ranking".split()
)
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE_RUN = re.compile(f"[{SPACES}]+")
_LINE_SPACES = re.compile(r"[^\S\n\u3000]+\n")
_LONG_CELL = 1000


def layout(tree: Any) -> Layout:
    """Blocks of an lxml.html tree (comments and processing instructions already removed)."""
    walk = _Walk()
    walker = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walker:
        if event == "end":
            walk.leave(element)
        elif not walk.enter(element):
            walker.skip_subtree()
    walk.flush()
    return Layout(walk.blocks, walk.parents, walk.ends)


@dataclass(slots=True)
class _Row:
    cells: list[int]
    spread: bool = False


class _Walk:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.parents: list[int] = []
        self.ends: list[int] = []
        self._open: list[tuple[int, int, str]] = []  # element number, what is around its text, block tag
        self._words: list[str] = []
        self._unseen_words: list[str] = []  # hidden in the middle of a visible block
        self._link_chars = 0
        self._links = 0
        self._preformatted = 0
        self._rows: list[_Row] = []
        self._bullet = False
        self._after_link = False

    def enter(self, element: Any) -> bool:
        """False: nothing below this element is text."""
        tag = element.tag
        does = _DOES.get(tag, 0)
        number = len(self.parents)
        parent, around, block_tag = self._open[-1] if self._open else (-1, 0, "body")
        if does & _BREAK and not (does & _LINE and self._preformatted):
            self.flush()
        names = element.keys()
        if names:
            around |= _around_by(element, names, tag)
        if does & (_ASIDE | _ROOT | _MAIN | _ARTICLE):
            around = _around_in(does, around)
        self.parents.append(parent)
        self.ends.append(number)
        self._open.append((number, around, tag if does & _BREAK and not does & _LINE else block_tag))
        if does & _QUIET:
            return False
        if does & _OPENS:
            self._shape(does)
        if does & _FIELD and element.get("type", "").lower() in _FIELD_TYPES:
            self._add(f" {element.get('value', '')} ")
        text = element.text
        if text:
            self._add(text)
        return True

    def leave(self, element: Any) -> None:
        """Close the element opened last and take its tail."""
        does = _DOES.get(element.tag, 0)
        if does & _BREAK and not (does & _LINE and self._preformatted):
            self.flush()
        number, _, _ = self._open.pop()
        self.ends[number] = len(self.parents) - 1
        if does & _CLOSES:
            if does & _CODE:
                self._preformatted -= 1
            elif does & _LINK:
                self._links -= 1
                self._after_link = True
            elif does & _ROW and self._rows:
                self._close_row(self._rows.pop(), number)
            elif does & _LINE and self._preformatted:
                self._words.append("\n")
        tail = element.tail
        if tail and self._open:
            self._add(tail)

    def _shape(self, does: int) -> None:
        if does & _CODE:
            self._preformatted += 1
        elif does & _LINK:
            if self._after_link:
                self._words.append(" ")  # two links side by side are two words, whatever the style sheet does
            self._links += 1
        elif does & _ITEM:
            self._bullet = True
        elif does & _ROW:
            self._rows.append(_Row([]))
        elif does & _CELL and self._rows:
            self._rows[-1].cells.append(len(self.blocks))
        if does & _WIDE and self._rows:
            self._rows[-1].spread = True

    def _add(self, text: str) -> None:
        self._after_link = False
        if self._open[-1][1] & HIDDEN:
            self._unseen_words.append(text)
            return
        self._words.append(text)
        if self._links:
            self._link_chars += len(text.strip())

    def flush(self) -> None:
        """End the block that is being gathered."""
        if self._words:
            words, self._words = self._words, []
            links, self._link_chars, self._after_link = self._link_chars, 0, False
            self._append("".join(words), links, seen=True)
        if self._unseen_words:
            words, self._unseen_words = self._unseen_words, []
            self._append("".join(words), 0, seen=False)

    def _append(self, raw: str, links: int, seen: bool) -> None:
        if self._preformatted:
            text = _LINE_SPACES.sub("\n", visible(raw) + "\n").strip("\n")
        else:
            text = _SPACE_RUN.sub(" ", raw)
            text = visible(text).strip(" \u3000")
        if not text or text.isspace():
            return
        number, around, tag = self._open[-1] if self._open else (0, 0, "body")
        if self._bullet and not self._rows and not self._preformatted:
            text = f"- {text}"
        self._bullet = False
        around = around & ~HIDDEN if seen else around | HIDDEN
        self.blocks.append(Block(text, tag, around, min(links, len(text)), number))

    def _close_row(self, row: _Row, number: int) -> None:
        cells = [*row.cells, len(self.blocks)]
        if row.spread or not row.cells:
            return
        spans = [self.blocks[start:end] for start, end in pairwise(cells)]
        texts = [" ".join(block.text for block in span) for span in spans if span]
        if len(texts) < 2 or max(map(len, texts)) > _LONG_CELL:
            return
        gathered = self.blocks[row.cells[0] :]
        around = gathered[0].around
        for block in gathered:
            around &= block.around
        links = sum(block.link_chars for block in gathered)
        self.blocks[row.cells[0] :] = [Block(" | ".join(texts), "tr", around, links, number)]


def _around_in(does: int, around: int) -> int:
    """What an element stands in by its tag, given what stands around it."""
    if does & _ASIDE:
        return around | CHROME
    if does & _ROOT:
        return 0  # a page that is hidden until its scripts have run
    return around & HIDDEN if does & _MAIN else around & ~PROMOTION


def _around_by(element: Any, names: Sequence[str], tag: str) -> int:
    """What the attributes of an element say of what stands in it."""
    around = 0
    if "class" in names or "id" in names or "role" in names or "style" in names:
        get = element.get
        around = _around(get("class", ""), get("id", ""), get("role", ""), get("style", ""))
    if tag in ("html", "body"):
        return around
    if "aria-hidden" in names and element.get("aria-hidden") == "true":
        return around | HIDDEN
    if "hidden" in names and element.get("hidden") != "until-found":
        return around | HIDDEN
    return around


@lru_cache(maxsize=4096)
def _around(classes: str, identifier: str, role: str, style: str) -> int:
    around = 0
    if style and _HIDING_STYLE.search(style):
        around |= HIDDEN
    if role and role.lower() in _CHROME_ROLES:
        around |= CHROME
    if any(word in _PROMOTION_WORDS for word in _name_words(classes[:1000], identifier[:200])):
        around |= PROMOTION
    return around


def _name_words(*names: str) -> Iterator[str]:
    for name in names:
        for word in _WORDS.findall(name):
            yield word.lower()
