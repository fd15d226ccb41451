"""What is shown of a text that may hold a credential: known ones are cut out in any spelling, URLs lose theirs.

Three questions, three functions: `without` knows the secrets and finds them in whatever somebody else wrote, `shown_url`
knows that a text is a URL and shows only its harmless parts, `redacted` knows nothing and goes by the look of it.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

HIDDEN = "***"
WITHHELD = "(not shown: it spells a credential)"

# A run of a secret this long is as good as the secret: 8 of 64 characters are 48 bits.
_RUN = 8
# A shorter one is part of any text, and guessed at once.
_SHORTEST = 4
# What every key of a kind begins with is no secret, and articles about leaked keys quote it.
_PUBLIC_PREFIX = re.compile(r"\Ask-ant-[a-z]{2,12}\d\d-")
_LOWER = str.maketrans({chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)})
_OTHERS = re.compile(r"[^0-9A-Za-z]+")
_ESCAPED = re.compile(r"\\(?:u00|x)([0-9a-fA-F]{2})")
_DEPTH = 3  # encodings inside encodings that are undone

_CREDENTIAL_NAME = re.compile(
    r"pass(?:word|wd|phrase)?\b|pwd|secret|token|credential|cookie|auth(?:orization)?\b|signature|(?:[_-]|\b)sig\b"
    r"|(?:api|access|[_-]|\b)key\b",
    re.IGNORECASE,
)
_KEYS = (
    *("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    *("AWS_BEARER_TOKEN_BEDROCK", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"),
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_HOST = re.compile(r"(?:[\w.-]*|\[[0-9A-Fa-f:.%]+\])(?::\d{0,5})?")
_NAME = re.compile(r"[A-Za-z][\w.-]{0,40}")
_PLAIN_PATH = re.compile(r"[^;=?&@#\\:]*")
# Parameters of a database URL that say where, not who (libpq 34.1.2); their values are shown when they look like it.
_PLACES = frozenset({"host", "hostaddr", "port", "dbname", "sslmode", "connect_timeout", "target_session_attrs"})
_PLAIN_VALUE = re.compile(r"[\w./,-]*")

_LOOKS = (
    (re.compile(r"//[^/?#\s]+@"), f"//{HIDDEN}@"),
    (re.compile(r"\bsk-[A-Za-z0-9_-]{6,}"), HIDDEN),
    (
        re.compile(
            r"((?:password|passwd|secret|token|api[_-]?key|authorization)['\"]?\s*[=:]\s*)(?:(?:bearer|basic)\s+)?\S+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
)


def redacted(text: str) -> str:
    """`text` without anything that looks like a credential: user parts of URLs, API keys, `password=...` and the like."""
    for pattern, shown in _LOOKS:
        text = pattern.sub(shown, text)
    return text


def quoted(text: str) -> str:
    """`text` in quotes as a message may repeat it: at most 80 characters, nothing that looks like a credential."""
    harmless = shown_url(text) if "://" in text else redacted(text)
    return repr(harmless if len(harmless) <= 80 else harmless[:80] + "…")


def without(text: str, secrets: Sequence[str]) -> str:
    """`text` with every run of 8 or more characters of a secret (a shorter secret: all of it) cut out, in either case.

    A text that holds such a run in another spelling (percent, HTML or JSON escapes up to three deep, full-width letters,
    anything but letters and digits in between) is withheld as a whole. The public prefix of an Anthropic key is no part of
    it. Not found: pieces below 8 characters, secrets below 4, and ciphers (base64, reversed).
    """
    bodies = [_PUBLIC_PREFIX.sub("", secret) for secret in secrets]
    for body in bodies:
        text = _cut(text, body)
    folded_bodies = [folded for body in bodies if len(folded := _fold(body)) >= _RUN]
    if any(_has(folded, _runs(body)) for folded in _foldings(text) for body in folded_bodies):
        return WITHHELD
    return text


def known_secrets(env: Mapping[str, str]) -> tuple[str, ...]:
    """The credentials that stand in the variables this pipeline or the SDK reads: the model's, and those of the database's URL."""
    found = [env.get(name, "") for name in _KEYS]
    # `Name: value` lines that the SDK sends with every request
    for line in env.get("ANTHROPIC_CUSTOM_HEADERS", "").splitlines():
        name, _, value = line.partition(":")
        if _CREDENTIAL_NAME.search(name):
            found += [value.strip(), value.strip().rpartition(" ")[2]]
    found += url_secrets(env.get("SECDIGEST_PG_URL", ""))
    return tuple(dict.fromkeys(stripped for value in found if (stripped := value.strip())))


def carries_credentials(url: str) -> bool:
    """Whether the query or fragment of `url` has a parameter that is named like a credential."""
    _, _, query = re.sub("[?#]", "?", url).partition("?")
    return any(_CREDENTIAL_NAME.search(unquote(pair.partition("=")[0])) for pair in re.split("[?&;]", query) if pair)


def shown_url(url: str) -> str:
    """`url` as it may be printed: scheme, host, port, path, and of a query the names and where a database is.

    What is not plainly spelled is `***`, from the first part on that is not: an `@` or another URL behind the host, a
    port that is no number, a path that hides a query, a text that is no URL at all.
    """
    scheme, mark, rest = url.partition("://")
    if not mark or not _SCHEME.fullmatch(scheme):
        return HIDDEN
    authority, tail = _divided(rest, "/?#\\")
    _, at, host = authority.rpartition("@")
    if "@" in tail or "://" in tail or not _HOST.fullmatch(host):
        return f"{scheme}://{HIDDEN}"
    path, query = _divided(tail, "?#")
    shown = f"{scheme}://{HIDDEN + at if at else ''}{host}{path if _is_plain(path) else '/' + HIDDEN}"
    if not query:
        return shown
    if query[0] == "#" or "#" in query:
        return f"{shown}{query[0]}{HIDDEN}"
    return f"{shown}?{'&'.join(_parameter(pair) for pair in query[1:].split('&'))}"


def url_secrets(url: str) -> tuple[str, ...]:
    """What `shown_url` hides of `url`, raw and decoded: to be cut out of what a driver says about it."""
    _, _, rest = url.partition("://")
    authority, tail = _divided(rest, "/?#\\")
    path, _ = _divided(tail, "?#")
    # a password may hold any of the characters that divide a URL: every way to read it counts
    users = (rest.rpartition("@")[0], authority.rpartition("@")[0])
    found = [user.partition(":")[2] if ":" in user else user for user in users]
    host = authority.rpartition("@")[2]
    found += [host] if not _HOST.fullmatch(host) else []
    found += [path] if not _is_plain(path) else []
    for pair in re.split("[?&;#]", rest)[1:]:
        name, equals, value = pair.partition("=")
        if not (name in _PLACES and _PLAIN_VALUE.fullmatch(value)):
            found.append(value if equals else name)
    return tuple(dict.fromkeys(spelt for value in found for spelt in _decoded(value) if spelt))


def _parameter(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if not equals or not _NAME.fullmatch(name):
        return HIDDEN
    return pair if name in _PLACES and _PLAIN_VALUE.fullmatch(value) else f"{name}={HIDDEN}"


def _is_plain(path: str) -> bool:
    return all(_PLAIN_PATH.fullmatch(spelt) for spelt in _decoded(path))


def _decoded(text: str) -> list[str]:
    """`text`, and what its percent escapes stand for, one layer after the other."""
    found = [text]
    for _ in range(_DEPTH):
        found.append(unquote(found[-1]))
    return found


def _divided(text: str, marks: str) -> tuple[str, str]:
    """`text` before the first of `marks`, and from it on."""
    at = min((found for mark in marks if (found := text.find(mark)) >= 0), default=len(text))
    return text[:at], text[at:]


def _cut(text: str, secret: str) -> str:
    lowered = text.translate(_LOWER)
    runs = _runs(secret.translate(_LOWER))
    if not _has(lowered, runs):
        return text
    size = min(_RUN, len(secret))
    parts: list[str] = []
    end = 0
    for at in range(len(lowered) - size + 1):
        if lowered[at : at + size] in runs:
            # a run that begins within or right after the last one is part of the same cut
            if at > end or not parts:
                parts += [text[end:at], HIDDEN]
            end = at + size
    return "".join([*parts, text[end:]])


def _runs(secret: str) -> set[str]:
    size = min(_RUN, len(secret))
    return {secret[at : at + size] for at in range(len(secret) - size + 1)} if len(secret) >= _SHORTEST else set()


def _has(text: str, runs: set[str]) -> bool:
    return any(run in text for run in runs)


def _foldings(text: str) -> Iterator[str]:
    """The ASCII letters and digits of `text`, before and after its escapes are undone."""
    yield _fold(text)
    for _ in range(_DEPTH):
        before = text
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), html.unescape(unquote(text)))
        if text == before:
            return
        yield _fold(text)


def _fold(text: str) -> str:
    return _OTHERS.sub("", unicodedata.normalize("NFKC", text)).translate(_LOWER)
