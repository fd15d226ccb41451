"""One line of visible characters out of any string: nothing a model or a page wrote can hide, reorder or break text."""

import re
import unicodedata

# Control, format (zero-width, bidi, tags), surrogate, private use and unassigned characters never reach a reader.
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Letters and marks that draw nothing: Hangul fillers, combining grapheme joiner, variation selectors.
_BLANK = re.compile("[\u115f\u1160\u3164\uffa0\u034f\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SPACES = re.compile(r"[\s\u0085\u2028\u2029]+")
_PLAIN = re.compile(r"[\x20-\x7e\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]*")


def visible(text: str) -> str:
    """`text` without characters that are not seen; line breaks and tabs stay."""
    if _PLAIN.fullmatch(text):
        return text
    kept = (char for char in text if char in "\n\t\r" or unicodedata.category(char) not in _DROPPED)
    return _BLANK.sub("", "".join(kept))


def one_line(text: str) -> str:
    """`text` as one trimmed line of visible characters, runs of white space as one space."""
    return _SPACES.sub(" ", visible(_SPACES.sub(" ", text))).strip()
