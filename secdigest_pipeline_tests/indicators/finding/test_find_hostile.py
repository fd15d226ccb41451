"""Hostile text: bounded work whatever the page holds, never an exception, and no value lost for what stands around it."""

import base64
import random
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.indicators.finding import (
    artifacts,
    context,
    defang,
    find,
    grammar,
    hosts,
    labels,
    spelling,
    urls,
    versions,
)

UNITS = {
    "dots": "a.",
    "brackets": "[.]",
    "defanged dots": "a[.]",
    "half brackets": "a[.b.]c",
    "nested brackets": "[[[[((((",
    "nested dots": "[[[[.",
    "blanks and brackets": "[ [ [ ",
    "hex": "deadbeef0123456789abcdef",
    "glued URLs": "http://a.com/",
    "schemes": "hxxp://",
    "colons and slashes": ":/",
    "at signs": "a@",
    "mail tails": "a@b.",
    "numbers": "1.",
    "quads": "1.2.3.4-",
    "colons": "a:",
    "six": "2001:db8:",
    "hyphens": "a-",
    "underscores": "_",
    "letters": "a",
    "commas in a URL": "http://a.com/,",
    "glued URLs with paths": "http://a.com/x",
    "hosts in a row": "a[.]com/,",
    "hosts in brackets": "a[.]com/)",
    "hosts with paths": "a[.]com/x ",
    "hosts and stars": "a[.]com/**",
    "quads with ports": "1.2.3.4:8/,",
    "ellipses": "http://a.com/x...",
    "one URL of commas": ",",
    "one URL of brackets": "(",
    "one URL of closing brackets": "()",
    "asterisks": "a*",
    "CVE": "CVE-",
    "ampersands": "&amp;",
    "backslashes": "a\\.",
    "zero width": "a\u200b",
    "full width": "ａ．",
    "full-width brackets": "【.】",
    "CJK dots": "日本[.]",
    "Cyrillic dots": "п.",
    "Japanese": "攻撃者は198.51.100[.]7からbad[.]testへ、hxxps://bad[.]test/a.exeを取得。",
    "live code": "os.open(x.name) stream.host ",
    "versions": "version 1.2.3.4, ",
    "a table of versions": "| a | 9.2.14.3 |\n",
    "a table with gaps": f"| a | 9.2.14.3 | {'x' * 90} |\n| gap | | {'y' * 90} |\n",
    "lists of versions": "- 9.2.14.3\n\n\nfixed\n\n",
    "ideographic dots": "a。",
    "ideographic lines": "a。a\n",
    "mixed labels": "青葉a[.]com",
    "CJK folders": "http://a.com/青/",
    "a CJK folder": "青葉",
    "CJK roots": "a[.]みんな",
    "bracketed files": "http://a.com/[a]b",
    "quotes in a URL": "http://a.com/a'a",
    "live paths": "a.com/a.com/",
    "live files": "a.com/a.exe ",
    "two names": "a[.]com/b[.]com/",
    "encoded hosts": "http://0x2d530c09/a",
    "netstat": "tcp 1.2.3.4.5 ",
    "WebDAV": r"\\a[.]com@SSL\x",
    "surrogates": "\ud800.\udfff",
    "nulls": "\x00a.com",
    "mixed direction": "\u202ea.com\u202c",
    "rows": "|a.host|\n",
}
PREFIXES = ("", "http://a.com/")


