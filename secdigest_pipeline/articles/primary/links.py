"""Which links of an article lead to what it rests on: the report, advisory, file or list of indicators behind the news.

A link counts by its own words, by the sentence it stands in, by its address and by its host; no sign alone is enough,
because a wrong source is worse than a missing one. Nothing is read here.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from secdigest_pipeline.articles.primary.hosts import Hosts, Rank, domain_of, site_of
from secdigest_pipeline.articles.records import Article, Link, SourceKind
from secdigest_pipeline.base.characters import one_line
from secdigest_pipeline.fetching.urls import canonical_url

# docs/contract.md 1.6: four sources are the most ever printed of an article.
MAX_SOURCES = 4
# Lists of indicators that a source links to, followed one step further.
MAX_FOLLOWED = 2
# A source has at least two signs, one of them in words or a known host (weights below).
_ENOUGH = 3.0
_PLACES = 4
_SENTENCE = 240

_WORDS = re.compile(
    r"\b(?:report(?:ed|s)?|research|analy(?:sis|[sz]ed)|advisor(?:y|ies)|bulletin|alert|write-?up|white ?paper|blog(?: post)?"
    r"|(?:blog|technical) ?post|post|disclos(?:ed|ure)|technical (?:details|analysis)|published|findings|detailed|warn(?:ed|ing|s)?"
    r"|statement|announce[ds]?|announcement|indictment|complaint|press release|discovered|uncovered|deep[- ]dive|pdf)\b"
    r"|報告書|レポート|アドバイザリ|注意喚起|ブログ|分析|調査|公表|発表|公開|解説|警告|声明|プレスリリース",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"\b(?:according to|researchers?|analysts?|report(?:ed|s)?|published|warn(?:ed|s)?|disclosed|advisory|bulletin|discovered|found"
    r"|uncovered|observed|explain(?:ed|s)|said in|says in|wrote|blog post|detailed|analysis)\b"
    r"|によると|によれば|研究者|公表し|発表し|公開し|報告し|注意喚起|分析し|警告し|調査し",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"\b(?:listed|available|described|instructions|details|source)\b|詳細|参照|掲載|出典|情報源|一次ソース",
    re.IGNORECASE,
)
_INDICATORS = re.compile(
    r"\bio[ca]s?\b|(?<![a-z])iocs?(?![a-z])|\bindicators?(?:[-_ ]of[-_ ](?:compromise|attack))?\b|\bobservables\b|\bstix\b|\bmisp\b"
    r"|侵害(?:の)?(?:痕跡|指標)|インジケータ|通信先(?:一覧|リスト)?|ハッシュ値",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"\b(?:previous(?:ly)?|earlier (?:this|last)|last (?:year|month)|in 20[01]\d|in 202[0-4]|as (?:we )?reported|for (?:example|instance)"
    r"|similar)\b|以前|昨年|過去に|既報|関連記事",
    re.IGNORECASE,
)
_ADVISORY = re.compile(
    r"(?:^|[/_-])(?:advisor(?:y|ies)|bulletins?|psirt|security-updates?|update-guide|vulns?|jvn|alerts?)(?:[/_.-]|$)|/ghsa-|jvnvu|/at/20\d\d",
    re.IGNORECASE,
)
_POST = re.compile(
    r"/(?:[^/]*-)?(?:blogs?|labs?|research|reports?|threat[^/]*|analysis|publications?|press(?:-releases?)?)/",
    re.IGNORECASE,
)
_DATA_FILE = re.compile(r"\.(?:csv|tsv|txt|json|stix2?|misp|ya?ml|md)$", re.IGNORECASE)
_NOT_A_PAGE = re.compile(
    r"\.(?:exe|dll|msi|zip|7z|rar|gz|tgz|iso|img|apk|ipa|dmg|pkg|deb|rpm|js|mjs|ps1|sh|bat|cmd|vbs|hta|lnk|jar|png|jpe?g|gif|svg"
    r"|webp|mp4|mp3|docx?|xlsx?|pptx?|ico|css)$",
    re.IGNORECASE,
)
_INDEX_PAGE = re.compile(
    r"(?:|/(?:[a-z]{2}(?:[-_][a-z]{2})?/)?(?:blogs?|research|news|newsroom|about(?:-us)?|contact(?:-us)?|pricing|products?|labs|security"
    r"|advisories|careers|login|sign-?up|demo|download|downloads|subscribe|newsletter|support|docs|search|privacy|terms|tags?|resources"
    r"|threat-intelligence|known-exploited-vulnerabilities-catalog|known-exploited-vulnerabilities))/?",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"\b(?:demo|trial|webinar|sign up|signup|pricing|subscribe|newsletter|register|download|buy|podcast|careers?)\b"
    r"|/(?:tag|tags|category|categories|author|authors|topics?|product|products|solutions|platform|events?|webinars?|careers?)/"
    r"|資料請求|お問い合わせ|ダウンロード|セミナー",
    re.IGNORECASE,
)
_LURE = re.compile(
    r"\b(?:malicious|phishing|fake|lure|spoof\w*|impersonat\w*|c2|c&c|typosquat\w*|payload|infected|trojani[sz]ed|hosted (?:on|at))\b"
    r"|偽(?:の)?|不正な|悪性|フィッシング|なりすま",
    re.IGNORECASE,
)
_DEFANGED = re.compile(r"\[\.\]|\(\.\)|hxxp|\[dot\]|\[:\]", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?](?=\s)|[。！？\n]")
_YEAR = re.compile(r"/(20[0-3]\d)/(?:(0[1-9]|1[0-2])/)?")
_BARE_URL = re.compile(r"https?://[^\s<>\"'「」、。）)\]]{4,500}")


@dataclass(frozen=True, slots=True)
class Source:
    """A link taken for a source. `url` is canonical; `why` gives each sign and its weight."""

    url: str
    kind: SourceKind
    weight: float
    why: str


def sources_of(article: Article, hosts: Hosts) -> tuple[Source, ...]:
    """At most MAX_SOURCES links that lead to what `article` rests on, the weightiest first. Pure."""
    own = {domain_of(article.url)}
    best: dict[str, Source] = {}
    for link in (*article.links, *_bare_links(article)):
        source = _judged(link, article, hosts, own)
        if source is not None and (source.url not in best or best[source.url].weight < source.weight):
            best[source.url] = source
    order = {url: at for at, url in enumerate(best)}
    return tuple(sorted(best.values(), key=lambda source: (-source.weight, order[source.url]))[:MAX_SOURCES])


def lists_of(links: Collection[Link], page_url: str, hosts: Hosts, taken: Collection[str]) -> tuple[Source, ...]:
    """At most MAX_FOLLOWED lists of indicators that a primary page links to; `taken` are URLs not to take again."""
    own = domain_of(page_url)
    found: dict[str, Source] = {}
    for link in links:
        url = canonical_url(link.url, page_url)
        if url is None or url in taken or url in found or _DEFANGED.search(link.text):
            continue
        path = unquote(urlsplit(url).path)
        rank = hosts.rank(url)
        named = _INDICATORS.search(link.text) or _INDICATORS.search(path.rsplit("/", 1)[-1])
        file = bool(_DATA_FILE.search(path)) or path.lower().endswith(".pdf")
        ours = domain_of(url) == own or rank == "code"
        if named and (file or rank == "code") and ours and not _NOT_A_PAGE.search(path) and not _is_index(url):
            found[url] = Source(url, _kind(url, rank, True), 3.0, f"list of indicators linked from {page_url}")
    return tuple(found.values())[:MAX_FOLLOWED]


def readable_url(url: str) -> str:
    """Where the text of a source lies: a file shown by GitHub or GitLab is read as the file itself."""
    parts = urlsplit(url)
    segments = [part for part in parts.path.split("/") if part]
    if site_of(url) == "github.com" and len(segments) > 4 and segments[2] == "blob":
        return "https://raw.githubusercontent.com/" + "/".join([*segments[:2], *segments[3:]])
    if site_of(url) == "gist.github.com" and len(segments) == 2:
        return f"https://gist.githubusercontent.com/{segments[0]}/{segments[1]}/raw"
    if site_of(url) == "gitlab.com" and "/-/blob/" in parts.path:
        return url.replace("/-/blob/", "/-/raw/", 1)
    return url


def _bare_links(article: Article) -> Iterator[Link]:
    """URLs written out in a text that has no links (a feed's text, an advisory as plain text)."""
    if article.links:
        return
    for match in _BARE_URL.finditer(article.text[:200_000]):
        yield Link(match[0].rstrip(".,;:"), match[0])


def _judged(link: Link, article: Article, hosts: Hosts, own: Collection[str]) -> Source | None:
    text = one_line(link.text)
    url = canonical_url(link.url, article.url)
    if url is None or not text or _DEFANGED.search(text) or len(text) > 300:
        return None
    path = unquote(urlsplit(url).path)
    rank = hosts.rank(url)
    named = bool(_INDICATORS.search(text) or _INDICATORS.search(path.rsplit("/", 1)[-1]))
    if rank in ("never", "news") or _is_index(url) or _NOT_A_PAGE.search(path):
        return None
    if domain_of(url) in own and not (named and _is_file(path) and article.kind not in ("news", "incident")):
        return None
    if not named and (_OFFER.search(text) or _OFFER.search(path)):
        return None
    # A list of indicators often stands below the article, outside of its text.
    places = list(_sentences(text, article.text)) or (list(_sentences(text, article.page_text)) if named else [])
    weighed = [_signs(text, before, after, url, path, rank, named, article) for before, after in places]
    signs = max((signs for signs in weighed if signs), key=lambda signs: sum(signs.values()), default=None)
    if not signs or sum(signs.values()) < _ENOUGH:
        return None
    why = ", ".join(f"{name} {weight:+g}" for name, weight in signs.items())
    return Source(url, _kind(url, rank, named), sum(signs.values()), why)


def _signs(
    text: str, before: str, after: str, url: str, path: str, rank: Rank, named: bool, article: Article
) -> dict[str, float]:
    """Signs for and against one place of a link, with their weights; none when it looks like an attacker's own."""
    if rank in ("", "code") and _LURE.search(before[-60:]):
        return {}
    signs: dict[str, float] = {}
    if rank == "research" or rank == "authority":
        signs[f"{rank} host"] = 2.5
    elif _ADVISORY.search(path):
        signs["advisory address"] = 2.0
    elif rank == "code":
        signs["code host"] = 1.5
    elif path.lower().endswith(".pdf") or _POST.search(path):
        signs["report address"] = 1.0
    if named:
        signs["indicators"] = 4.0 if rank or _is_file(path) else 1.5
    if found := _WORDS.search(text):
        signs[f"link says {found[0].lower()}"] = 2.0
    around = f"{before} {after}"
    if found := _BESIDE.search(around):
        signs[f"beside it {found[0].lower()}"] = 1.5
    elif found := _WEAK.search(around):
        signs[f"beside it {found[0].lower()}"] = 1.0
    if _BACKGROUND.search(before) or _BACKGROUND.search(text):
        signs["background"] = -2.0
    if _is_old(path, article):
        signs["older"] = -2.0
    return signs


def _sentences(text: str, whole: str) -> Iterator[tuple[str, str]]:
    """What stands before and after `text` in its sentence, for its first places in `whole`."""
    at = -1
    found = 0
    while found < _PLACES and (at := whole.find(text, at + 1)) >= 0:
        end = at + len(text)
        if (text[0].isalnum() and whole[at - 1 : at].isalnum() and text[0].isascii() and whole[at - 1].isascii()) or (
            text[-1].isalnum() and whole[end : end + 1].isalnum() and text[-1].isascii() and whole[end].isascii()
        ):
            continue
        found += 1
        yield (
            _SENTENCE_END.split(whole[max(0, at - _SENTENCE) : at])[-1],
            _SENTENCE_END.split(whole[end : end + _SENTENCE], maxsplit=1)[0],
        )


def _is_old(path: str, article: Article) -> bool:
    """Whether the address is dated more than three months before the article: background, not what it rests on."""
    dated = _YEAR.search(path)
    if dated is None or article.published_at is None:
        return False
    months = (article.published_at.year - int(dated[1])) * 12 + article.published_at.month - int(dated[2] or 12)
    return months > 3


def _is_index(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.query and bool(_INDEX_PAGE.fullmatch(parts.path))


def _is_file(path: str) -> bool:
    return bool(_DATA_FILE.search(path)) or path.lower().endswith(".pdf")


def _kind(url: str, rank: Rank, named: bool) -> SourceKind:
    path = unquote(urlsplit(url).path)
    if path.lower().endswith(".pdf"):
        return "pdf"
    if named and (_DATA_FILE.search(path) or rank == "code"):
        return "ioc_list"
    if rank == "code":
        segments = [part for part in path.split("/") if part]
        if "advisories" in segments:
            return "advisory"
        raw = site_of(url) not in ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org") or "blob" in segments
        return "raw" if raw else "repository"
    if _DATA_FILE.search(path):
        return "raw"
    if rank == "authority" or _ADVISORY.search(path):
        return "advisory"
    return "ioc_list" if named else "report"
