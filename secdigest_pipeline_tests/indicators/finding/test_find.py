"""Finding observables: what must be found, what must not, and that every value is derivable from the text it is said to stand in."""

import importlib.util
import json
import sys
from itertools import pairwise
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secdigest_pipeline.indicators.finding.defang import defang, refang
from secdigest_pipeline.indicators.finding.find import Observable, find
from secdigest_pipeline.indicators.finding.spelling import host_in, normal
from secdigest_pipeline_tests.places import SHARED

CORPUS = SHARED / "corpora" / "ioc"

MD5 = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
SHA1 = MD5 + "89abcdef"
SHA256 = MD5 * 2
SHA512 = MD5 * 4


def values(text: str) -> list[tuple[str, str]]:
    return [(item.type, item.value) for item in find(text)]


FOUND = [
    # one of each, live
    ("C2 is 198.51.100.7.", [("ipv4", "198.51.100.7")]),
    ("listens on 2001:DB8:0:0::7", [("ipv6", "2001:db8::7")]),
    ("resolves bad.example.com now", [("domain", "bad.example.com")]),
    ("from https://bad.example/a/B.exe?x=1#F,", [("url", "https://bad.example/a/B.exe?x=1#F")]),
    ("mail Ops@bad.example today", [("email", "ops@bad.example")]),
    (f"{MD5.upper()} {SHA1} {SHA256} {SHA512}", [("md5", MD5), ("sha1", SHA1), ("sha256", SHA256), ("sha512", SHA512)]),
    ("cve-2099-0001 and CVE–2099–12345", [("cve", "CVE-2099-0001"), ("cve", "CVE-2099-12345")]),
    ("shop4v7.onion", [("domain", "shop4v7.onion")]),
    # Japanese and full-width neighbours without blanks
    (
        f"攻撃者は198.51.100[.]7からbad[.]exampleへ接続し、hxxps://bad[.]example/a.exeを取得。ハッシュは{SHA256}である。",
        [("ipv4", "198.51.100.7"), ("domain", "bad.example"), ("url", "https://bad.example/a.exe"), ("sha256", SHA256)],
    ),
    (
        "通信先：bad.example、ＵＲＬ：ｈｔｔｐ：／／ｂａｄ．example／ａ（悪性）",
        [("domain", "bad.example"), ("url", "http://bad.example/a")],
    ),
    ("「bad[.]example」と『evil[.]test』", [("domain", "bad.example"), ("domain", "evil.test")]),
    ("- hxxp://bad[.]example/x,URL,知られていない,配布,NA(IP以外)", [("url", "http://bad.example/x")]),
    ("- 198[.]51[.]100[.]7,IPアドレス,知られていない", [("ipv4", "198.51.100.7")]),
    # the dot and @ of Japanese authors
    (
        "通信先は bad[．]example と 198［ドット］51(ドット)100[。]7",
        [("domain", "bad.example"), ("ipv4", "198.51.100.7")],
    ),
    ("bad[・]example、ops[アット]evil[.]test", [("domain", "bad.example"), ("email", "ops@evil.test")]),
    ("write to ops [at] evil [dot] test today", [("email", "ops@evil.test")]),
    ("- bad。example\n- http://evil。test/", [("domain", "bad.example"), ("url", "http://evil.test/")]),
    (
        "bad[.]example／evil[.]testと198[.]51[.]100[.]7／198[.]51[.]100[.]8",
        [
            ("domain", "bad.example"),
            ("domain", "evil.test"),
            ("ipv4", "198.51.100.7"),
            ("ipv4", "198.51.100.8"),
        ],
    ),
    (
        "bad[.]example/evil[.]test or bad[.]example/get[.]py",
        [
            ("domain", "bad.example"),
            ("domain", "evil.test"),
            ("url", "bad.example/get.py"),
        ],
    ),
    # folders and files with signs and letters of their own
    ("検体は hxxp://bad[.]example/up/印度資料/B.rar から", [("url", "http://bad.example/up/印度資料/B.rar")]),
    ("- hxxp://bad[.]example/あ/い.zip\n", [("url", "http://bad.example/あ/い.zip")]),
    ("hxxp://bad[.]example/up/印度資料から取得", [("url", "http://bad.example/up/印度資料")]),
    ("hxxp://bad[.]example/wp/配下に設置", [("url", "http://bad.example/wp/")]),
    ("hxxp://bad[.]example/a/Tool_[Full].zip", [("url", "http://bad.example/a/Tool_[Full].zip")]),
    ("https://bad.example/v?name=o'hara&id=7", [("url", "https://bad.example/v?name=o'hara&id=7")]),
    (
        "f('http://bad.example/x.exe','b'); evil[.]test's page",
        [("url", "http://bad.example/x.exe"), ("domain", "evil.test")],
    ),
    # live, with a file behind it
    ("| shop.example/wp/a.exe | loader |", [("url", "shop.example/wp/a.exe")]),
    ("198.51.100.7/85.exe", [("url", "198.51.100.7/85.exe")]),
    (
        "- shop.example/login\n- bad.example/evil.test\n",
        [("url", "shop.example/login"), ("domain", "bad.example")],
    ),
    ("see shop.example/login there", [("domain", "shop.example")]),
    ("hxxps://bad[.]example/o’hara", [("url", "https://bad.example/o’hara")]),
    # an address as browsers read it
    ("hxxp://0x2D530C09/a.sh", [("url", "http://45.83.12.9/a.sh")]),
    (
        "hxxp://760417289/b and http://0x2d.0x53.0xc.9/c",
        [("url", "http://45.83.12.9/b"), ("url", "http://45.83.12.9/c")],
    ),
    (
        "tcp4  0  0  198.51.100.5.51234  198.51.100.7.443  ESTABLISHED",
        [("ipv4", "198.51.100.5"), ("ipv4", "198.51.100.7")],
    ),
    (r"opens \\bad[.]example@SSL\DavWWWRoot\a.lnk", [("domain", "bad.example")]),
    ("It waits. Also 5.8.8.7 answered.", [("ipv4", "5.8.8.7")]),
    # broken on purpose or by accident
    ("ba\u200bd[.]example and ev\u00adil[.]test", [("domain", "bad.example"), ("domain", "evil.test")]),
    (f"hash {SHA256[:20]}\u200b{SHA256[20:]}", [("sha256", SHA256)]),
    (
        "bad.]example 198.51.100[.7 evil[.test]",
        [("domain", "bad.example"), ("ipv4", "198.51.100.7"), ("domain", "evil.test")],
    ),
    ("hxxps[://]bad[.]example/p hxxp[:]//evil[.]test", [("url", "https://bad.example/p"), ("url", "http://evil.test")]),
    ("h**p://bad.example/a hXXps://evil.test/b", [("url", "http://bad.example/a"), ("url", "https://evil.test/b")]),
    ("2001[:]db8[:]11[:]1084[:]0[:]327f[:]3650[:]10", [("ipv6", "2001:db8:11:1084:0:327f:3650:10")]),
    ("ops[at]bad[dot]example", [("email", "ops@bad.example")]),
    # IDN
    ("ķeepass[.]test", [("domain", "xn--eepass-vbb.test")]),
    ("日本語[.]jp を遮断", [("domain", "xn--wgv71a119e.jp")]),
    ("https://日本語.jp/a", [("url", "https://xn--wgv71a119e.jp/a")]),
    ("сайт пример.рф", [("domain", "xn--e1afmkfd.xn--p1ai")]),
    # defanged hosts that would not pass live
    ("secure[.]zip", [("domain", "secure.zip")]),
    ("_dmarc.bad[.]example", [("domain", "_dmarc.bad.example")]),
    ("os[.]open", [("domain", "os.open")]),
    # scheme-less URLs
    ("bad[.]example/a.exe", [("url", "bad.example/a.exe")]),
    ("bad.example:8080/a", [("url", "bad.example:8080/a")]),
    ("198.51.100[.]7:443/x", [("url", "198.51.100.7:443/x")]),
    ("bad[.]example then bad.example/a", [("domain", "bad.example"), ("url", "bad.example/a")]),
    ("www.bad.example/a", [("url", "www.bad.example/a")]),
    ("see bad.example/a", [("domain", "bad.example")]),
    # where a URL ends
    (
        "(https://bad.example/a_(b)) [x](https://bad.example/c)",
        [("url", "https://bad.example/a_(b)"), ("url", "https://bad.example/c")],
    ),
    (
        "https://bad.example/a.exehxxps://evil.test/b",
        [("url", "https://bad.example/a.exe"), ("url", "https://evil.test/b")],
    ),
    (
        "https://archive.example/2099/https://bad.example/",
        [("url", "https://archive.example/2099/https://bad.example/")],
    ),
    ("https://bad.example/?ids=1,2,3", [("url", "https://bad.example/?ids=1,2,3")]),
    ("**https://bad.example/a** next", [("url", "https://bad.example/a")]),
    ("https://bad.example/a[label]", [("url", "https://bad.example/a")]),
    ("https://bad.example/verylong...", [("domain", "bad.example")]),
    ("https://[2001:db8::7]:8443/a", [("url", "https://[2001:db8::7]:8443/a")]),
    ("http://user:pw@bad.example/a", [("url", "http://user:pw@bad.example/a")]),
    ("https://bad.example/?a=1&amp;b=2", [("url", "https://bad.example/?a=1&b=2")]),
    ("tcp://198.51.100.7:4444", [("ipv4", "198.51.100.7")]),
    # private and reserved addresses are observables too; what they are worth is decided later
    ("to 10.1.2.3 and 127.0.0.1", [("ipv4", "10.1.2.3"), ("ipv4", "127.0.0.1")]),
    ("203.0.113.5-203.0.113.9", [("ipv4", "203.0.113.5"), ("ipv4", "203.0.113.9")]),
    # a live name that is defanged elsewhere is the same host
    ("ndt[.]sh, later ndt.sh", [("domain", "ndt.sh"), ("domain", "ndt.sh")]),
    # what touches a host without being of it
    ("to bad[.]example.The next and bad.example.com.It", [("domain", "bad.example"), ("domain", "bad.example.com")]),
    ("url=http%3A%2F%2Fbad.example", [("domain", "bad.example")]),
    ("_bad[.]example_ and __bad.example__", [("domain", "bad.example"), ("domain", "bad.example")]),
    ("bad[.]example:443/tcp 198.51.100[.]7/24", [("domain", "bad.example"), ("ipv4", "198.51.100.7")]),
    ("TCP/198.51.100.7", [("ipv4", "198.51.100.7")]),
    ("-ops@bad[.]example", [("email", "ops@bad.example")]),
    # no versions: behind an arrow, in a tag, in quoted mail, in angle brackets, beside a word for an address
    ("198.51.100.4:5022 -> 198.51.100.7:443", [("ipv4", "198.51.100.4"), ("ipv4", "198.51.100.7")]),
    ("<ip>198.51.100.7</ip> (<198.51.100.8>)", [("ipv4", "198.51.100.7"), ("ipv4", "198.51.100.8")]),
    ("> 198.51.100.7 was seen", [("ipv4", "198.51.100.7")]),
    ("a=>198.51.100.7, Server 5.8.9.10", [("ipv4", "198.51.100.7"), ("ipv4", "5.8.9.10")]),
    ("The IPs 5.8.9.10, 5.8.9.11", [("ipv4", "5.8.9.10"), ("ipv4", "5.8.9.11")]),
    ("Listening in Moscow 5.8.9.10:443", [("ipv4", "5.8.9.10")]),
    ("Laptop 10.0.0.5", [("ipv4", "10.0.0.5")]),
    # the s of the scheme in brackets
    (
        "hxxp[s]://bad[.]example/x http(s)://evil[.]test/y",
        [("url", "https://bad.example/x"), ("url", "https://evil.test/y")],
    ),
    # rows of a list
    ("| stream.host |\n| bad.host |", [("domain", "stream.host"), ("domain", "bad.host")]),
]