def calls(text: str) -> int:
    """Number of Python-level calls and C calls that find() makes: what it costs outside the patterns."""
    count = 0

    def count_call(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(count_call)
    try:
        find.find(text)
    finally:
        sys.setprofile(None)
    return count


class _Counting:
    """A pattern that counts the characters it is let loose on."""

    def __init__(self, pattern: re.Pattern[str], steps: list[int]) -> None:
        self.pattern = pattern
        self.steps = steps

    def __getattr__(self, name: str) -> object:
        return getattr(self.pattern, name)

    def _spanned(self, text: str, start: int, end: int, match: re.Match[str] | None, whole: bool) -> None:
        reach = match.end() if match else end if whole else start
        self.steps[0] += max(0, min(reach, len(text), end) - start)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        match = self.pattern.search(text, start, end)
        self._spanned(text, start, end, match, True)
        return match

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        match = self.pattern.match(text, start, end)
        self._spanned(text, start, end, match, False)
        return match

    def fullmatch(self, text: str) -> re.Match[str] | None:
        match = self.pattern.fullmatch(text)
        self._spanned(text, 0, len(text), match, True)
        return match

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        self.steps[0] += len(text)
        return self.pattern.finditer(text)

    def sub(self, new: object, text: str) -> str:
        self.steps[0] += len(text)
        return self.pattern.sub(new, text)  # type: ignore[call-overload,no-any-return]


@contextmanager
def counted() -> Iterator[list[int]]:
    """Counts, for the time being, the characters that the finder's patterns are run over."""
    steps = [0]
    replaced: list[tuple[ModuleType, str, re.Pattern[str]]] = []
    for module in (context, defang, find, grammar, hosts, labels, spelling, urls, versions):
        for name, value in list(vars(module).items()):
            if isinstance(value, re.Pattern):
                replaced.append((module, name, value))
                setattr(module, name, _Counting(value, steps))
    try:
        yield steps
    finally:
        for module, name, pattern in replaced:
            setattr(module, name, pattern)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_twice_the_text_is_at_most_twice_the_calls_and_characters(unit: str, prefix: str) -> None:
    small, large = prefix + unit * 400, prefix + unit * 800
    find.find(small)
    assert calls(large) <= 2.1 * calls(small) + 200
    with counted() as steps:
        find.find(small)
        once = steps[0]
        find.find(large)
        twice = steps[0] - once
    assert twice <= 2.1 * once + 2000
    # A few dozen passes over the text and a bounded look around each hit.
    assert twice <= 400 * len(large)


@pytest.mark.parametrize(
    "pattern",
    [
        value
        for module in (artifacts, context, defang, grammar, hosts, labels, urls, versions)
        for value in vars(module).values()
        if isinstance(value, re.Pattern)
    ],
    ids=lambda pattern: pattern.pattern[:40],
)
def test_no_pattern_repeats_without_bound_inside_a_repeat(pattern: re.Pattern[str]) -> None:
    # A possessive repeat (++, *+) never gives back, so it can't try a text in more than one way.
    bare = re.sub(r"\[(?:\\.|[^\]\\])*\]|\\.", "x", pattern.pattern)
    assert not re.search(r"[+*](?![+])[^()|]*\)[+*](?![+])", bare)


def test_megabytes_of_nothing_hold_nothing() -> None:
    noise = base64.b64encode(random.Random(1).randbytes(1_500_000)).decode()
    assert find.find("deadbeef0123456789abcdef" * 220_000) == []
    assert find.find("a" * 1_000_000 + ".com") == []
    assert find.find("a." * 500_000) == []
    assert find.find("[.]" * 300_000) == []
    assert [item for item in find.find(noise) if item.type != "url"] == []


def test_a_hundred_thousand_values_on_one_page_are_all_found() -> None:
    page = "\n".join(f"host{n}[.]example" for n in range(100_000))
    found = find.find(page)
    assert len(found) == 100_000
    assert found[99_999].value == "host99999.example"


def test_values_behind_noise_are_still_found() -> None:
    for unit in UNITS.values():
        found = find.find(unit * 300 + " \n 198.51.100[.]9 \n bad[.]example ")
        assert [item.value for item in found[-2:]] == ["198.51.100.9", "bad.example"], unit


def test_text_beyond_the_limit_is_not_read() -> None:
    text = " " * (find.MAX_TEXT - 11) + "bad.example" + " evil.example"
    assert [item.value for item in find.find(text)] == ["bad.example"]


def test_the_number_of_observables_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find.MAX_OBSERVABLES <= 1_000_000
    monkeypatch.setattr(find, "MAX_OBSERVABLES", 3)
    assert len(find.find("a.example b.example c.example d.example")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "a." * 130 + "com",
        "a" * 64 + ".com",
        "http://" + "a" * 300 + ".com/x",
        "http://" + ".".join(["label"] * 60) + ".com/x",
        "й" * 63 + "[.]com",
        "xn--\u00e9[.]com and xn--.com and xn--99999999.com",
        "\ud800\udfff[.]com and \ud83d.com",
        "\x00.\x00[.]com",
        "http://\x00/ http://[::1 http://[:::]/ http://]/ http://[1.2.3.4]/",
        "http://bad.example:99999999/x 198.51.100.7:999999",
        "@@@@.com a@.com @[.]com",
        "CVE-9999-99999999999",
        "٣.٣.٣.٣ and １.１.１.１.１",
        "\u202emoc.live\u202c[.]com",
    ],
)
def test_malformed_values_raise_nothing_and_give_only_well_formed_ones(text: str) -> None:
    for item in find.find(text):
        assert spelling.normal(item.type, defang.refang(item.raw)) == item.value
        assert len(spelling.host_in(item.type, item.value)) <= hosts.MAX_HOST
        assert item.port is None or 0 < item.port <= 65535


def test_a_url_longer_than_any_server_takes_is_not_reported() -> None:
    assert find.find("http://bad.example/" + "a" * 9000) == []


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_no_string_makes_it_raise(text: str) -> None:
    for item in find.find(text):
        assert text[item.start : item.end] == item.raw
