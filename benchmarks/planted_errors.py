"""True statements about articles, and the same with one error planted: the cases of bench_grounding.

Made by code that shares nothing with grounding: values are found and converted here by rules of their own.
"""

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import html

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "intake" / "articles" / "gold.jsonl"
STATEMENTS_AN_ARTICLE = 12
# An article as stored has its markup and navigation taken out; a page of more is a tool dump, not news.
MIN_TEXT, MAX_TEXT = 600, 60_000


@dataclass(frozen=True)
class Fact:
    """A value of a sentence: its kind, as Japanese writes it, and the same with an error in it."""

    kind: str
    true: str
    false: Callable[[random.Random], str]


@dataclass(frozen=True)
class Case:
    """One statement with its quotes. `planted` is the error's class, empty for a true one."""

    statement: str
    quotes: tuple[str, ...]
    planted: str = ""


@dataclass(frozen=True)
class Source:
    """One article with its true statements, each with the false ones made from it."""

    title: str
    text: str
    pairs: list[tuple[Case, list[Case]]]


MONTHS = "January February March April May June July August September October November December".split()
MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in MONTHS)
WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
COUNTRIES = {
    "Russia": "ロシア", "Russian": "ロシア", "China": "中国", "Chinese": "中国", "North Korea": "北朝鮮", "North Korean": "北朝鮮",
    "Iran": "イラン", "Iranian": "イラン", "Ukraine": "ウクライナ", "Germany": "ドイツ", "Japan": "日本", "India": "インド",
    "France": "フランス", "United States": "米国", "Israel": "イスラエル", "Brazil": "ブラジル",
}  # fmt: skip
VENDORS = (
    "Microsoft Fortinet Cisco Ivanti Citrix VMware Oracle Apple Google SonicWall Juniper Zyxel QNAP Synology NVIDIA Atlassian "
    "GitLab Okta Salesforce Zoom SolarWinds Veeam Progress Barracuda Kaspersky Sophos"
).split()
KATAKANA = {
    "Microsoft": "マイクロソフト",
    "Google": "グーグル",
    "Apple": "アップル",
    "Cisco": "シスコ",
    "Oracle": "オラクル",
}
SYLLABLES = "zor vex qui dra mol tep kal fen rux bim sol tra nyx pel gar".split()
STOP = set(
    "The This That These Those We It In On At If For And But As You Our They He She His Her Their There When While With From By To "
    "Of An A Is Are Was Not No Yes How What Why Who Where However Also After Before During All Each Both One Two Three I".split()
)


def other_digit(rng: random.Random, text: str) -> str:
    """`text` with one digit changed, the first of a number never to zero."""
    places = [at for at, char in enumerate(text) if char.isascii() and char.isdigit()]
    at = rng.choice(places)
    first = at == 0 or not text[at - 1].isdigit()
    digits = [d for d in "123456789" if d != text[at]] if first else [d for d in "0123456789" if d != text[at]]
    return text[:at] + rng.choice(digits) + text[at + 1 :]


def japanese_number(rng: random.Random, value: int) -> str:
    """An integer as Japanese writes it: with commas, full width, or by 万 and 億 where that is exact."""
    forms = [f"{value:,}", str(value), str(value).translate(FULL_WIDTH)]
    if value >= 10_000 and value % 1_000 == 0:
        high, low = divmod(value, 100_000_000)
        ten = low / 10_000
        forms.append(
            (f"{high}億" if high else "")
            + (f"{ten:g}万" if low and ten < 10_000 and f"{ten:g}".count("e") == 0 else "")
        )
        if not forms[-1]:
            forms.pop()
    return rng.choice(forms)


def dates_of(rng: random.Random, year: int | None, month: int, day: int | None) -> Fact:
    def written(y: int | None, m: int, d: int | None) -> str:
        if d is None:
            return f"{y}年{m}月" if y else f"{m}月"
        forms = [f"{m}月{d}日"]
        if y:
            forms += [f"{y}年{m}月{d}日", f"{y}/{m:02}/{d:02}", f"{y}-{m:02}-{d:02}"]
        return rng.choice(forms)

    def shifted(draw: random.Random) -> str:
        part = (
            draw.choice(["day", "month", *(["year"] if year else [])])
            if day
            else draw.choice(["month", *(["year"] if year else [])])
        )
        if part == "day" and day:
            return written(year, month, draw.choice([d for d in range(1, 29) if d != day]))
        if part == "year" and year:
            return f"{year + draw.choice([-2, -1, 1, 2])}年{month}月" + (f"{day}日" if day else "")
        return written(year, draw.choice([m for m in range(1, 13) if m != month]), day)

    return Fact("date", written(year, month, day), shifted)


