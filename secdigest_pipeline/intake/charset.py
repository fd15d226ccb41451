"""The text of a feed body, whatever its label says.

Evidence in this order: a byte order mark; bytes that are valid UTF-8; escape sequences of ISO-2022-JP; then the labels
(XML declaration, HTTP header) and, in a Japanese feed, the Japanese encodings, whichever leaves the least that cannot
be text. Labels lie often enough that none of them is believed against the bytes.
"""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\x00\x00\x00", "utf-32-le"), (b"\x00\x00\x00<", "utf-32-be"), (b"<\x00", "utf-16-le"))
# Labels that in practice name a larger set than they say (as browsers read them).
_MEANT = {
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j"), "cp932"),
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "x-gbk"), "gb18030"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ksc5601"), "cp949"),
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"), "windows-1252"),
    **dict.fromkeys(("iso-2022-jp", "csiso2022jp"), "iso2022_jp_ext"),
    **dict.fromkeys(("x-euc-jp", "euc-jp", "eucjp"), "euc_jp"),
    "iso-8859-9": "windows-1254",
    "tis-620": "cp874",
    "big5": "big5hkscs",
}
# Python takes these for encodings of text; a document is in none of them.
_NOT_FOR_TEXT = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined", "mbcs"})
_JAPANESE = ("cp932", "euc_jp")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,500}\?>")
_ESCAPED = re.compile(rb"\x1b(?:\$[@B]|\([BIJ]|\$\([D-G])")
_SAMPLE = 300_000
# A label is believed as long as fewer than this share of its non-ASCII characters cannot be text.
_BELIEVABLE = 0.05
_IMPOSSIBLE = re.compile(r"[\ufffd\x80-\x9f\ue000-\uf8ff]")
_HALFWIDTH_KANA = re.compile(r"[\uff61-\uff9f]")
# XML 1.0 allows no other control characters; one of them makes the strict parser give up.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def feed_text(body: bytes, content_type: str, lang: str) -> str:
    """`body` decoded, without its XML declaration and without characters that XML does not allow."""
    text = decode(body, content_type, lang)
    return _DECLARATION.sub("", _NOT_XML.sub("", text), count=1).lstrip()


def decode(body: bytes, content_type: str, lang: str) -> str:
    """`body` as text; never raises, bytes that cannot be read become U+FFFD."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for start, encoding in _UNMARKED:
        if body.startswith(start):
            return body.decode(encoding, "replace")
    if body.startswith(b"\x00<"):
        return body.decode("utf-16-be", "replace")
    if body.isascii():
        encoding = "iso2022_jp_ext" if _ESCAPED.search(body) else "ascii"
        return body.decode(encoding, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode(_likeliest(body, _labels(body, content_type), lang), "replace")


def _labels(body: bytes, content_type: str) -> list[str]:
    """Encodings that the document and its server name, as Python knows them."""
    named = [match[1].decode("ascii") for match in [_DECLARED.search(body[:1000])] if match]
    named += [match[1] for match in [_CHARSET.search(content_type[:500])] if match]
    labels = []
    for name in named:
        meant = _MEANT.get(name.lower(), name.lower())
        try:
            known = codecs.lookup(meant).name
            b"x".decode(known, "replace")
        except (LookupError, ValueError):
            continue
        if known not in _NOT_FOR_TEXT:
            labels.append(known)
    return labels


def _likeliest(body: bytes, labels: list[str], lang: str) -> str:
    candidates = [*labels, "utf-8"]
    if lang == "ja" or any(label in (*_JAPANESE, "iso2022_jp_ext") for label in labels):
        candidates += _JAPANESE
    sample = body[:_SAMPLE]
    scored = [(_badness(sample, name), at, name) for at, name in enumerate(dict.fromkeys(candidates))]
    badness, _, name = min(scored)
    return name if badness <= _BELIEVABLE else "windows-1252"


def _badness(sample: bytes, encoding: str) -> float:
    """Share of the characters beyond ASCII that cannot be text, 0 to 1; half-width kana in numbers count a little."""
    text = sample.decode(encoding, "replace")
    beyond = sum(1 for c in text if c > "\x7f")
    if not beyond:
        return 0.0
    # A cut-off last character is no evidence.
    impossible = max(0, len(_IMPOSSIBLE.findall(text)) - 1)
    return (impossible + 0.5 * len(_HALFWIDTH_KANA.findall(text))) / beyond
