"""Characters of outside text that may be kept: what a reader cannot see is taken out, nothing visible is changed.

Invisible characters break indicators apart and hide instructions from a reader but not from a model; a text that is
quoted and searched later has none. Compatibility forms stay as published (NFC, never NFKC): a quote must be findable.
"""

import re
import unicodedata

# Cf and other default-ignorable code points (Unicode DerivedCoreProperties): soft hyphen, zero-width, bidi controls,
# Hangul and Khmer fillers, variation selectors, interlinear annotation, tag characters; then C0/C1 and noncharacters.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Spaces HTML collapses, and the fixed-width ones; the ideographic space U+3000 is text and stays.
SPACES = " \t\n\r\x0b\x0c\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f"
_SPACE_RUN = re.compile(f"[{SPACES}]+")
_NOT_WORD = re.compile(r"[\W_]+")
_ASCII_MARKS = {code: None for code in range(128) if not chr(code).isalnum()}


def compact(text: str) -> str:
    """Letters and digits of `text`, case folded: what stays the same under any extractor's spaces and marks."""
    # the same by two ways: deleting by table is ten times as fast, but only for ASCII
    return (text.translate(_ASCII_MARKS) if text.isascii() else _NOT_WORD.sub("", text)).casefold()


def visible(text: str) -> str:
    """`text` in NFC without invisible, control or lone surrogate characters; line ends are `\\n`, a tab is 4 spaces."""
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_END.sub("\n", text).replace("\t", "    ")
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _SURROGATE.sub("\ufffd", text)))


def one_line(text: str) -> str:
    """`text` with every run of white space as one space, none at its ends."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())  # the same: the only space it can have is the blank
    return _SPACE_RUN.sub(" ", text).strip(" \u3000")


def cut(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, ended at a line end where one is near."""
    if len(text) <= limit:
        return text
    line_end = text.rfind("\n", limit - limit // 10, limit)
    return text[: line_end if line_end > 0 else limit]