def invented(rng: random.Random) -> str:
    name = "".join(rng.choice(SYLLABLES) for _ in range(3)).capitalize()
    return name + rng.choice(["", " Gateway", "OS", " 7", "-X"])


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
COUNTED = re.compile(
    r"(?<![\w.,/:$€£#~+=\]-])(\d{1,3}(?:,\d{3})+|\d{1,9})(?= [a-z]{3,}| ?[件人台社名])"
    r"(?! (?:percent|million|billion))"
)
SCALED = re.compile(r"(?<![\d.])(\$?)(\d{1,3}(?:\.\d)?) (million|billion)\b")
PERCENT = re.compile(r"(?<![\w.,-])(\d{1,2}(?:\.\d{1,2})?)(?:%| percent)")
WORD = re.compile(rf"\b(?<!-)({'|'.join(WORDS[2:])}) (?=[a-z]{{4,}})")
MYRIADS = re.compile(r"(\d{1,4})万(?![\d円])")
DAY = re.compile(rf"\b({MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?(?:,? ((?:19|20)\d\d))?\b(?![.:]\d)")
OF_MONTH = re.compile(rf"\b({'|'.join(MONTHS)}) ((?:19|20)\d\d)\b")
NUMERIC_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|[-/])(\d{1,2})(?:月|[-/])(\d{1,2})(?:日|(?![\d-]))")
DOTTED = re.compile(r"(?<![\w.\[-])(?:v|version )?(\d{1,4}(?:\.\d{1,5}){2,3})(?![\w.\[-])")
CVE = re.compile(r"CVE-\d{4}-\d{4,7}(?!\d)")
HOST = re.compile(r"(?<![\w.@/-])((?:[a-z0-9-]{2,}(?:\[\.\]|\.)){1,3}(?:com|net|org|info|top|ru|io|xyz))(?![\w./-]|\[)")
HASH = re.compile(r"(?<!\w)([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?!\w)")
NAME = re.compile(r"(?<=[a-z,ぁ-ん] )([A-Z][a-zA-Z]{2,}(?: [A-Z][a-zA-Z]{2,})*)\b(?!_)")


def counted(form: str, unit: str) -> Fact:
    """A number with what it counts; the error is another digit."""
    return Fact("digit", form + unit, lambda draw: other_digit(draw, form.translate(HALF_WIDTH)) + unit)


def numbers_of(rng: random.Random, sentence: str) -> Iterator[Fact]:
    """Numbers of a sentence, in Japanese forms."""
    for match in COUNTED.finditer(sentence):
        if not re.search(rf"\b(?:{MONTH})\.? $", sentence[: match.start()]):
            yield counted(japanese_number(rng, int(match[1].replace(",", ""))), rng.choice(["件", "台", "人", "個"]))
    for match in SCALED.finditer(sentence):
        scaled = round(float(match[2]) * (1_000_000 if match[3] == "million" else 1_000_000_000))
        yield counted(japanese_number(rng, scaled), "ドル" if match[1] else "件")
    for match in PERCENT.finditer(sentence):
        yield counted(match[1], rng.choice(["%", "％", "パーセント"]))
    for match in WORD.finditer(sentence):
        yield counted(str(WORDS.index(match[1])), "つの")
    for match in MYRIADS.finditer(sentence):
        yield counted(f"{int(match[1]) * 10_000:,}", "件")


def values_of(rng: random.Random, sentence: str) -> Iterator[Fact]:
    """The values of a sentence the converter is sure of."""
    yield from numbers_of(rng, sentence)
    for match in DAY.finditer(sentence):
        if int(match[2]) <= 28:
            month = next(at for at, name in enumerate(MONTHS, 1) if name.startswith(match[1][:3]))
            yield dates_of(rng, int(match[3]) if match[3] else None, month, int(match[2]))
    for match in OF_MONTH.finditer(sentence):
        yield dates_of(rng, int(match[2]), MONTHS.index(match[1]) + 1, None)
    for match in NUMERIC_DAY.finditer(sentence):
        if 1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 28:
            yield dates_of(rng, int(match[1]), int(match[2]), int(match[3]))
    for match in DOTTED.finditer(sentence):
        if match[1].count(".") == 3 and all(int(part) < 256 for part in match[1].split(".")):
            yield Fact("ioc", f"通信先は{match[1]}", lambda draw: f"通信先は198.51.100.{draw.randrange(2, 250)}")
        else:
            form = match[1]
            yield Fact("digit", f"バージョン{form}", lambda draw, form=form: f"バージョン{other_digit(draw, form)}")
    for match in CVE.finditer(sentence):
        yield Fact("cve", match[0], lambda draw: f"CVE-20{draw.randrange(19, 27)}-{draw.randrange(1000, 60000)}")
    for match in HOST.finditer(sentence):
        yield Fact("ioc", match[1].replace("[.]", "."), invented_host)
    for match in HASH.finditer(sentence):
        form = match[1].upper() if rng.random() < 0.5 else match[1]
        yield Fact("ioc", form, lambda draw, form=form: "".join(draw.choice("0123456789abcdef") for _ in form))
    for match in NAME.finditer(sentence):
        if not set(match[1].split()) & {*STOP, *MONTHS, *(name[:3] for name in MONTHS)}:
            yield named(rng, match[1])


