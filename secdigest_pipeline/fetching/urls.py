"""What one article's address is: the canonical URL that is read and printed, and the identity behind `article_id`.

Two steps, because they serve two ends. `canonical_url` removes only what cannot change the page (tracking parameters,
fragments, redirect and AMP wrappers), since the result is fetched and printed. `article_id` hashes a further reduced
form (no scheme, `www.`/`m.` host, trailing slash, order of parameters), under which two links to one article meet.
"""

import hashlib
import re
import socket
from collections.abc import Iterable
from urllib.parse import SplitResult, quote, unquote, unquote_plus, urljoin, urlsplit, urlunsplit

from secdigest_pipeline.fetching.public_addresses import is_public

MAX_URL = 4096
_MAX_WRAPPERS = 3

# fmt: off
_TRACKING = frozenset({
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "gad_source", "msclkid", "yclid", "twclid", "ttclid",
    "igshid", "igsh", "li_fat_id", "mc_cid", "mc_eid", "_hsenc", "_hsmi", "__hssc", "__hstc", "__hsfp",
    "hsctatracking", "mkt_tok", "vero_id", "vero_conv", "oly_enc_id", "oly_anon_id", "ref_src", "ref_url", "_ga",
    "_gl", "_ke", "__s", "s_cid", "s_kwcid", "ef_id", "cmpid", "icid", "ncid", "guccounter", "guce_referrer",
    "guce_referrer_sig", "wickedid", "wt.mc_id", "wt_mc", "ns_source", "ns_mchannel", "ns_campaign", "ns_linkname",
    "ns_fee", "at_medium", "at_campaign", "at_custom1", "at_custom2", "xtor", "trk", "trkcampaign", "ftag", "rss",
    "rss_id", "amp", "usqp", "amp_js_v", "amp_gsa", "outputtype",
})
# fmt: on
_TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "matomo_", "hsa_", "itm_")
# These names also carry content elsewhere; only with such a value do they say nothing but where the reader comes from.
_ORIGIN_NAMES = frozenset({"ref", "source", "src", "from", "partner", "feed", "via", "medium", "campaign"})
_ORIGIN_VALUES = frozenset(
    {"rss", "rss2", "atom", "feed", "feedburner", "rssfeed", "twitter", "x", "facebook", "linkedin", "newsletter"}
)

# Redirectors that carry their target: host, path prefix, parameters that may hold it.
_REDIRECTORS: tuple[tuple[re.Pattern[str], str, tuple[str, ...]], ...] = (
    (re.compile(r"(www\.)?google\.[a-z.]{2,6}"), "/url", ("url", "q")),
    (re.compile(r"(www\.)?bing\.com"), "/news/apiclick.aspx", ("url",)),
    (re.compile(r"lm?\.facebook\.com"), "/l.php", ("u",)),
    (re.compile(r"(www\.)?youtube\.com"), "/redirect", ("q",)),
    (re.compile(r"out\.reddit\.com"), "/", ("url",)),
    (re.compile(r"t\.umblr\.com"), "/redirect", ("z",)),
    (re.compile(r"[a-z0-9]+\.safelinks\.protection\.outlook\.com"), "/", ("url",)),
)
_AMP_CACHE = re.compile(r"/(?:[a-z]/|wp/)?(s/)?([^/]+\.[^/]+)(/.*)?")
_REDUCED_LABELS = ("www", "m", "mobile", "amp", "sp")
_SECOND_LEVEL = frozenset({"co", "com", "ne", "or", "ac", "go", "gov", "org", "net", "edu", "ad", "ed", "gr", "lg"})
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_STRIPPED = re.compile(r"[\x00-\x1f\x7f]")


def canonical_url(url: str, base: str | None = None) -> str | None:
    """The address of the page `url` leads to, made absolute by `base`; None when it is not http(s) or has no host."""
    text = _STRIPPED.sub("", url).strip()
    if not text or len(text) > MAX_URL:
        return None
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        for _ in range(_MAX_WRAPPERS):
            wrapped = _unwrapped(parts)
            if wrapped is None:
                break
            parts = wrapped
        return _written(parts)
    except ValueError:
        return None


def article_id(canonical: str) -> str:
    """16 hex digits that are the same for every canonical URL of one article."""
    return _hash(_identity(canonical))


def item_id(feed_id: str, guid_or_link: str) -> str:
    """16 hex digits for one entry of one feed; `guid_or_link` is its guid, or its canonical link when it has none."""
    return _hash(f"{feed_id}\x00{guid_or_link}")


