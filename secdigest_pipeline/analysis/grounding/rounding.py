"""Whether one number may stand for another: `約3万2,000` for 32,100, `120人以上` for 123, `26%` for 31 of 120."""

import re
from decimal import Decimal
from typing import Literal

How = Literal["exact", "about", "over", "under"]

_ABOUT = re.compile(r"(?:約|およそ|おおよそ|ほぼ|推定|最大|少なくとも|概ね|おおむね)[$€£¥]?$")
_BEHIND = r"(?:[^0-9、。]{0,4}?)"
_OVER = re.compile(rf"{_BEHIND}(?:超|以上|余り?(?!裕|地)|強(?=[の、。でに])|を?上回|あまり)")
_UNDER = re.compile(rf"{_BEHIND}(?:近く|弱(?=[の、。でに])|未満|以下|を?下回)")
_ROUGH = re.compile(rf"{_BEHIND}(?:前後|程度|ほど|くらい|ぐらい|ごろ|頃|前後)")
# What rounding may add or take off, of the number.
_FAR = Decimal("0.05")


def how(text: str, start: int, end: int) -> How:
    """How exactly the number `text[start:end]` of a folded text is meant."""
    if _OVER.match(text, end):
        return "over"
    if _UNDER.match(text, end):
        return "under"
    return "about" if _ABOUT.search(text, max(0, start - 6), start) or _ROUGH.match(text, end) else "exact"


def step(said: Decimal) -> Decimal:
    """The size of the last figure of a number that is not zero: 1,000 for 32,000."""
    exponent = said.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


def stands_for(said: Decimal, exact: Decimal, meant: How, *, ratio: bool = False) -> bool:
    """Whether `said` may be written for `exact`; a `ratio` that has more figures than anybody writes is rounded anyhow."""
    if said == exact:
        return True
    if exact <= 0 or said <= 0:
        return False
    one = step(said)
    if meant == "over":
        return Decimal(0) <= exact - said < one and exact - said <= exact / 5
    if meant == "under":
        return Decimal(0) <= said - exact < one and said - exact <= exact / 5
    if meant == "about" or ratio:
        far = abs(said - exact)
        return far <= one / 2 and (far <= exact * _FAR or (ratio and one <= 1))
    return False