def named(rng: random.Random, form: str) -> Fact:
    """A name, in katakana where Japanese has it; the error is another country or vendor, or a product that is not."""
    if form in COUNTRIES:
        others = [country for country in COUNTRIES.values() if country != COUNTRIES[form]]
        return Fact("vendor", COUNTRIES[form], lambda draw: draw.choice(others))
    if form in VENDORS:
        true = KATAKANA.get(form, form) if rng.random() < 0.5 else form
        return Fact("vendor", true, lambda draw: draw.choice([vendor for vendor in VENDORS if vendor != form]))
    return Fact("product", form, invented)


def invented_host(rng: random.Random) -> str:
    """A host nobody has written about."""
    return f"{invented(rng).lower().replace(' ', '-')}.{rng.choice(['com', 'top', 'example'])}"


TEMPLATES = {
    1: ("{0}が報告された。", "今回の発表によると{0}である。"),
    2: ("{0}では{1}が対象となった。", "{0}により{1}に影響した。"),
    3: ("{0}について{1}と{2}を公表した。",),
}
POSITIVE = re.compile(
    r"(?:has been|have been|is being|are being|was|were|is|are) (?:actively )?exploited (?:in the wild|in attacks|by)"
    r"|active(?:ly)? exploit(?:ation|ed)"
)
NEGATIVE = re.compile(
    r"no (?:evidence|indication|reports?|known)[\w ]{0,30}exploit|not (?:aware|seen|been)[\w ]{0,30}exploit|悪用[^。]{0,12}確認されていな"
)
SAID, UNSAID = (
    ("実際に悪用されている。", "悪用が確認されている。", "既に攻撃に悪用された。"),
    ("悪用は確認されていない。", "悪用の報告はない。", "現時点で悪用された形跡は見つかっていない。"),
)


def mechanical(rng: random.Random, text: str) -> list[tuple[Case, list[Case]]]:
    """True statements of one real text, each with the false ones made from it."""
    found: list[tuple[Case, list[Case]]] = []
    sentences = [s.strip() for s in re.split(r"(?<=[.!?])\s+(?=[A-Z\"“])|\n+|(?<=。)", text)]
    candidates = [s for s in sentences if 40 <= len(s) <= 400]
    rng.shuffle(candidates)
    for sentence in candidates:
        if len(found) == STATEMENTS_AN_ARTICLE:
            break
        negative, positive = NEGATIVE.search(sentence), POSITIVE.search(sentence)
        if bool(negative) != bool(positive):
            true, false = (UNSAID, SAID) if negative else (SAID, UNSAID)
            case = Case("この脆弱性は" + rng.choice(true), (sentence,))
            found.append((case, [replace(case, statement="この脆弱性は" + rng.choice(false), planted="negated state")]))
            continue
        facts = list(values_of(rng, sentence))
        if not facts:
            continue
        chosen = rng.sample(facts, min(len(facts), rng.randint(1, 3)))
        template = rng.choice(TEMPLATES[len(chosen)])
        case = Case(template.format(*(fact.true for fact in chosen)), (sentence,))
        wrong = []
        for fact in chosen:
            forms = [f.false(rng) if f is fact else f.true for f in chosen]
            wrong.append(replace(case, statement=template.format(*forms), planted=fact.kind))
        found.append((case, wrong))
    return found


