"""The one HTTP client of feeds and pages: httpx2 with the limits no library sets (docs/decisions/connection-guard.md).

A total deadline around the whole request, a cap on decompressed bytes while they stream, redirects followed here with
every hop checked, http and https only, public addresses only. It keeps no cookies, no cache and no credentials, reads
no proxy or certificate settings from the environment, and retries nothing.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Literal
from urllib.parse import urljoin

import httpcore2
import httpx2

from secdigest_pipeline import __version__
from secdigest_pipeline.base.characters import printable
from secdigest_pipeline.fetching.addresses import AddressRefused, GuardedBackend
from secdigest_pipeline.fetching.transport import PoolTransport

if TYPE_CHECKING:
    import ssl

    import httpcore2
    import httpx2

FetchErrorKind = Literal["timeout", "unreachable", "too_large", "refused", "protocol"]

MAX_HEADERS = 100
# Seconds between the beginnings of two requests. Sixteen that begin in one moment are answered in one moment, each then takes
# as long as all of them, and so does the next round: the 300 ms of bench_intake's pages took 345 ms, begun apart 320 ms.
APART_SECONDS = 0.005
_PERMANENT = (301, 308)
_UNDERSTOOD_CODINGS = frozenset({"gzip", "x-gzip", "deflate"})
_UNREADABLE_CODINGS = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one `get`: decompressed bytes, seconds in all, seconds to connect, redirects followed."""

    max_bytes: int = 10 * 1024 * 1024
    total: float = 30.0
    connect: float = 5.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer of any status; header names are lower case, `redirects` the URLs that led to `final_url`."""

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    redirects: tuple[str, ...] = ()
    moved_to: str | None = None
    """Where `url` has moved for good (301, 308 from the first hop on), else None."""


class FetchError(Exception):
    """No complete answer; `kind` says why, the message names the URL and the rule or cause.

    timeout: the deadline passed; unreachable: no connection (name, route, TLS, reset); too_large: more bytes than
    allowed; refused: an address, port, scheme or URL this pipeline does not ask; protocol: not usable as HTTP.
    """

    def __init__(self, kind: FetchErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def user_agent(contact: str = "") -> str:
    """The honest User-Agent: `secdigest/VERSION (+contact)`."""
    return f"secdigest/{__version__}" + (f" (+{contact})" if contact else "")


class Client:
    """GETs with limits; made by `open_client`."""

    def __init__(self, client: "httpx2.AsyncClient", at_once: int) -> None:
        self._client = client
        self._slots = asyncio.Semaphore(at_once)
        self._next_start = 0.0

    async def get(self, url: str, headers: Mapping[str, str] | None = None, limits: Limits | None = None) -> Answer:
        """The answer to `url`, after redirects, whatever its status; FetchError when there is none.

        The deadline starts when a slot of `at_once` is free and the request before has begun.
        """
        limits = limits or Limits()
        async with self._slots:
            await self._apart()
            try:
                async with asyncio.timeout(limits.total):
                    return await self._follow(url, dict(headers or {}), limits)
            except TimeoutError:
                raise FetchError("timeout", f"{shown(url)}: no complete answer within {limits.total:g} s") from None

    async def _apart(self) -> None:
        """Wait until the request before is `APART_SECONDS` old."""
        now = asyncio.get_running_loop().time()
        wait = self._next_start - now
        self._next_start = max(now, self._next_start) + APART_SECONDS
        if wait > 0:
            await asyncio.sleep(wait)

    async def _follow(self, url: str, headers: dict[str, str], limits: Limits) -> Answer:
        passed: list[str] = []
        moved_to: str | None = None
        permanent = True
        current = url
        while True:
            answer, following = await self._ask(current, headers, limits)
            if following is None:
                return Answer(
                    url, current, answer.status, answer.headers, answer.body, redirects=tuple(passed), moved_to=moved_to
                )
            passed.append(current)
            permanent = permanent and answer.status in _PERMANENT
            if permanent:
                moved_to = following
            if following in passed:
                raise FetchError("protocol", f"{shown(url)}: redirect loop at {shown(following)}")
            if len(passed) > limits.redirects:
                raise FetchError("protocol", f"{shown(url)}: more than {limits.redirects} redirects")
            current = following

    async def _ask(self, url: str, headers: dict[str, str], limits: Limits) -> tuple[Answer, str | None]:
        """One hop: the answer, and where it redirects to."""
        try:
            timeout = httpx2.Timeout(limits.total, connect=limits.connect, pool=None)
            async with self._client.stream("GET", _checked_url(url), headers=headers, timeout=timeout) as response:
                kept = _checked_headers(response.headers)
                if response.has_redirect_location:
                    # Joined here: httpx2's own reading of a Location turns `data:x` into a page of the same host.
                    following = urljoin(url, kept["location"].strip())
                    return Answer(url, url, response.status_code, kept, b""), following
                body = await _read(response, limits.max_bytes)
                return Answer(url, url, response.status_code, kept, body), None
        except FetchError as error:
            raise FetchError(error.kind, f"{shown(url)}: {error}") from None
        except AddressRefused as error:
            raise FetchError("refused", f"{shown(url)}: {error}") from None
        except httpcore2.TimeoutException as error:
            raise FetchError("timeout", f"{shown(url)}: {_cause(error)}") from None
        except (httpcore2.NetworkError, OSError) as error:
            raise FetchError("unreachable", f"{shown(url)}: {_cause(error)}") from None
        except (httpcore2.ProtocolError, httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            # A kept-alive connection that the server had closed meanwhile says nothing about the server's HTTP.
            hung_up = "disconnected without sending a response" in str(error)
            raise FetchError("unreachable" if hung_up else "protocol", f"{shown(url)}: {_cause(error)}") from None


@asynccontextmanager
async def open_client(
    *, contact: str = "", connect_to: Mapping[str, tuple[str, int]] | None = None, at_once: int = 16
) -> AsyncIterator[Client]:
    """A Client with at most `at_once` requests at a time; its connections are closed on exit.

    `connect_to` maps a host or `*.suffix` to an (ip, port) that is connected to as it is; every other host must
    resolve to public addresses only.
    """
    backend = GuardedBackend(connect_to or {})
    try:
        async with client_over(backend, _tls(), contact=contact, at_once=at_once) as client:
            yield client
    finally:
        backend.close()


@cache
def _tls() -> "ssl.SSLContext":
    """The trusted roots, read once a process."""
    return httpcore2.default_ssl_context(_trust_env=False)


@asynccontextmanager
async def client_over(
    backend: "httpcore2.AsyncNetworkBackend", tls: "ssl.SSLContext", *, contact: str, at_once: int
) -> AsyncIterator[Client]:
    """A Client whose connections are made by `backend` and checked by `tls` (what `open_client` is made of)."""
    headers = {"User-Agent": user_agent(contact), "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    async with httpx2.AsyncClient(
        transport=PoolTransport(backend, tls, at_once),
        headers=headers,
        cookies=no_cookies,
        trust_env=False,
        follow_redirects=False,
    ) as client:
        yield Client(client, at_once)


def shown(url: str) -> str:
    """`url` fit for a message: no credentials, printable, at most 200 characters."""
    url = re.sub(r"//[^/?#]*@", "//***@", url, count=1)
    return printable(url[:200], "?")


def _checked_url(url: str) -> "httpx2.URL":
    target = httpx2.URL(url)
    if target.scheme not in ("http", "https"):
        raise FetchError("refused", f"scheme {target.scheme[:20]!r} is not http or https")
    if not target.host:
        raise FetchError("refused", "no host")
    if target.userinfo:
        raise FetchError("refused", "credentials in the URL")
    return target


def _checked_headers(headers: "httpx2.Headers") -> dict[str, str]:
    if len(headers.raw) > MAX_HEADERS:
        raise FetchError("protocol", f"more than {MAX_HEADERS} headers")
    codings = [part.strip().lower() for part in headers.get("content-encoding", "").split(",") if part.strip()]
    for coding in codings:
        if coding in _UNREADABLE_CODINGS:
            raise FetchError("protocol", f"content coding {coding!r} was not asked for")
    # One coding on top of another multiplies what a small body can cost before the cap on bytes sees any.
    if len([coding for coding in codings if coding in _UNDERSTOOD_CODINGS]) > 1:
        raise FetchError("protocol", "more than one content coding")
    return dict(headers.items())


async def _read(response: "httpx2.Response", max_bytes: int) -> bytes:
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise FetchError("too_large", f"{declared} bytes announced, more than {max_bytes}")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > max_bytes or response.num_bytes_downloaded > max_bytes:
            raise FetchError("too_large", f"more than {max_bytes} bytes")
    return bytes(body)


def _cause(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return printable(text[:200], "?")
