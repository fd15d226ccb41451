"""Pages that answer but are not the article: challenges, maintenance, walls. Recognised before extraction.

Three of six challenge pages give an extractor 6,000 characters of fluent text (intake.md 2.4), so length says nothing.
"""

import re
from collections.abc import Mapping

_HEAD = 200_000  # bytes looked at; challenge pages are small and their marks stand in the head
_MARKS = (
    b"/cdn-cgi/challenge-platform",
    b"_cf_chl_opt",
    b"cf-browser-verification",
    b"cf_chl_",
    b"px-captcha",
    b"_Incapsula_Resource",
    b"DDoS-GUARD",
    b"sucuri_cloudproxy",
    b"geo.captcha-delivery.com",
)
_TITLE = re.compile(rb"<title[^>]*>\s*([^<]{0,200})", re.IGNORECASE)
_BLOCKER_TITLES = re.compile(
    rb"^(just a moment|attention required!|access denied|please wait\b|verify(ing)? (that )?you are (a )?human|"
    rb"are you (a )?(robot|human)|security check|ddos protection|checking your browser|request blocked|robot check|"
    rb"pardon our interruption|403 forbidden|bot verification|\xe3\x81\x97\xe3\x81\xb0\xe3\x82\x89\xe3\x81\x8f"
    rb"\xe3\x81\x8a\xe5\xbe\x85\xe3\x81\xa1)",  # しばらくお待ち
    re.IGNORECASE,
)
_MAINTENANCE = re.compile(rb"^(site |website |under |scheduled )*maintenance\b|^(service|site) unavailable", re.IGNORECASE)
_NEEDS_SCRIPT = re.compile(rb"enable javascript and cookies to continue|please enable (js|javascript) and disable", re.I)


def blocker(status: int, headers: Mapping[str, str], body: bytes) -> str | None:
    """Why an answer is no article, in words; None when nothing speaks against it. `headers` have lower-case names."""
    head = body[:_HEAD]
    found = _TITLE.search(head)
    title = found[1].strip() if found else b""
    if headers.get("cf-mitigated"):
        return "challenge page"
    if _BLOCKER_TITLES.match(title):
        return "challenge page"
    if any(mark in head for mark in _MARKS) and (status != 200 or len(body) < 60_000 and not _has_article(head)):
        return "challenge page"
    if _NEEDS_SCRIPT.search(head) and not _has_article(head):
        return "challenge page"
    if _MAINTENANCE.match(title):
        return "maintenance page"
    if status == 202:
        return "HTTP 202 without the page"
    return None


def _has_article(head: bytes) -> bool:
    return b"<article" in head or head.count(b"<p") >= 8
