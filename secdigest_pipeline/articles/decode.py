"""HTML bytes to text: what the bytes are decides, then what the page says of itself.

Valid UTF-8 with non-ASCII bytes is UTF-8 whatever the label says: no other charset of the web makes such bytes by
chance (intake.md 2.4: labels lie). Labels are read as the WHATWG Encoding Standard reads them (latin-1 is cp1252).
"""

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_JIS_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\$\(D|\(J)")
_KANA = re.compile("[\u3041-\u30fe]")
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]")
# Longest part a detection looks at; the head of a page holds its charset and enough of its text.
_PROBE_BYTES = 200_000

# Encoding Standard section 4.2: labels for which Python's codec of that name is narrower than what browsers read.
_AS_BROWSERS_READ = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "shift_jis": "cp932",
    "shift_jisx0213": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "big5": "big5hkscs",
}
# Python takes these for encodings of text; no document is in any of them.
_NOT_FOR_TEXT = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined", "mbcs"})


def decode(body: bytes, content_type: str = "") -> str:
    """Text of an HTML body; undecodable bytes become U+FFFD. `content_type` is the header as sent."""
    return body.decode(charset(body, content_type), errors="replace").lstrip("\ufeff")


def declared(body: bytes, content_type: str) -> str:
    """Name of the Python codec the header or the page itself names; utf-8 when neither names a known one."""
    return _header_label(content_type) or _meta_label(body) or "utf-8"


def charset(body: bytes, content_type: str = "") -> str:
    """Name of the Python codec that reads `body` best."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return name
    labels = [name for name in (_header_label(content_type), _meta_label(body)) if name]
    if _JIS_ESCAPE.search(body, 0, _PROBE_BYTES) and body[:_PROBE_BYTES].isascii():
        return "iso2022_jp_ext"
    if body.isascii():
        return next((name for name in labels if name.startswith("utf-16")), "utf-8") if b"\0" in body else "utf-8"
    damage = _damage(body, "utf-8")
    if damage == 0 or ("utf-8" in labels and damage < 0.1):
        return "utf-8"
    candidates = dict.fromkeys([*labels, "cp932", "euc_jp"])
    candidates.pop("utf-8", None)
    scored = [(_fit(body, name, labels), name) for name in candidates]
    fit, best = max(scored, key=lambda pair: pair[0])
    if fit > 0:
        return best
    return "utf-8" if damage < 0.1 else _guessed(body)


def _header_label(content_type: str) -> str:
    found = _HEADER.search(content_type)
    return _codec(found[1]) if found else ""


def _meta_label(body: bytes) -> str:
    found = _META.search(body, 0, 8192)
    name = _codec(found[1].decode("ascii", "replace")) if found else ""
    # a page whose meta element can be read as ASCII is not UTF-16 (Encoding Standard, HTML 13.2.3.2)
    return "utf-8" if name.startswith("utf-16") else name


def _codec(label: str) -> str:
    alias = {"x-sjis": "cp932", "windows-31j": "cp932", "x-euc-jp": "euc_jp", "utf8": "utf-8"}.get(label.lower(), label)
    try:
        name = codecs.lookup(alias).name
        "".encode(name)
    except (LookupError, UnicodeError, TypeError, ValueError):
        return ""
    if name in _NOT_FOR_TEXT:
        return ""
    return _AS_BROWSERS_READ.get(name, name)


def _damage(body: bytes, name: str) -> float:
    """Share of the non-ASCII characters that `name` cannot read, 0 to 1."""
    if name == "utf-8":
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return 0.0
    text = body[:_PROBE_BYTES].decode(name, errors="replace")
    if len(body) > _PROBE_BYTES:
        text = text[:-4]  # a character may be cut in two there
    bad = text.count("\ufffd") + sum(map(text.count, "\x81\x8d\x8f\x90\x9d"))
    if not bad:
        return 0.0
    return bad / max(1, sum(1 for character in text if character > "\x7f"))


def _fit(body: bytes, name: str, labels: list[str]) -> float:
    """How well `name` reads `body`: above 0 is good. Japanese candidates nobody named must show kana."""
    damage = _damage(body, name)
    if damage > 0.05:
        return -damage
    text = body[:_PROBE_BYTES].decode(name, errors="replace")
    wide = sum(1 for character in text if character > "\x7f") or 1
    japanese = (len(_KANA.findall(text)) - len(_HALF_WIDTH_KANA.findall(text))) / wide
    named = 0.5 if labels and labels[0] == name else 0.4 if name in labels else 0.0
    if name in ("cp932", "euc_jp"):
        # pairs of bytes that all make sense and show kana are Japanese, whatever the label
        return japanese + named + (0.5 if damage == 0 else -damage) if japanese > 0.1 else named - 0.45
    return named - damage


def _guessed(body: bytes) -> str:
    from charset_normalizer import from_bytes

    match = from_bytes(body[:_PROBE_BYTES]).best()
    return (_codec(match.encoding) if match else "") or "cp1252"