NOT_FOUND = [
    # patterns and templates
    "hxxps://cdn[.]bad[.]example/[0-9]{18}/setup.exe and hxxps://bad[.]example/<id>/x",
    "b[org_name].bad[.]example:443, template {{.}}example, [xyz][.]bad[.]example",
    "hxxps://bad[.]example/{uuid}/x",
    # what is left of a broken URL
    "詳細は https://www.\nmirador.example を参照",
    # files and programs
    "mirador-gpu.2.49.0.zip, mcp-mirador-2.2.zip, Reader.app.zip, Reader.app/Contents/MacOS",
    # numbers
    "http://12345678/x, 12345678901234567890123456789012",
    "version 10.2.3.4 and v10.2.3.4, Chrome/98.0.12.3, FileVersion 4.0.0.1",
    "10.1.22.0 or later, upgraded to 12.3.4.5",
    "バージョン 10.2.3.4 以前",
    "GateOS 7.4.1.2, GateProxy 7.2.9.1 and 7.0.3.4 are affected",
    "Versions 11.2.3.4 through 11.2.3.9, VaultOS 10.2.9.1",
    "GateWeb 7.6.0.1～7.6.4.1、7.4.1.2および7.0.15.1",
    "upgrade to 9.1.14.2 or 10.0.1.4, requires tool==1.2.3.4, firmware < 7.2.1.4, versions >= 7.2.1.4",
    "the cell <t>1.1.1.4</t>",
    f"{SHA256[:40]}... and {SHA256[:32]}…{SHA256[-8:]} and …{SHA256[:32]}",
    "netmask 255.255.255.0, net 10.0.0.0/8 and 198.51.100.0/24",
    "setup_1.0.7.6 and Tool-7.1.2.3",
    "article_single.us, strout.open, gov.agency.app, notes.md",
    "1.2.3.400 and 1.2.3.4.5 and 1234.5.6.7",
    "\n1.1.1.4 Section Title",
    "setup.exe, readme.md, install.sh, run.py, backup.zip, lib.so, clip.mov, main.rs and notes.pl",
    "mcutil.dll.bbc and report.pdf.zip",
    r"C:\Windows\mode.com, C:\x\tool.com, /usr/bin/tool.pl, mode.com",
    "System.Net, os.open(x), self.data, this.global, question.name, WshShell.run, ADODB.stream, VB.NET, ASP.NET",
    "the loader stopped.In the end",
    "com.android.vending, com.bank.app, org.messenger.android, net.tool.live",
    "Trojan.Win32.Agent.AZ, Win32/Agent.AZ, HEUR:Trojan.Script.Generic, Trojan.AndroidOS.Agent.eu",
    f"HKCR\\Installer\\Products\\{MD5} and 0x{MD5} and {MD5}a and z{MD5}",
    "46E4D4E6-8B81-84CA-93DA-BB29377B2AC0",
    "12:30:45, aa:bb:cc:dd:ee:ff, std::abc, ::1, face::b00c",
    "ev***l.example and **e***x.test and ev***l[.]example",
    "since version 3.5.to 10.am, 2001:db8::/32",
    "@handle, user@host, root@localhost, http://localhost/a",
    "evil.notatld, e.g.this, payload[.]exe",
    "CVE-99-1, CVE-2099-123, XCVE-2099-1234",
    "",
    "。．・",
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_it_finds(text: str, expected: list[tuple[str, str]]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize("text", NOT_FOUND)
def test_it_leaves_alone(text: str) -> None:
    assert values(text) == []


def test_an_observable_says_where_it_stands_how_it_is_spelled_and_its_port() -> None:
    text = "悪性：ba\u200bd[.]example:8443 と hxxp://evil[.]test:81/a"
    assert find(text) == [
        Observable("domain", "bad.example", "ba\u200bd[.]example:8443", 3, 22, True, 8443),
        Observable("url", "http://evil.test:81/a", "hxxp://evil[.]test:81/a", 25, 48, True, 81),
    ]


def test_live_values_are_not_called_defanged() -> None:
    assert [item.defanged for item in find("bad.example https://bad.example/a 198.51.100.7 ｂａｄ．example")] == [
        False
    ] * 4


def test_a_port_beyond_65535_is_no_port() -> None:
    assert [(item.value, item.port) for item in find("198.51.100.7:65535 198.51.100.7:65536")] == [
        ("198.51.100.7", 65535),
        ("198.51.100.7", None),
    ]


def test_a_url_holds_hashes_of_file_pages_and_cve_ids_but_its_host_is_not_said_twice() -> None:
    assert values(f"https://scan.example/file/{SHA256}/detection https://nvd.example/CVE-2099-0001") == [
        ("url", f"https://scan.example/file/{SHA256}/detection"),
        ("sha256", SHA256),
        ("url", "https://nvd.example/CVE-2099-0001"),
        ("cve", "CVE-2099-0001"),
    ]
    assert values(f"https://git.example/x/commit/{SHA1}") == [("url", f"https://git.example/x/commit/{SHA1}")]


def test_the_host_in_a_url_or_mail_can_be_asked_for() -> None:
    assert host_in("url", "https://u@bad.example:81/a") == "bad.example"
    assert host_in("url", "198.51.100.7/a") == "198.51.100.7"
    assert host_in("url", "http://[2001:db8::7]/a") == "2001:db8::7"
    assert host_in("url", "http://bad.example?next=http://good.example/") == "bad.example"
    assert host_in("email", "ops@bad.example") == "bad.example"
    assert host_in("domain", "bad.example") == "bad.example"
    assert host_in("sha256", "0" * 64) == ""


WORDS = """
bad example com . [.] [dot] (.) .] [. [.com] [:] [://] :// : / // hxxp https http hxxps h**p @ [at] ＠ ． ： ／ ｈｔｔｐ １
日本 日本語 の 、 。 【.】 xn--80ak6aa92e пример рф 1 203.0.113 255 10.0.0.1 [.]5 2001:db8::1 fe80 :: CVE-2099- 44228 _ - * **
, URL ; ( ) [ ] { } < > &amp; & ? = # ' " \\ \\. \\/ | www. zip exe co.jp jp onion :8080 user %2F ... … ķ ß İ
""".split()
PIECES = st.sampled_from([*WORDS, " ", "\n", "\u200b", "\u00ad", "\ufeff", "\ud800", "\x00", "a" * 32, "0" * 64])
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=14).map("".join)


@given(TEXTS)
def test_every_value_is_the_normalised_refanged_spelling_at_its_offsets(text: str) -> None:
    for item in find(text):
        assert item.raw == text[item.start : item.end] != ""
        assert normal(item.type, refang(item.raw)) == item.value
        assert refang(defang(item.value, item.type)) == item.value


@given(TEXTS)
def test_observables_come_in_order_and_apart_but_for_what_a_url_holds(text: str) -> None:
    found = find(text)
    for item, after in pairwise(found):
        assert item.start <= after.start
        held = item.type == "url" and after.type in ("md5", "sha1", "sha256", "sha512", "cve")
        assert after.start >= item.end or held


@given(TEXTS)
def test_the_same_text_gives_the_same_observables(text: str) -> None:
    assert find(text) == find(text)


def _corpus_module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ioc_corpus_{name}", CORPUS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.exists(), reason="the labelled texts (../shared/corpora/ioc) are not here")
@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # score.py leaves its file to the collector
def test_the_gates_hold_on_the_labelled_texts() -> None:
    score = _corpus_module("score")
    result = score.run(values, score.load([str(CORPUS / "shared.jsonl")]))
    assert result["crashed"] == 0
    assert result["macro_F1syn_by_source"] >= 0.97
    assert result["scores"]["all"]["R"] >= 0.98


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.exists(), reason="the labelled texts (../shared/corpora/ioc) are not here")
def test_no_value_of_the_labelled_texts_is_missing_from_its_text() -> None:
    for line in (CORPUS / "shared.jsonl").read_text("utf-8").splitlines():
        text = json.loads(line)["text"]
        for item in find(text):
            assert item.raw == text[item.start : item.end]
            assert normal(item.type, refang(item.raw)) == item.value
            assert refang(defang(item.value, item.type)) == item.value
