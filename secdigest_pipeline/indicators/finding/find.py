"""The observable finder: every address, host, URL, e-mail, hash and CVE id of a text, with the place it stands in.

Finds spellings, judges nothing: roles, warning lists and confidence come later, private and reserved addresses are
found too. Time and memory are linear in the text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from secdigest_pipeline.indicators.finding import context, grammar, hosts, labels, spelling, urls
from secdigest_pipeline.indicators.finding.defang import Plain, live_schemes, plain
from secdigest_pipeline.indicators.finding.versions import listed_versions

# The intake reads 10 MiB of a page; of a longer text the first 10 Mi characters are searched.
MAX_TEXT = 10 * 1024 * 1024
# Ten times the largest indicator list seen on one page (100,000 values); with it a hostile page costs about 300 MB at
# most.
MAX_OBSERVABLES = 1_000_000
MAX_PORT = 65_535
# What a URL may hold that is an observable of its own.
_HELD = frozenset(("md5", "sha1", "sha256", "sha512", "cve"))


@dataclass(frozen=True, slots=True)
class Observable:
    """One occurrence.

    `type` is ipv4, ipv6, domain, url, email, md5, sha1, sha256, sha512 or cve. `value` is normalised (refanged, host
    lower case and punycode, hashes lower case, CVE upper case, addresses compressed, path as written). `raw` is
    `text[start:end]`, `start` and `end` count characters of the text that was given. `defanged` tells whether the
    author broke the value on purpose. `port` is the port written behind an address or a host.
    """

    type: str
    value: str
    raw: str
    start: int
    end: int
    defanged: bool
    port: int | None = None


def find(text: str) -> list[Observable]:
    """Every occurrence of an observable in `text`, by start. Never raises for any str.

    Occurrences don't overlap, but for one rule: a URL may hold hashes and CVE ids, which are reported as well. The
    host of a URL or an e-mail address is a part of it and not reported a second time.
    """
    page = _Page(text, plain(text[:MAX_TEXT]))
    page.urls()
    page.dotted()
    page.addresses6()
    page.hashes()
    page.cves()
    page.out.sort(key=_place)
    found = list(_apart(page.out))
    quads = [
        (item.start, item.end) for item in found if item.type == "ipv4" and not item.defanged and item.port is None
    ]
    versions = listed_versions(text, quads) if quads else frozenset()
    return [item for item in found if item.start not in versions or item.type != "ipv4"] if versions else found


def _port(digits: str | None) -> int | None:
    port = int(digits) if digits else 0
    return port if 0 < port <= MAX_PORT else None


def _place(item: Observable) -> tuple[int, int]:
    return item.start, -item.end


def _apart(items: list[Observable]) -> Iterator[Observable]:
    """The observables that lie outside all before them, and the hashes and CVE ids inside a URL."""
    end = inner_end = 0
    holder = ""
    for item in items:
        if item.start >= end:
            end, holder = item.end, item.type
            yield item
        elif holder == "url" and item.type in _HELD and inner_end <= item.start and item.end <= end:
            inner_end = item.end
            yield item


class _Page:
    """One text being searched: its plain form, what is taken by URLs, what was found."""

    def __init__(self, text: str, folded: Plain) -> None:
        self.text = text
        self.folded = folded
        self.plain = folded.text
        self.out: list[Observable] = []
        self.url_starts: list[int] = []
        self.url_ends: list[int] = []
        self.fanged_url_hosts: set[str] = set()
        self.runs: list[tuple[int, int]] = []
        self._fanged_hosts: frozenset[str] | None = None

    def add(self, type: str, value: str, start: int, end: int, fanged: bool, port: int | None = None) -> None:
        if len(self.out) >= MAX_OBSERVABLES:
            return
        begin, finish = self.folded.origin(start, end)
        self.out.append(Observable(type, value, self.text[begin:finish], begin, finish, fanged, port))

    def in_url(self, start: int) -> bool:
        at = bisect_right(self.url_starts, start) - 1
        return at >= 0 and start < self.url_ends[at]

    def urls(self) -> None:
        """URLs with a scheme, in whatever spelling; what they cover is closed to hosts and addresses."""
        text = self.plain
        done = 0
        for mark in grammar.SCHEME_MARK.finditer(text):
            if mark.start() < done:
                continue
            scheme = spelling.scheme(text, done, mark.start())
            if scheme is None:
                continue
            authority = grammar.AUTHORITY.match(text, mark.end())
            host = spelling.authority_host(authority) if authority else None
            if authority is None or host is None:
                continue
            if not (host[0] == "[" or (host[-1].isdigit() and hosts.ipv4(host)) or hosts.is_known(host)):
                continue
            if scheme[0] in grammar.TRANSPORTS:
                continue
            live, start, respelled = scheme
            end = urls.tail_end(text, authority.end(), quoted=text[start - 1 : start] == "'")
            tail = text[authority.end() : end]
            done = end
            self.url_starts.append(start)
            self.url_ends.append(end)
            if end - start > urls.MAX_URL or urls.is_template(text, authority.end(), end):
                continue
            if tail and urls.is_truncated(text, end):
                self.bare_host(authority, host)
                continue
            port = _port(authority["port"])
            fanged = respelled or self.folded.is_fanged(start, end)
            if fanged:
                self.fanged_url_hosts.add(host)
            self.add("url", spelling.url(live, authority, host, tail), start, end, fanged, port)

    def bare_host(self, authority: re.Match[str], host: str) -> None:
        """The host of a URL that is not reported itself."""
        if host[0] == "[":
            self.add("ipv6", host[1:-1], *authority.span("six"), self.folded.is_fanged(*authority.span("six")))
            return
        start, end = authority.span(next(name for name in ("host", "wide", "number") if authority[name]))
        type = "ipv4" if hosts.ipv4(host) else "domain"
        self.add(type, host, start, end, self.folded.is_fanged(start, end))

    def wide_hosts(self) -> set[int]:
        """Adds defanged hosts with a CJK label at either end; gives where the ASCII part of each begins, which dotted() passes
        over.
        """
        passed: set[int] = set()
        text = self.plain
        for dot in grammar.CJK_DOT.finditer(text):
            rest = grammar.HOST_REST.match(text, dot.end())
            if rest is None:
                continue
            start = labels.whole_label(text, dot.start(), rest.end())
            if start is not None and self.wide_host(start, rest.end()):
                passed.add(rest.start())
        for dot in labels.cjk_roots().finditer(text):
            if not self.folded.is_fanged(dot.start(), dot.end()):
                continue
            before = grammar.LABELS_BEFORE.search(text, max(0, dot.start() - hosts.MAX_HOST), dot.start())
            first = before.start() if before else dot.start()
            begin: int | None = first
            if labels.touches_cjk(text, first):
                name = labels.label_start if before else labels.whole_label
                begin = name(text, first, dot.end())
            if begin is not None and self.wide_host(begin, dot.end()):
                passed.add(first)
        return passed

    def wide_host(self, start: int, end: int) -> bool:
        """Adds the defanged host there, if it is one."""
        host = hosts.host(self.plain[start:end])
        if not host or not hosts.is_known(host) or self.in_url(start) or not self.folded.is_fanged(start, end):
            return False
        self.located("domain", host, start, end, True)
        return True

    def dotted(self) -> None:
        """Hosts, addresses and e-mails: dotted runs outside URLs."""
        text = self.plain
        pattern = grammar.DOTTED_ASCII if text.isascii() else grammar.DOTTED
        runs = [run.span() for run in pattern.finditer(text)]
        self.runs = runs
        passed = self.wide_hosts() if self.folded.fangs and not text.isascii() else set()
        done = 0
        for start, end in runs:
            if start < done or start in passed or self.in_url(start):
                continue
            if text[end - 1].isdigit():
                done = self.quads(text[start:end], start)
            elif end - start <= hosts.MAX_HOST + 8:
                done = self.host(text[start:end], start, end)

    def quads(self, name: str, offset: int) -> int:
        """Adds the IPv4 addresses of a dotted run that begins at `offset`; gives where the search goes on."""
        done = 0
        five = grammar.NETSTAT.fullmatch(name)
        if (
            five
            and (port := _port(five[2]))
            and (address := hosts.ipv4(five[1]))
            and context.is_netstat(self.plain, offset)
        ):
            self.add("ipv4", address, offset, offset + len(five[1]), False, port)
            return offset + len(name)
        for run in grammar.IPV4_RUN.finditer(name):
            address = hosts.ipv4(run.group())
            start, end = offset + run.start(), offset + run.end()
            if address is None or start < done:
                continue
            fanged = self.folded.is_fanged(start, end)
            if not fanged and context.is_version(self.plain, start, end, address):
                continue
            if context.is_network(self.plain, end, address):
                continue
            done = self.located("ipv4", address, start, end, fanged)
        return done

    def host(self, name: str, start: int, end: int) -> int:
        """Adds the host or e-mail of a dotted run; gives where the search goes on."""
        text = self.plain
        if labels.touches_cjk(text, start):
            begin = labels.label_start(text, start, end)
            if begin is not None and begin < start:
                self.wide_host(begin, end)
            if begin != start:
                return end
        fanged = self.folded.is_fanged(start, end)
        written = name.rstrip("_-")
        end -= len(name) - len(written)
        # A leading underscore is a service label (_dmarc) if the author defanged it, else, or with one at the end,
        # emphasis.
        core = written.lstrip("-" if fanged and written == name else "_-")
        if text[start - 1 : start] == "%" and grammar.ESCAPE.match(core):
            core = core[2:]
        start += len(written) - len(core)
        core = self.without_sentence(core, end)
        end = start + len(core)
        host = hosts.host(core)
        if host is None or not hosts.is_known(host) or context.is_template(text, start):
            return end
        if text[end : end + 1] == "@" and not grammar.WEBDAV.match(text, end):
            return end
        if text[start - 1 : start] == "@":
            match = grammar.LOCAL_PART.search(text, max(0, start - 1 - grammar.MAX_LOCAL_PART), start - 1)
            local = match.group().lstrip(".-+%") if match else ""
            if local:
                begin = start - 1 - len(local)
                self.add("email", spelling.email(local, host), begin, end, self.folded.is_fanged(begin, end))
                return end
        if context.is_masked(text, start) or (not fanged and context.is_fragment(text, start)):
            return end
        if not fanged and context.is_code(text, start, end, core) and core.lower() not in self.fanged_hosts():
            return end
        return self.located("domain", host, start, end, fanged)

    def without_sentence(self, name: str, end: int) -> str:
        """`bad.example.The next`: without the capitalised word that begins the next sentence."""
        rest, _, last = name.rpartition(".")
        if (
            last[:1].isupper()
            and last[1:].islower()
            and "." in rest
            and not self.folded.is_fanged(end - len(last) - 1, end)
        ):
            host = hosts.host(rest)
            if host and hosts.is_known(host):
                return rest
        return name

    def located(self, type: str, value: str, start: int, end: int, fanged: bool) -> int:
        """Adds an address or host, as a scheme-less URL if a path follows and it is defanged or has a port."""
        text = self.plain
        behind = grammar.PORT.match(text, end)
        port = _port(behind[1]) if behind else None
        finish = behind.end() if behind and port is not None else end
        explicit = fanged or port is not None or value[:4] == "www." or value in self.fanged_hosts()
        if (
            text[finish : finish + 1] == "/"
            and (explicit or grammar.FILE_PATH.match(text, finish) or context.is_row_path(text, start, finish))
            and self.is_path(type, finish)
        ):
            tail = urls.tail_end(text, finish, quoted=text[start - 1 : start] == "'")
            if urls.is_template(text, finish, tail):
                return tail
            if tail - start > urls.MAX_URL:
                self.add(type, value, start, finish, fanged, port)
                return tail
            if tail > finish + 1:
                self.add(
                    "url", value + live_schemes(text[end:tail]), start, tail, self.folded.is_fanged(start, tail), port
                )
                return tail
        self.add(type, value, start, finish, fanged, port)
        return finish

    def is_path(self, type: str, slash: int) -> bool:
        """Whether what follows is a path, not `/24` behind an address or `/tcp` behind a port."""
        if type == "ipv4" and context.has_prefix_length(self.plain, slash):
            return False
        return not grammar.PROTOCOL.match(self.plain, slash) and not self.is_next_name(slash)

    def is_next_name(self, slash: int) -> bool:
        """Whether another address or host follows the slash: a[.]example/b[.]example are two names."""
        run = grammar.NEXT_NAME.match(self.plain, slash + 1)
        if run is None:
            return False
        begin = self.folded.origin(slash, slash + 1)[0]
        wide = self.text[begin] == "\uff0f"
        if not wide and not self.folded.is_fanged(*run.span(1)):
            return False
        host = hosts.host(run[1])
        if host is None:
            return False
        tld = host.rpartition(".")[2]
        return hosts.ipv4(host) is not None or (hosts.is_known(host) and (wide or tld not in context.FILE_TLDS))

    def fanged_hosts(self) -> frozenset[str]:
        """The hosts that are defanged somewhere in the text: written live elsewhere in it, they are no less hosts."""
        if self._fanged_hosts is None:
            runs = self.runs if self.folded.fangs else []
            self._fanged_hosts = frozenset(
                self.plain[start:end].lower()
                for start, end in runs
                if end - start <= hosts.MAX_HOST and self.folded.is_fanged(start, end) and not self.in_url(start)
            ).union(self.fanged_url_hosts)
        return self._fanged_hosts

    def addresses6(self) -> None:
        for run in grammar.IPV6_RUN.finditer(self.plain):
            start, end = run.span()
            if self.in_url(start):
                continue
            written = run.group()
            if written[-1] == ":" and written[-2] != ":":
                written = written[:-1]
                end -= 1
            address = hosts.ipv6(written)
            if address and not context.is_network(self.plain, end, address):
                self.add("ipv6", address, start, end, self.folded.is_fanged(start, end))

    def hashes(self) -> None:
        for run in grammar.HEX_RUN.finditer(self.plain):
            type = grammar.HASHES.get(run.end() - run.start())
            if (
                type
                and not run.group().isdecimal()
                and (
                    not self.in_url(run.start())
                    or grammar.HASH_PAGE.search(self.plain, max(0, run.start() - 10), run.start())
                )
            ):
                self.add(type, run.group().lower(), run.start(), run.end(), False)

    def cves(self) -> None:
        for run in grammar.CVE_RUN.finditer(self.plain):
            self.add("cve", spelling.cve(run), run.start(), run.end(), False)
