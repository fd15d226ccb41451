"""Grounding under random articles, statements and quotes: does anything raise?

    python -m benchmarks.fuzz_grounding [--cases N] [--seed N] [--minutes N]

Articles and statements are sentences of the shared corpora where they are there, sentences of our own with numbers, dates and names in
every form of two languages, and either with pieces cut, doubled, exchanged and replaced by rare characters: figures of other scripts,
combining marks, invisible and unpaired characters. A case is one statement with its quotes held against one article.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from secdigest_pipeline.analysis.grounding.grounder import Grounder

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "meaning"
STATEMENTS_AN_ARTICLE = 40
# Cases between two lines of a long run.
PROGRESS = 20_000
VERDICTS = ("grounded", "no_quote", "derived", "unsupported")

_FIGURES = "0123456789０１２３４５６７８９٣٤٥۶۷८९௫๓᠔𝟏𝟗①②⑳㉚㊿½¾⅓⅞²³₂Ⅳⅻ〇一二三四五六七八九十百千万億兆零壱弐参拾"
_RARE = (
    "\u0000\u0007\u00a0\u00ad\u0130\u0131\u017f\u0300\u0338\u0489\u061c\u200b\u200d\u200e\u202e\u2060\u3000\u3099\u309a\ufeff\ufe0f\uff9e\uff65"
    "\ufffd\ud800\udfff\U0001f600\U0001f1ef\U000e0041\U0010ffffßŒﬁﬀΣς𝔸ℌℵ㍿㌔㎏㏂㋿゛ー〜～–—−‐・｡｢｣､／％＃：，．＠＼`´‘’“”«»「」『』【】〔〕[.]hxxp"
)
_SCALES = "||| million| billion| hundred thousand|k|bn| trillion|万|億|兆|百億|千億|千|十万|割|%".split("|")
_COUNTERS = (
    "件|人|台|社|か国|種|円|ドル|ポンド|ユーロ|GB|MB|時間|分|日|日間|週間|か月|年|年間|歳|倍|段階|時|時半|時間半|か月半|年半|分の1|番|系|ビット|進数"
    "| hours| days ago| percent| people|bit|BTC"
).split("|")
_BEFORE = "||約|計|残る|第|$|€|£|¥|数|version |CVE-2026-|0x|Stage|およそ|some |about |前年の|午後".split("|")
_BEHIND = "||以上|超|余り|近く|未満|前後|から|～|-| to |に増える|減った|のうち|後|前|あたり|強|弱".split("|")
_WORDS = (
    "one two three seven ten eleven twelve twenty ninety hundred thousand million billion half third quarter thirds "
    "dozen dozens "
    "scores of tens of hundreds of thousands of a couple of several both first fourth double tripled tenfold a third two thirds "
    "one in five "
    "nine out of ten and a half "
    "twenty-five two to three billion between five and seven million a year an hour daily "
    "数百 数千億 数十 半数 三割 過半数 百三十万 十二社 二〇二六年 平成"
).split(" ")
_DAYS = [
    "November 23, 2026",
    "23rd of Nov 2026",
    "Nov. 20-23",
    "May 2026",
    "11/23/2026",
    "2026-11-23",
    "2026/11",
    "23.11.2026",
    "last Friday",
    "next year",
    "two weeks ago",
    "99 days later",
    "the 31st",
    "February 30",
    "2026年11月23日",
    "11月31日",
    "13月45日",
    "24年12月",
    "平成元年",
    "令和99年",
    "昭和63年",
    "昨年13月",
    "9日",
    "9日(火)",
    "翌日",
    "前日",
    "999年前",
    "先週水曜日",
    "来年末",
    "7月中旬",
    "0000-00-00",
    "99時99分",
    "24:61",
    "25:00",
    "14:20:33 UTC",
    "3:30 p.m.",
    "午後12時半",
    "noon",
    "midnight",
    "21年に",
    "一昨年",
    "the day after",
    "in 999 years",
]
_NAMES = [
    "Brenholt社",
    "クインタラ銀行",
    "ヴヴヴ社",
    "ーーー市",
    "ッッ大学",
    "Orrin Networks",
    "O'Brien",
    "MSVC",
    "Microsoft Word",
    "IE",
    "32bit",
    "69.71BTC",
    "0xCC",
    "HKCU\\\\vjw0rm",
    "C:\\",
    "\\\\\\\\server",
    "a.example",
    "hxxps[:]//a[.]example",
    "198.51.100[.]7",
    "2001:db8::7",
    "CVE-2026-90117/90118",
    "9.4.2より前",
    "v9.4.2",
    "d41d8cd98f00b204e9800998ecf8427e",
    "Node.js",
    "crates.io",
    ".ps1",
    "東京",
    "北浜市",
    "米",
    "A, B and C",
    "甲、乙、丙と丁",
    "・",
    "- x\n- y\n",
    "悪用は確認されていない",
    "exploited in the wild",
]


def _number(rng: random.Random) -> str:
    shape = rng.random()
    if shape < 0.15:
        digits = "".join(rng.choice(_FIGURES) for _ in range(rng.randint(1, 8)))
    elif shape < 0.25:
        digits = f"{rng.randrange(10 ** rng.randint(1, 30)):,}"
    elif shape < 0.4:
        digits = f"{rng.random() * 10 ** rng.randint(0, 6):.{rng.randint(0, 4)}f}"
    elif shape < 0.5:
        return rng.choice(_WORDS) + rng.choice((" ", "-")) + rng.choice(_WORDS)
    else:
        digits = str(rng.randrange(10 ** rng.randint(1, 7)))
    return rng.choice(_BEFORE) + digits + rng.choice(_SCALES) + rng.choice(_COUNTERS) + rng.choice(_BEHIND)


def _piece(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.5:
        return _number(rng)
    return rng.choice(_DAYS if kind < 0.7 else _NAMES if kind < 0.9 else _WORDS)


def _own_sentence(rng: random.Random) -> str:
    glue = rng.choice((" ", "", "、", "と", "は", "が、", " of ", " and ", ", ", "の"))
    return glue.join(_piece(rng) for _ in range(rng.randint(1, 7))) + rng.choice((".", "。", "", "\n", "?", "…"))


def _spoiled(rng: random.Random, text: str) -> str:
    """The text with one to four cuts, doublings, exchanges or rare characters."""
    for _ in range(rng.randint(1, 4)):
        at, to = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
        to = min(to, at + 30)
        how = rng.random()
        if how < 0.2:
            text = text[:at] + text[to:]
        elif how < 0.35:
            text = text[:to] + text[at:to] * rng.randint(1, 3) + text[to:]
        elif how < 0.6:
            text = text[:at] + "".join(rng.choice(_RARE) for _ in range(rng.randint(1, 3))) + text[at:]
        elif how < 0.8:
            text = text[:at] + rng.choice(_FIGURES) + text[min(len(text), at + 1) :]
        else:
            text = text[:at] + _piece(rng) + text[to:]
    return text


def _corpus() -> list[tuple[str, str, list[tuple[str, list[str]]]]]:
    """Title, text and statements with their quotes of the shared articles that hold their text; empty where they are not there."""
    found = []
    for path in (CORPORA / "articles.jsonl", CORPORA / "sentences.jsonl", CORPORA / "pairs.jsonl"):
        for line in path.read_text("utf-8").splitlines() if path.exists() else ():
            row = json.loads(line)
            if "page" in row:
                # the page itself is another corpus's
                found.append(("", row.get("quote", ""), [(row["statement"], [row.get("quote", "")])]))
            elif "statements" in row:
                said = [(one["statement"], one["quotes"]) for one in row["statements"]]
                found.append((row["title"], row["text"], said))
            else:
                found.append(("", row["article"], [(row["statement"], [row["quote"]])]))
    return found


def cases(rng: random.Random, *, shared: bool = True) -> Iterator[tuple[Grounder, str, list[str]]]:
    """Cases without end: a grounder, a statement and its quotes."""
    corpus = _corpus() if shared else []
    statements = [said for _, _, own in corpus for said in own]
    while True:
        title, text, own = rng.choice(corpus) if corpus and rng.random() < 0.6 else ("", "", [])
        if not text:
            text = "".join(_own_sentence(rng) for _ in range(rng.randint(1, 12)))
        if rng.random() < 0.6:
            text = _spoiled(rng, text)
        published = rng.choice((None, date(2026, 11, 18), date(2024, 2, 29), date.min, date.max))
        grounder = Grounder(text, title, published=published, outlet=rng.choice(("", "Quillmark Research", "蒼原新聞")))
        for _ in range(STATEMENTS_AN_ARTICLE):
            quotes: list[str] = []
            if own and rng.random() < 0.4:
                statement, quotes = rng.choice(own)
            elif statements and rng.random() < 0.4:
                statement, quotes = rng.choice(statements)
            else:
                statement = _own_sentence(rng)
            if not quotes or rng.random() < 0.6:
                at = rng.randrange(len(text) + 1)
                quotes = [text[at : at + rng.randint(5, 200)] for _ in range(rng.randint(1, 3))]
            if rng.random() < 0.6:
                statement = _spoiled(rng, statement)
            yield grounder, statement, quotes


def judge(grounder: Grounder, statement: str, quotes: list[str]) -> str:
    """The verdict's first word; asks for the values without a quote too."""
    said = grounder.ground(statement, *quotes)
    for quote in (
        (said.quote, said.start, said.end),
        *((one.text, one.start, one.end) for one in said.more_quotes or ()),
    ):
        assert quote[1] is None or grounder.text[quote[1] : quote[2]] == quote[0], "a quote is not at its offsets"
    grounder.unsupported_values(statement)
    verdict = said.verdict.partition(":")[0]
    assert verdict in VERDICTS, said.verdict
    return verdict