def sample_cases(rng: random.Random) -> list[Source]:
    """The recorded replies of the sample world, those of their lines left out that the world itself planted."""
    from secdigest_pipeline.sample.world import World

    world = World.load()
    planted = world.planted()
    found = []
    for article in world.articles:
        reply = world.replies().get(article.url)
        if reply is None:
            continue
        shown = f"{article.body}\n{article.appendix}" if article.page != "blocked" else f"<p>{article.summary}</p>"
        page = html.document_fromstring(f"<div>{shown}</div>", html.HTMLParser(remove_comments=True))
        for block in page.iter("p", "h2", "h3", "li", "tr", "td", "th", "pre", "br"):
            block.tail = "\n" + (block.tail or "")
        text = page.text_content()
        wrong = planted.get(article.url, ())
        statements = [
            (one["text"], one["quotes"])
            for field in ("summary", "recommendations", "notes")
            for one in reply[field]
            if one["text"] not in wrong
        ]
        pairs = []
        for statement, quotes in [(reply["title"], reply["title_quotes"]), *statements]:
            if statement in wrong:
                continue
            case = Case(statement, tuple(quotes))
            pairs.append((case, list(errors_in(rng, case))))
        found.append(Source(article.title, text, pairs))
    return found


def errors_in(rng: random.Random, case: Case) -> Iterator[Case]:
    """The statement with one error, one case for each class it has a value of."""
    text = case.statement

    def planted(kind: str, begin: int, end: int, new: str) -> Case:
        return replace(case, statement=text[:begin] + new + text[end:], planted=kind)

    date = rng_match(rng, r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?", text)
    if date:
        yield planted("date", *date.span(), other_digit_of_date(rng, date.group()))
    number = rng_match(rng, r"(?<![A-Za-z0-9.:/-])\d[\d,]*(?:\.\d+)?(?=[%％、。ぁ-んァ-ヶ一-鿿])(?![月日年])", text)
    if number:
        yield planted("digit", *number.span(), other_digit(rng, number.group()))
    cve = rng_match(rng, r"CVE-\d{4}-\d+", text)
    if cve:
        yield planted("cve", *cve.span(), f"CVE-20{rng.randrange(19, 27)}-{rng.randrange(1000, 99999)}")
    name = rng_match(rng, r"(?<![\w.-])[A-Z][A-Za-z]{3,}(?: [A-Z][A-Za-z]+)*(?![\w.-])", text, re.ASCII)
    if name and name.group().lower() not in text[: name.start()].lower():
        yield planted("vendor", *name.span(), rng.choice(VENDORS))
        yield planted("product", *name.span(), invented(rng))
    for pattern, other in FLIPPED:
        state = re.search(pattern, text)
        if state:
            yield planted("negated state", *state.span(), other)
            break
    yield planted(
        "ioc",
        len(text.rstrip("。")),
        len(text),
        f"、通信先は{rng.choice([f'198.51.100.{rng.randrange(2, 250)}', invented_host(rng)])}。",
    )


# Phrases of recorded replies and their opposites.
FLIPPED = (
    (
        r"悪用(?:の(?:事実|報告|形跡))?(?:は|も)(?:まだ)?(?:確認|報告|観測)されて(?:いない|おらず)",
        "悪用が確認されている",
    ),
    (r"悪用され(?:ている|た)(?=。|と)", "悪用された形跡はない"),
    (r"悪用されており", "悪用されておらず"),
    (r"悪用が(?:確認|報告|観測)されて(?:いる|おり)", "悪用は確認されていない"),
)


def rng_match(rng: random.Random, pattern: str, text: str, flags: int = 0) -> re.Match[str] | None:
    found = list(re.finditer(pattern, text, flags))
    return rng.choice(found) if found else None


def other_digit_of_date(rng: random.Random, date: str) -> str:
    """The date with another month, or another day when it has one."""
    if "日" in date and rng.random() < 0.6:
        day = int(re.search(r"(\d+)日", date)[1])
        return re.sub(r"\d+日", f"{rng.choice([d for d in range(1, 29) if d != day])}日", date)
    month = int(re.search(r"(\d+)月", date)[1])
    return re.sub(r"\d+月", f"{rng.choice([m for m in range(1, 13) if m != month])}月", date)


def page_cases(rng: random.Random) -> list[Source]:
    """Mechanical statements of the real pages of the intake corpus; empty when it is not there."""
    if not CORPUS.exists():
        return []
    with CORPUS.open(encoding="utf-8") as lines:
        golds = [json.loads(line)["gold"] for line in lines]
    texts = [gold for gold in golds if isinstance(gold, str) and MIN_TEXT <= len(gold) <= MAX_TEXT]
    return [Source("", text, mechanical(rng, text)) for text in texts]
