"""Values of a statement that its quotes do not state but that follow from those they do: counts, sums, shares, spans of time, days.

An operation counts only where the statement's own words speak of one: `計` and `に増える` of a sum, `残る` and `うち` of a difference,
`倍` of a ratio. Without that, nearly any small number is the sum or the difference of two others.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from itertools import pairwise

from secdigest_pipeline.analysis.grounding import lists, relative_dates, rounding
from secdigest_pipeline.analysis.grounding.dates import Date
from secdigest_pipeline.analysis.grounding.figures import Figure, counter, figures, quantity, shares
from secdigest_pipeline.analysis.grounding.spans import spans_of_time
from secdigest_pipeline.analysis.grounding.values import Value

_CLAUSE = re.compile(r"[、。「」;]|, ")
_SUM = re.compile(r"計|合わせ|あわせ|総|全|延べ|に(?:まで)?(?:増|達|拡大|膨|のぼ|上る|な[るっ])|体制|前の?年|両")
_DIFFERENCE = re.compile(
    r"残|まま|なお|うち|未|減|(?<![にで])増|差|以外|ほか|他[の方]|まだ|ない|おらず|れず|ていず|除|少な|多[いくか]|下回|上回|前の?年|下[がげ]|上[がげ]|落ち|安く|高く|短|長|遅|早|引|済"
)
_UNTIL_NOW = re.compile("前|以来|現在|今も|たつ|経")
_EACH = re.compile(
    r"\beach\b|\bper\b|\bapiece\b|\bevery\b|\ba (?:day|week|month|head)\b|ずつ|あたり|当たり|毎|1日|1人", re.IGNORECASE
)
_AVERAGE = re.compile("平均|あたり|当たり|につき")
_SIZES = ("KB", "MB", "GB", "TB", "PB")
_TIMES = re.compile(r"倍")
_COUNTED = re.compile(
    r" ?(?:つ|件|種|[かカヵヶ箇](?:国|所)|社|人|名|個|点|台|製品|団体|組織|都市|州|県"
    r"|カテゴリ|項目|機種|機能|モデル|段階|ステージ|拠点|施設"
    r""
    r"|グループ|集団|バージョン|系統|言語|業種|分野|業界|銘柄|本|通り|ファミリ|手法|方法|命令|コマンド|検体|ドメイン|脆弱性|要素"
    r"|省|機関|校|行|大学)"
)
_STAGES = re.compile(r" ?(?:段階|ステージ|フェーズ|ステップ|層|部構成|つの(?:段階|ステージ|部))")
_RISE = re.compile(
    r"\b(?:r[io]se[ns]?|risen|grew|grow|growth|increas\w+|up|jump\w*|surg\w+|climb\w*|more)\b|増|上昇|拡大|伸",
    re.IGNORECASE,
)
_PERCENT_OF = re.compile(r"percent of|% of|の\d+%", re.IGNORECASE)
# Units that figures of another can give: things, shares, spans of time.
_OF_MANY = ("", "%", "s", "mo")
# Figures that can stand beside each other in a sentence or two; more are a table.
_MAX_FIGURES = 14


@dataclass(frozen=True)
class Passage:
    """The sentences of a statement's quotes, folded, with the dates they state and how many items are listed below them."""

    text: str
    told: tuple[Date, ...]
    carried: Date | None
    published: date | None
    listed_below: tuple[int, ...]
    article: str

    @cached_property
    def figures(self) -> list[Figure]:
        """Its quantities; none of a table."""
        found = figures(self.text)
        return found if len(found) <= _MAX_FIGURES else []

    @cached_property
    def shares(self) -> set[Fraction]:
        """Its shares."""
        return shares(self.text)

    @cached_property
    def dates(self) -> list[Date]:
        """What its dates mean by each other and by the day of publication."""
        return relative_dates.resolved(self.text, list(self.told), self.carried, self.published)

    @cached_property
    def counts(self) -> set[int]:
        """How many things its lists hold."""
        return lists.counts(self.text) | {count for count in self.listed_below if count > 1}