def host_of(url: str) -> str:
    """Host name of a URL, lower case; empty when it has none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_public_host(host: str) -> bool:
    """Whether a link to `host` can be meant for the public: a dotted name, or a literal of a public address.

    Looks at the text only. What a name resolves to is checked where it is connected to (`addresses`).
    """
    host = host.lower().rstrip(".").strip("[]")
    if ":" in host:
        return is_public(host)
    last = host.rpartition(".")[2]
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
        # Every spelling a resolver takes for an IPv4 address: 127.1, 2130706433, 0x7f000001.
        try:
            return is_public(socket.inet_ntoa(socket.inet_aton(host)))
        except OSError:
            return False
    return "." in host and last not in ("localhost", "local", "internal", "localdomain", "lan", "home", "corp", "onion")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _written(parts: SplitResult) -> str | None:
    scheme = parts.scheme.lower()
    host = _host(parts)
    if scheme not in ("http", "https") or not host:
        return None
    port = parts.port
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != (443 if scheme == "https" else 80):
        netloc += f":{port}"
    path = _path(parts.path)
    query = "&".join(_kept_parameters(parts.query))
    # `#!` and `#/` address a page of a script-driven site; every other fragment is a place within the page.
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit((scheme, netloc, path, _quoted(query), _quoted(fragment)))


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if any(c.isspace() or c in "%\\^|`{}\"'<>" for c in host):
        return ""
    return host


def _path(path: str) -> str:
    path = re.sub(r";jsessionid=[^/?#]*", "", path, flags=re.IGNORECASE) or "/"
    kept: list[str] = []
    segments = path.split("/")
    for at, segment in enumerate(segments):
        if segment in (".", ".."):
            if segment == ".." and len(kept) > 1:
                kept.pop()
            if at == len(segments) - 1:
                kept.append("")
        else:
            kept.append(segment)
    return _quoted("/".join(kept) or "/")


def _quoted(text: str) -> str:
    def normal(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        return chr(code) if code in _UNRESERVED else f"%{match[1].upper()}"

    return quote(_PERCENT.sub(normal, text), safe="%/:?#[]@!$&'()*+,;=-._~|")


def _kept_parameters(query: str) -> Iterable[str]:
    for part in query.split("&"):
        name, _, value = part.partition("=")
        name = unquote_plus(name).lower()
        if not name or name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
            continue
        if name in _ORIGIN_NAMES and unquote_plus(value).lower() in _ORIGIN_VALUES:
            continue
        yield part


def _unwrapped(parts: SplitResult) -> SplitResult | None:
    """The target that a redirector's or AMP cache's own URL carries; None when `parts` is an ordinary address."""
    host = (parts.hostname or "").lower()
    for pattern, prefix, names in _REDIRECTORS:
        if pattern.fullmatch(host) and parts.path.startswith(prefix):
            values = dict(part.partition("=")[::2] for part in parts.query.split("&"))
            for name in names:
                target = unquote(values.get(name, ""))
                if target.startswith(("http://", "https://")):
                    return urlsplit(target)
    if host.endswith(".cdn.ampproject.org") or host == "cdn.ampproject.org":
        return _from_amp_cache(parts, parts.path)
    if re.fullmatch(r"(www\.)?google\.[a-z.]{2,6}", host) and parts.path.startswith("/amp/"):
        return _from_amp_cache(parts, parts.path.removeprefix("/amp"))
    return None


def _from_amp_cache(parts: SplitResult, path: str) -> SplitResult | None:
    match = _AMP_CACHE.fullmatch(path)
    if match is None:
        return None
    scheme = "https" if match[1] else "http"
    return urlsplit(f"{scheme}://{match[2]}{match[3] or '/'}" + (f"?{parts.query}" if parts.query else ""))


def _identity(canonical: str) -> str:
    parts = urlsplit(canonical)
    host = parts.netloc.removesuffix(":80").removesuffix(":443")
    labels = host.split(".")
    while labels[0] in _REDUCED_LABELS and len(labels) > 2 and not (len(labels) == 3 and labels[1] in _SECOND_LEVEL):
        labels = labels[1:]
    # `/amp`, `/amp/` at the end and a file's `.amp.html` are the stripped-down copy of a page.
    path = re.sub(r"(?<=.)/amp/?$", "/", parts.path)
    path = re.sub(r"\.amp(\.html?)?$", r"\1", path)
    path = re.sub(r"/(index|default)\.(html?|php|aspx?|jsp)$", "/", path).rstrip("/")
    query = "&".join(sorted(part for part in parts.query.split("&") if part))
    return "\x00".join((".".join(labels), path, query, parts.fragment))