def _told(tally: Counter[str], raised: Counter[str]) -> str:
    verdicts = ", ".join(f"{verdict} {tally[verdict]:,}" for verdict in VERDICTS)
    return f"{tally.total() + raised.total():,} cases: {verdicts}; exceptions {raised.total()}"


def main() -> None:
    """Run, print the tally, and every exception with its case; exit code 1 if there was one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=20261129)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so much CPU time")
    asked = parser.parse_args()
    tally: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    slowest = 0.0
    for done, (grounder, statement, quotes) in enumerate(cases(random.Random(asked.seed))):
        if done and not done % PROGRESS:
            print(_told(tally, raised), flush=True)
        if done >= asked.cases or time.process_time() > 60 * asked.minutes:
            break
        began = time.process_time()
        try:
            tally[judge(grounder, statement, quotes)] += 1
        except Exception as error:
            raised[repr(error)[:200]] += 1
            if raised.total() <= 20:
                print(f"RAISED {error!r}\n  {statement!a}\n  {quotes!a}\n  {grounder.text!a}")
        slowest = max(slowest, time.process_time() - began)
    print(f"seed {asked.seed}, {time.process_time() / 60:.1f} CPU minutes, slowest case {1000 * slowest:.0f} ms")
    print(_told(tally, raised))
    for error, times in raised.most_common():
        print(f"  {times} x {error}")
    sys.exit(bool(raised))


if __name__ == "__main__":
    main()
