r"""Characters of text from outside: what nobody sees, and what is made of it. No other module has an idea of its own.

There is one set for all ends, because they check each other: a character that the article keeps and the prompt drops makes
a true quote unfindable. It is listed and not asked of `unicodedata`, whose answer depends on the Python that asks. What
differs is what the text is for:

| for | function |
|---|---|
| keeping, quoting, searching | `visible` (many lines), `one_line` of it |
| a line that is printed | `one_line`, which leaves the ideographic space U+3000 to Japanese headlines |
| a line that is matched, compared or shown to a model | `plain_line`, in which every blank is U+0020 |
| a terminal, a log, a message | `printable`, character by character, so that nothing is joined that was apart |
| refanging and comparing with the way back to offsets | `INVISIBLE` and `UNSEEN`, inside their own patterns |
"""

import re
import unicodedata

# Of the rule by which text is kept. 2: private use (icon fonts), noncharacters and controls of rare scripts are left out.
CHARACTERS_VERSION = 2

# Insides of character classes. Soft hyphen, zero-width, bidi controls, Hangul and Khmer fillers, variation selectors, tags
# (Unicode: Default_Ignorable_Code_Point); annotation, hieroglyph, shorthand and music controls (Cf); private use, which
# only the page's own font draws; noncharacters, and the planes that have no character. Cf that is seen (Arabic number
# signs), U+FFFC and U+FFFD stay.
_UNSEEN_BASIC = (
    "\x80-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
)
UNSEEN = _UNSEEN_BASIC + (
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001fffe\U0001ffff\U0002fffe\U0002ffff"
    "\U0003fffe-\U0010ffff"
)
# A superset to search by: `re` finds a set with one range beyond U+FFFF ten times as fast as one with many. What was
# found is held against `UNSEEN` by a look-behind.
PERHAPS_UNSEEN = f"{_UNSEEN_BASIC}\U00010000-\U0010ffff"
# Controls that are no white space of HTML; a lone surrogate is half a character, which can neither be stored nor shown.
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f"
_SURROGATES = "\ud800-\udfff"
_LINE_ENDS = "\t\n\r\x0b\x0c\x85\u2028\u2029"


def _unseen_or(others: str) -> re.Pattern[str]:
    return re.compile(f"[{others}{PERHAPS_UNSEEN}](?<=[{others}{UNSEEN}])")


INVISIBLE = _unseen_or(_CONTROLS + _SURROGATES)
_INVISIBLE_BUT_SURROGATES = _unseen_or(_CONTROLS)
_SURROGATE = re.compile(f"[{_SURROGATES}]")
# What no line of a text file holds: that, and whatever ends a line for some reader.
NOT_OF_A_LINE = _unseen_or(_CONTROLS + _SURROGATES + _LINE_ENDS)
# Spaces HTML collapses, and the fixed-width ones; the ideographic space U+3000 is text and stays.
SPACES = " \t\n\r\x0b\x0c\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f"
# What a terminal or a reader of CSV acts on, or what looks like a blank and is another character.
UNPRINTABLE = _unseen_or(_CONTROLS + _SURROGATES + SPACES[1:] + "\u3000")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Of every kind that Python takes for white space, without and with the ideographic one.
_BLANKS = re.compile(f"[{SPACES}\x1c-\x1f]+")
_ALL_BLANKS = re.compile(f"[{SPACES}\x1c-\x1f\u3000]+")
_NOT_WORD = re.compile(r"[\W_]+")
_ASCII_MARKS = {code: None for code in range(128) if not chr(code).isalnum()}
_HALF_DEFANGED = re.compile(r"\[\.?$")


def compact(text: str) -> str:
    """Letters and digits of `text`, case folded: what stays the same under any extractor's spaces and marks."""
    # the same by two ways: deleting by table is ten times as fast, but only for ASCII
    return (text.translate(_ASCII_MARKS) if text.isascii() else _NOT_WORD.sub("", text)).casefold()


def visible(text: str) -> str:
    """`text` as it is kept: NFC, nothing invisible, line ends as `\\n`, a tab as 4 spaces, half a surrogate as U+FFFD.

    Done again it changes nothing. Compatibility forms stay as published (never NFKC): a quote must be findable.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_END.sub("\n", text).replace("\t", "    ")
    return unicodedata.normalize("NFC", _INVISIBLE_BUT_SURROGATES.sub("", _SURROGATE.sub("\ufffd", text)))


def one_line(text: str) -> str:
    """`text` as one trimmed line without anything invisible, each run of white space one blank; U+3000 stays."""
    return _line(text, _BLANKS)


def plain_line(text: str) -> str:
    """`one_line(text)` with U+3000 as a blank like any other."""
    return _line(text, _ALL_BLANKS)


def _line(text: str, blanks: re.Pattern[str]) -> str:
    if text.isascii() and text.isprintable():
        return " ".join(text.split())  # the same: the only space it can have is the blank
    text = blanks.sub(" ", text)
    if INVISIBLE.search(text):
        # blanks again: two that only something invisible kept apart
        text = blanks.sub(" ", INVISIBLE.sub("", text))
    return text.strip(" \u3000")


def printable(text: str, instead: str = " ") -> str:
    """`text` with `instead` for every character that is not printed but acted on (control, escape, bidi, line break)."""
    return text if text.isascii() and text.isprintable() else UNPRINTABLE.sub(instead, text)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, ended at a line end where one is near."""
    if len(text) <= limit:
        return text
    line_end = text.rfind("\n", limit - limit // 10, limit)
    return text[: line_end if line_end > 0 else limit]


def shortened(text: str, limit: int, word: int = 0) -> str:
    """At most `limit` characters of `text`, a cut shown as `…`: at a blank among the last `word`, never inside `[.]`."""
    if len(text) <= limit:
        return text
    blank = text.rfind(" ", limit - word, limit)
    return _HALF_DEFANGED.sub("", text[: blank if blank > 0 else limit - 1]).rstrip() + "…"
