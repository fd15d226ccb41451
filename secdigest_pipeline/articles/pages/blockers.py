"""Pages that answer with something else than the article: challenges, consent walls, maintenance, soft 404s.

They are recognised before extraction, because a challenge page gives an extractor 6 KB of fluent text.
An article may quote every one of these signs, so a sign alone counts only on a page that shows next to no text.
"""

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from secdigest_pipeline.fetching.charset import declared

Wall = tuple[Literal["blocked", "gone"], str]

_HEAD = 300_000
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_NOT_SHOWN = re.compile(
    r"<(script|style|svg|template|noscript)\b[^<>]*>[^<]*+(?:<(?!/\1)[^<]*+)*+(?:</\1)?|<[^<>]*>", re.IGNORECASE
)
_LITTLE = 1500

_CHALLENGE_TITLE = re.compile(
    r"just a moment\.*|attention required! \| cloudflare|please wait(?:\.\.\.|…)?|one moment, please\.*|ddos-guard"
    r"|checking your browser.*|(?:security|robot|human|bot|browser) (?:check|verification|challenge)|are you (?:a robot|human)\??"
    r"|pardon our interruption\.*|(?:sorry, )?you have been blocked|verify(?:ing)? you are (?:a )?human.*"
    r"|vercel security checkpoint|access (?:to this page has been )?denied.*|request rejected|403 forbidden|forbidden"
    r"|sucuri website firewall.*|bot detection|captcha|client challenge",
    re.IGNORECASE,
)
_CONSENT_TITLE = re.compile(
    r"before you continue.*|(?:yahoo|aol) is part of the yahoo family of brands|cookie (?:wall|consent)|datenschutzhinweis"
    r"|privacy (?:gate|settings)|consent",
    re.IGNORECASE,
)
_MAINTENANCE_TITLE = re.compile(
    r"(?:.{0,40}\W)?(?:(?:site |scheduled )?(?:under )?maintenance(?: mode)?|(?:site )?temporarily unavailable"
    r"|(?:503 )?service (?:temporarily )?unavailable|50[24] (?:bad gateway|gateway time-?out)|(?:ただいま)?メンテナンス中(?:です)?"
    r"|システムメンテナンス(?:中|のお知らせ))(?:\W.{0,40})?",
    re.IGNORECASE,
)
_MISSING_TITLE = re.compile(
    r"(?:error )?404(?: error)?(?:\W{1,3}(?:page )?not found)?(?:\W.{0,40})?|page not found(?:\W.{0,40})?|not found"
    r"|(?:お探しの)?ページ(?:が|は)(?:見つかり|存在し)ません(?:でした)?(?:\W.{0,40})?",
    re.IGNORECASE,
)
_CHALLENGE_SIGNS = re.compile(
    r"_cf_chl_opt|cf-challenge|jschl[_-]vc|/cdn-cgi/challenge-platform/h/|px-captcha|captcha-delivery\.com|_incapsula_resource"
    r"|awswafintegration|sucuri_cloudproxy|enable javascript and cookies to continue|please enable js and disable any ad blocker"
    r"|verify(?:ing)? (?:that )?you are (?:a )?human|checking your browser before accessing|unusual traffic from your"
    r"|are you a robot|g-recaptcha|h-captcha|cf-turnstile",
    re.IGNORECASE,
)
_CONSENT_SIGNS = re.compile(
    r"""id=["']consent-page|cookiewall|before you continue to|name=["']consent""", re.IGNORECASE
)
_NEEDS_SCRIPTS = re.compile(
    r"(?:enable|activate|turn on|requires?) javascript|javascript (?:is (?:required|disabled)|を有効に)", re.IGNORECASE
)
_WALL_HOST = re.compile(
    r"(?:consent|guce|geo\.captcha-delivery|challenges\.cloudflare|validate\.perfdrive|login|accounts|auth|sso)\..*",
    re.IGNORECASE,
)
_WALL_PATH = re.compile(
    r"/(?:consent|cookiewall|cookie-wall|zustimmung|privacygate|captcha|challenge|login|signin|sign-in)(?:[/.?]|$)",
    re.IGNORECASE,
)
_HOME_PATH = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|default|home)(?:\.[a-z]{2,5})?/?)?", re.IGNORECASE
)


def redirected_away(url: str, final_url: str) -> Wall | None:
    """What a redirect says when it led to the site's home page, a login or a consent page; None when it is fine."""
    asked, got = urlsplit(url), urlsplit(final_url)
    if (asked.netloc, asked.path, asked.query) == (got.netloc, got.path, got.query):
        return None
    if _HOME_PATH.fullmatch(got.path) and not _HOME_PATH.fullmatch(asked.path):
        return ("gone", "redirected to the home page")
    moved_host = (asked.hostname or "").removeprefix("www.") != (got.hostname or "").removeprefix("www.")
    if (moved_host and _WALL_HOST.fullmatch(got.hostname or "")) or (
        _WALL_PATH.search(got.path) and not _WALL_PATH.search(asked.path)
    ):
        return ("blocked", f"redirected to {got.hostname}{got.path}"[:200])
    return None


def wall(status: int, headers: Mapping[str, str], body: bytes) -> Wall | None:
    """What stands in the place of an article in this answer; None when it may be one."""
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return ("blocked", "challenge page: Cloudflare")
    if headers.get("x-amzn-waf-action", "").lower() in ("challenge", "captcha"):
        return ("blocked", "challenge page: AWS WAF")
    if status == 202:
        return ("blocked", "HTTP 202")
    head = body[:_HEAD].decode(declared(body, headers.get("content-type", "")), errors="replace")
    found = _TITLE.search(head)
    title = " ".join(found[1].split()) if found else ""
    if _CHALLENGE_TITLE.fullmatch(title):
        return ("blocked", f"challenge page: {title[:60]}")
    if _CONSENT_TITLE.fullmatch(title):
        return ("blocked", f"consent wall: {title[:60]}")
    if len(body) >= _HEAD:
        return None  # none of these pages is that large
    shown = _shown(head)
    if shown >= _LITTLE:
        return None
    if _MAINTENANCE_TITLE.fullmatch(title):
        return ("blocked", f"maintenance page: {title[:60]}")
    if _MISSING_TITLE.fullmatch(title):
        return ("gone", f"page says: {title[:60]}")
    for signs, what in ((_CHALLENGE_SIGNS, "challenge page"), (_CONSENT_SIGNS, "consent wall")):
        sign = signs.search(head)
        if sign:
            return ("blocked", f"{what}: {sign[0][:60]}")
    if shown < 300 and _NEEDS_SCRIPTS.search(head):
        return ("blocked", "page needs JavaScript")
    return None


def _shown(html: str) -> int:
    """Roughly how many characters a page shows, everything but markup and scripts; counted up to _LITTLE."""
    shown = at = 0
    for hidden in _NOT_SHOWN.finditer(html):
        shown += sum(len(word) + 1 for word in html[at : hidden.start()].split())
        if shown >= _LITTLE:
            return shown
        at = hidden.end()
    return shown + sum(len(word) + 1 for word in html[at:].split())