def follows(value: Value, said: str, passage: Passage) -> bool:
    """Whether a number or date of the folded statement `said` follows from what the passage states."""
    if value.kind == "date":
        return any(relative_dates.says(found, asked) for found in passage.dates for asked in value.dates)
    if value.kind != "number" or (read_as := quantity(value.key)) is None:
        return value.kind == "number" and _is_share(value, said, passage)
    amount, unit = read_as
    if said[max(0, value.start - 1) : value.start] == "第":
        # the third is no count
        return False
    meant = rounding.how(said, value.start, value.end)
    if _is_duration(value, said, unit):
        until_now = _UNTIL_NOW.search(said, value.end, value.end + 8) is not None
        if any(span.allows(amount, unit, value.text, meant) for span in spans_of_time(passage, until_now=until_now)):
            return True
        spans = [figure for figure in passage.figures if figure.unit == unit]
        return _SUM.search(_clause(said, value)) is not None and amount in _sums(spans)
    if not unit and _is_listed(int(amount) if amount == int(amount) else 0, value, said, passage):
        return True
    if _TIMES.match(said, value.end):
        return any(rounding.stands_for(amount, ratio, meant, ratio=True) for ratio in _ratios(passage))
    if unit == "%":
        return any(rounding.stands_for(amount, share, meant, ratio=True) for share in _percents(passage)) or _near(
            amount, passage, meant
        )
    own = counter(said, value.end)
    fits = [
        figure
        for figure in map(partial(_sized, unit), passage.figures)
        if figure.unit == unit and _same(figure.counter, own)
    ]
    exact = [figure.amount for figure in fits]
    clause = _clause(said, value)
    if _SUM.search(clause):
        exact += _sums(fits)
        if _EACH.search(passage.text):
            exact += _products(passage.figures, unit)
    if _DIFFERENCE.search(clause):
        exact += [abs(one.amount - other.amount) for one, other in _near_pairs(fits)]
    if _AVERAGE.search(clause):
        exact += _quotients(passage.figures, unit)
    exact += [figure.amount * _decimal(share) for figure in fits for share in passage.shares if figure.amount >= 10]
    return any(
        rounding.stands_for(amount, whole, meant) for whole in exact if whole == int(whole) or unit or meant != "exact"
    )


def might_follow(value: Value, said: str, passage: Passage) -> bool:
    """Whether a value that does not follow is of the kind that can, so that a reader must judge it.

    A number that is one figure away from one of the passage was miscopied, and a date beside a stated one was mistaken.
    """
    if value.kind == "date":
        return relative_dates.refers(passage.text) and not passage.told
    if value.kind != "number":
        return False
    read_as = quantity(value.key)
    if read_as is None:
        plain = [one for one in passage.figures if one.unit != "%"]
        return "/" in value.key and len(plain) > 1 and not passage.shares
    if read_as[1] not in _OF_MANY and not any(figure.unit == read_as[1] for figure in passage.figures):
        # no amount of euros gives one of dollars
        return False
    clause = _clause(said, value)
    asks = (
        _is_duration(value, said, read_as[1])
        or _TIMES.match(said, value.end)
        or _SUM.search(clause)
        or _DIFFERENCE.search(clause)
        or (_COUNTED.match(said, value.end) and read_as[0] <= 30)
    )
    return bool(asks) and len(passage.figures) + len(passage.counts) > 1


def _clause(said: str, value: Value) -> str:
    first = max((cut.end() for cut in _CLAUSE.finditer(said, 0, value.start)), default=0)
    last = _CLAUSE.search(said, value.end)
    return said[first : last.start() if last else len(said)]


def _same(one: str, other: str) -> bool:
    return not one or not other or one == other


def _decimal(share: Fraction) -> Decimal:
    return Decimal(share.numerator) / Decimal(share.denominator)


def _is_duration(value: Value, said: str, unit: str) -> bool:
    return unit in ("s", "mo")


def _is_listed(amount: int, value: Value, said: str, passage: Passage) -> bool:
    if not 2 <= amount <= 40:
        return False
    if _STAGES.match(said, value.end) and amount in lists.labelled(passage.article):
        return True
    return _COUNTED.match(said, value.end) is not None and amount in passage.counts


def _sums(fits: list[Figure]) -> Iterator[Decimal]:
    """Sums of two or more figures that follow one another."""
    for first in range(len(fits)):
        total = fits[first].amount
        for figure in fits[first + 1 :]:
            total += figure.amount
            yield total


