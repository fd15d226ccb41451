"""Headlines: which of a page's titles is the article's, and whether a text is about what its headline says."""

import re
from typing import Any

from secdigest_pipeline.base.characters import cut, one_line, visible

_MAX_TITLE = 300
# How sites hang their own name on a title: "Headline | Site", "Headline - Site", "見出し | サイト".
_SITE_PART = re.compile(r"\s+[|\uff5c\u2013\u2014\u00bb\u00b7:-]\s+|\s*[|\uff5c]\s*")
_LATIN_TERM = re.compile(r"[^\W_]{3,}")
_JAPANESE_RUN = re.compile(r"[\u30a1-\u30fa\u30fc\u3400-\u9fff\uac00-\ud7a3]{2,}")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
_STEM = 5
# Words of headlines that stand in any text (English and German).
_COMMON = frozenset(
    "the and for with from that this what when how why who you your our are was were has have had been will can could not "
    "new now more over into after before out about its his her their says said all one two get use der die das und für "
    "mit von auf ein eine ist nicht".split()
)
_OCCURS = 0.3


def page_title(tree: Any) -> str:
    """The article's headline as the page gives it (one h1, og:title, title without the site's name); "" when none."""
    title = _plain(tree.findtext(".//title") or "")
    shared = ""
    site = ""
    for meta in tree.iterfind(".//meta[@content]"):
        name = (meta.get("property") or meta.get("name") or "").lower()
        if name in ("og:title", "twitter:title") and not shared:
            shared = _plain(meta.get("content", ""))
        elif name == "og:site_name":
            site = _plain(meta.get("content", ""))
    headings = [_plain("".join(heading.itertext())) for heading in tree.iterfind(".//h1")][:20]
    named = [
        heading for heading in headings if len(heading) >= 8 and heading.casefold() in f"{title} {shared}".casefold()
    ]
    if named:
        return max(named, key=len)
    return _without_site(shared or title, site) or next((heading for heading in headings if len(heading) >= 8), "")


def headline(from_page: str, from_feed: str) -> str:
    """The page's headline when it is about the same as the feed's; a site's own name or slogan is not."""
    if not from_feed or (from_page and (occurs(from_feed, from_page) or occurs(from_page, from_feed))):
        return from_page or from_feed
    return from_feed


def occurs(title: str, text: str) -> bool:
    """Whether the words of `title` stand in `text`: a text without them is not the article."""
    terms = _terms(title)
    if not terms:
        return True
    folded = text.casefold()
    found = sum(term in folded for term in terms)
    return found >= max(1, _OCCURS * len(terms))


def _terms(title: str) -> set[str]:
    folded = title.casefold()
    latin = {word[:_STEM] for word in _LATIN_TERM.findall(_CJK.sub(" ", folded)) if word not in _COMMON}
    pairs = {run[at : at + 2] for run in _JAPANESE_RUN.findall(folded) for at in range(len(run) - 1)}
    return latin | pairs


def _plain(text: str) -> str:
    return cut(one_line(visible(text)), _MAX_TITLE)


def _without_site(title: str, site: str) -> str:
    parts = _SITE_PART.split(title)
    if len(parts) < 2:
        return title
    ends = [end for end in (parts[-1], parts[0]) if end]
    for end in ends:
        rest = title.removesuffix(end) if end == parts[-1] else title.removeprefix(end)
        rest = rest.strip(" |\uff5c\u2013\u2014\u00bb\u00b7:-")
        if (site and end.casefold() == site.casefold()) or (end == parts[-1] and len(end) < 0.4 * len(rest)):
            return rest
    return title
