"""Whether a page is the article of a feed entry although its headline shares no word with the entry's title.

Outlets rename and translate, and write puns into feeds: another headline proves nothing. Nor does fluent text, which
consent pages, soft 404s and other articles have too. So such a page must hold words that the feed carried, or be an
article by its own account, under its own headline, at the very address the feed names.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from secdigest_pipeline.base.characters import compact, visible

# Letters and digits in a row that two texts do not share by chance, in English as in Japanese.
_RUN = 40
_STEP = 10
_LOOKED_AT = 600  # of what the feed carries; its end is often "The post ... appeared first on ..."
_SEARCHED = 50_000
_DATED = re.compile(r'"datePublished"\s*:\s*"')
_LINKED_DATA = ".//script[@type='application/ld+json']"
# A headline that says what else the page is. Some articles have such words too: they are left to what the feed carries.
_NO_HEADLINE = re.compile(
    r"not found|\b404\b|\bno longer\b|\boops\b|\berror\b|unavailable|maintenance|\bconsent\b|cookie|privacy|before you continue"
    r"|\bsign[ -]?(?:in|up)\b|\blog[ -]?in\b|\bsubscri|\bregist(?:er|ration)\b|\bmembers?\b|denied|forbidden|captcha|verif"
    r"|\brobot|\bwelcome\b|\bhome ?page\b|nicht gefunden|datenschutz|zustimm|anmeld|introuvable|connexion|no encontrad"
    r"|見つかりません|存在しません|お探しのページ|メンテナンス|ログイン|会員|同意|プライバシー|エラー|トップページ",
    re.IGNORECASE,
)


def holds(carried: str, text: str) -> bool:
    """Whether `text` has a run of words from what the feed carried of the article (text or markup)."""
    letters = compact(visible(re.sub(r"<[^<>]{0,2000}>", " ", carried[: 4 * _LOOKED_AT])))[:_LOOKED_AT]
    if len(letters) < _RUN:
        return False
    searched = compact(text[:_SEARCHED])
    return any(letters[at : at + _RUN] in searched for at in range(0, len(letters) - _RUN + 1, _STEP))


def is_article_of_its_own(tree: Any, own_title: str, asked: str, url: str) -> bool:
    """Whether the page at `url`, asked for as `asked`, says that it is a dated article and what its headline is."""
    if not own_title or _NO_HEADLINE.search(own_title) or _place(asked) != _place(url):
        return False
    if any(meta.get("property") == "article:published_time" for meta in tree.iterfind(".//meta[@property]")):
        return True
    if any(_DATED.search(script.text or "") for script in tree.iterfind(_LINKED_DATA)):
        return True
    # of several dates none is the page's own: it lists others
    return len(list(tree.iterfind(".//time[@datetime]"))) == 1


def _place(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query