def _sized(unit: str, figure: Figure) -> Figure:
    """A size of data in another unit of size, as 0.4 TB for 400 GB."""
    if unit == figure.unit or not {unit, figure.unit} <= set(_SIZES):
        return figure
    return replace(figure, unit=unit, amount=figure.amount.scaleb(3 * (_SIZES.index(figure.unit) - _SIZES.index(unit))))


def _products(found: list[Figure], unit: str) -> Iterator[Decimal]:
    """So many of `unit` each, times how many there are or how often that was."""
    for one, other in _near_pairs(found):
        for part, times in ((one, other), (other, one)):
            if part.unit == unit and not times.unit:
                yield part.amount * times.amount
            elif part.unit == unit and times.unit == "s":
                yield from (
                    part.amount * times.amount / span for span in (3_600, 86_400, 604_800) if not times.amount % span
                )


def _quotients(found: list[Figure], unit: str) -> Iterator[Decimal]:
    """What one figure of `unit` comes to for each thing of a figure beside it."""
    for one, other in _near_pairs(found):
        for whole, parts in ((one, other), (other, one)):
            if whole.unit == unit and not parts.unit and parts.amount > 1:
                yield whole.amount / parts.amount


def _near_pairs(fits: list[Figure]) -> Iterator[tuple[Figure, Figure]]:
    for at, one in enumerate(fits):
        for other in fits[at + 1 : at + 3]:
            yield one, other


def _ratios(passage: Passage) -> Iterator[Decimal]:
    """How many times one figure is another of its unit and counter, and what a rise in percent makes of one."""
    for one, other in _near_pairs(passage.figures):
        if one.unit == other.unit and _same(one.counter, other.counter) and min(one.amount, other.amount) > 0:
            high, low = max(one.amount, other.amount), min(one.amount, other.amount)
            if high >= low * Decimal("1.2"):
                yield high / low
    # 26 cases of 31 million, 4 of 2.1 million: the figures of one unit are two apart
    for at, one in enumerate(passage.figures):
        for other in passage.figures[at + 3 : at + 5]:
            if one.unit == other.unit != "" and min(one.amount, other.amount) > 0:
                yield max(one.amount, other.amount) / min(one.amount, other.amount)
    for figure in passage.figures:
        if figure.unit == "%":
            yield figure.amount / 100 if _PERCENT_OF.search(passage.text) else figure.amount / 100 + 1


def _percents(passage: Passage) -> Iterator[Decimal]:
    """Percentages that two neighbouring figures make, and that shares said otherwise are."""
    for one, other in pairwise([figure for figure in passage.figures if figure.unit != "%"]):
        if one.unit == other.unit and _same(one.counter, other.counter) and one.amount != other.amount:
            high, low = max(one.amount, other.amount), min(one.amount, other.amount)
            yield low * 100 / high if high else Decimal(0)
            if _RISE.search(passage.text) and low:
                yield (high - low) * 100 / low
    for share in passage.shares:
        if share.denominator not in (100, 50, 20):
            yield _decimal(share) * 100


def _near(amount: Decimal, passage: Passage, meant: rounding.How) -> bool:
    """約4割 for 41%, 7割超 for 73%: a percentage that was rounded to tens or fives."""
    if meant == "exact" or amount % 5:
        return False
    reach = Decimal(10 if not amount % 10 else 5)
    for share in passage.shares:
        exact = _decimal(share) * 100
        off = exact - amount
        if meant == "about" and abs(off) <= min(reach / 2, Decimal(3)):
            return True
        if (meant == "over" and 0 <= off < reach / 2) or (meant == "under" and 0 <= -off < reach / 2):
            return True
    return False


def _is_share(value: Value, said: str, passage: Passage) -> bool:
    """`2/3` of a statement from two figures or a percentage."""
    part, slash, whole = value.key.partition("/")
    if not slash or not part.isdigit() or not whole.isdigit() or not int(whole):
        return False
    asked = Decimal(100 * int(part)) / Decimal(int(whole))
    about = rounding.how(said, value.start, value.end) != "exact"
    exact = [_decimal(share) * 100 for share in passage.shares] + list(_percents(passage))
    return any(abs(asked - one) <= (Decimal("2.5") if about else Decimal("0.7")) for one in exact)
