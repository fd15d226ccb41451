"""Plain text from what a feed calls a title or a summary: markup out, entities once, nothing invisible left."""

import html
import re

from secdigest_pipeline.base.characters import plain_line, shortened
from secdigest_pipeline.fetching.references import mended

MAX_MARKUP = 200_000

# Only known names are markup: "List<T>" and "a < b" are text.
_NAMES = (
    "a|abbr|address|article|aside|audio|b|big|blockquote|body|br|caption|center|cite|code|col|colgroup|dd|del|details|"
    "div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|"
    "li|link|main|mark|meta|nav|noscript|object|ol|p|param|picture|pre|q|s|samp|script|section|small|source|span|"
    "strike|strong|style|sub|summary|sup|svg|table|tbody|td|tfoot|th|thead|time|tr|tt|u|ul|var|video|wbr"
)
_TAG = re.compile(rf"<(/?)({_NAMES})(?:\s[^<>]{{0,5000}})?/?>", re.IGNORECASE)
_BLOCK = re.compile(
    r"address|article|aside|blockquote|br|caption|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|main|nav|"
    r"ol|p|pre|section|table|tr|ul",
    re.IGNORECASE,
)
_HIDDEN = tuple(
    (re.compile(start, re.IGNORECASE), re.compile(end, re.IGNORECASE))
    for start, end in (("<!--", "-->"), (r"<script\b", "</script>"), (r"<style\b", "</style>"))
)
# What stands for bytes or an object that are not there; a feed's line is read without it.
_NOT_THERE = str.maketrans("", "", "\ufffc\ufffd")


def plain_text(markup: str, limit: int) -> str:
    """`markup` as text of at most `limit` characters, paragraphs on lines of their own."""
    text = markup[:MAX_MARKUP]
    if "<" in text:
        text = text.replace("<![CDATA[", "").replace("]]>", "")
        for start, end in _HIDDEN:
            text = _without(text, start, end)
        text = _TAG.sub(lambda tag: "\n" if _BLOCK.fullmatch(tag[2]) else "", text)
    if "&" in text:
        text = html.unescape(mended(text, "html"))
    lines = (plain_line(line) for line in text.translate(_NOT_THERE).splitlines())
    return shortened("\n".join(line for line in lines if line), limit)


def plain_text_line(markup: str, limit: int) -> str:
    """`markup` as text on one line of at most `limit` characters."""
    return shortened(plain_line(plain_text(markup, MAX_MARKUP)), limit)


def _without(text: str, start: re.Pattern[str], end: re.Pattern[str]) -> str:
    """`text` without everything from `start` to `end` (to the end of the text where `end` is missing)."""
    kept: list[str] = []
    at = 0
    while (found := start.search(text, at)) is not None:
        kept.append(text[at : found.start()])
        stop = end.search(text, found.end())
        if stop is None:
            return "".join(kept)
        at = stop.end()
    return "".join([*kept, text[at:]])
