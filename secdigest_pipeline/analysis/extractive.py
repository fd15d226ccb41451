"""The analyst without a model: sentences of the article itself, word for word, in its own language.

Nothing is written that the article does not hold; what is chosen can be wrong, what is printed cannot.
"""

import math
import re
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from secdigest_pipeline.analysis.grounding.sentences import Sentence, sentences
from secdigest_pipeline.analysis.instructions import Instructions
from secdigest_pipeline.analysis.records import Analysis, Statement
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.characters import plain_line
from secdigest_pipeline.indicators.finding.find import Observable
from secdigest_pipeline.indicators.records import UNKNOWN_THREAT

# docs/contract.md 1.4: five lines, at most three recommendations
MAX_LINES = 5
MAX_RECOMMENDATIONS = 3
MAX_CHARACTERS = 180
WITHHELD_TITLE = "題名は要約する機械に宛てた文のため省略"
_MIN_LATIN, _MIN_WIDE = 25, 12
# A page is one story; what stands after this much of it is comments, archives or an appendix.
_READ_CHARACTERS = 60_000

_TERMS = re.compile(
    r"\b(?:vulnerabilit\w+|exploit\w*|zero-?day|patch\w*|ransomware|malware|attack\w*|breach\w*|leak\w*|stole\w*|threat|bug|"
    r"backdoor|phishing|compromis\w+|hack\w*|arrest\w*|botnet|actors?|affect\w+|disclos\w+|campaign|remote code|flaw)\b"
    r"|脆弱性|悪用|攻撃|侵害|漏洩|漏えい|流出|不正アクセス|ランサム|マルウェア|修正|影響|公開|フィッシング|ゼロデイ|窃取|被害|逮捕",
    re.IGNORECASE,
)
_CVE = re.compile(r"\bCVE-\d{4}-\d{4,7}\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9.+-]{2,}|[一-鿿ァ-ヶー]{2,}")
_BOILERPLATE = re.compile(
    r"^(?:by |image:|photo:|source:|credit:|related:|also read|read (?:more|also)|see also|share |tags?:|posted|"
    r"published|updated? ?: |updated (?:on |at |[a-z]+ \d)|click |follow |subscribe|sign up|join |copyright|©|advertisement|sponsored|"
    r"table of contents|画像|写真|出典|関連記事|あわせて読み|続きを読む|この記事|目次)"
    r"|\b(?:newsletter|cookies?|all rights reserved|follow us|subscribe|webinar|free trial|book a demo|contact us)\b"
    r"|メールマガジン|会員登録|無断転載",
    re.IGNORECASE,
)
_PEOPLE = (
    r"(?:users?|customers?|admin\w*|organi[sz]ations?|defenders?|compan(?:y|ies)|developers?|teams?|you|owners?|it is|"
    r"business(?:es)?|agencies|enterprises?|everyone|operators?|maintainers?|employees)"
)
_SAYS_WHAT_TO_DO = re.compile(
    r"\b(?:recommend(?:s|ed|ing|ations? (?:is|are|include))?|(?:urg|advis|encourag)(?:e|es|ed|ing))\b"
    rf"|\b{_PEOPLE}\b[^.;]{{0,60}}?\b(?:should(?! have)|must|need to|(?:important|essential|critical|crucial) to|"
    r"(?:asked|required|told|instructed) to)\b"
    r"|推奨(?:する|し|され|して)|呼び[か掛]け|促し|勧告し|してください|て下さい|べき|望ましい|よう(?:求め|注意|勧め)"
    r"|(?:更新|適用|アップデート|変更|確認|対策|対応|実施|移行|導入|点検)(?:する|を行う)?(?:ことを|よう)?"
    r"(?:が必要(?:だ|で|。)|求め|勧め|お願い)",
    re.IGNORECASE,
)
_DO_IT = re.compile(
    r"^(?:(?:immediately|please|always|regularly)\s+)?(?:update|upgrade|apply|install|patch|disable|block|restrict|"
    r"rotate|reset|enable|review|monitor|remove|change|isolate|revoke|avoid|limit|uninstall|migrate|audit|ensure|"
    r"make sure|do not|don't|never)\s+"
    r"(?!\d|:|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d)[a-z'’]",
    re.IGNORECASE,
)
_FINISHED = ".!?。！？」』”\"')）"
_CLAUSE = re.compile(r"[、，,;；:：]\s*|\s+|(?<=[。！？])")


class Extractive:
    """Analyst that needs no key and asks nobody."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def analyse_one(self, article: Article, observables: Sequence[Observable]) -> Analysis:
        """The article's own key sentences; never raises for what an article holds."""
        return extract(article)


def extract(article: Article) -> Analysis:
    """An analysis made of spans of `article.text` (each quote is `text[start:end]`, verdict `extractive`).

    State `extractive`; `failed` when the article has no text (the reason names its read state) or no sentence to quote.
    """
    summary, recommendations = key_sentences(article)
    reason = "" if summary else "no sentence can be quoted"
    if not article.text.strip():
        reason = f"no text ({article.read_state}{': ' if article.read_reason else ''}{plain_line(article.read_reason)})"
    return Analysis(
        edition=article.edition,
        article_id=article.article_id,
        state="failed" if reason else "extractive",
        reason=reason,
        analyst="extractive",
        model="",
        prompt_version="",
        reply_id="",
        title_ja=own_title(article),
        section=article.section,
        summary=summary,
        recommendations=recommendations,
        notes=(),
        advice="",
        ioc_roles=(),
        threat=UNKNOWN_THREAT,
        dropped=(),
    )


def own_title(article: Article) -> str:
    """The article's own headline, but for one that addresses a machine."""
    return WITHHELD_TITLE if Instructions(article.title) else plain_line(article.title)


def key_sentences(article: Article) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Summary (lead first, then in article order, at most five) and recommendations (at most three) of a text."""
    text = article.text[:_READ_CHARACTERS]
    instructions = Instructions(text)
    harmless = [
        s for s in sentences(text) if not instructions.hold(s.start, s.end) and plain_line(text[s.start : s.end])
    ]
    # a feed's one-line summary may be too short to look like prose
    usable = [s for s in harmless if _is_prose(text, s)] or [s for s in harmless if not s.heading]
    advice = [s for s in usable if _states_advice(text[s.start : s.end])][:MAX_RECOMMENDATIONS]
    told = [s for s in usable if s not in advice] or usable
    summary = _chosen(text, told, article.title)
    return tuple(_statement(text, s) for s in summary), tuple(_statement(text, s) for s in advice)


def _is_prose(text: str, sentence: Sentence) -> bool:
    piece = text[sentence.start : sentence.end]
    if sentence.heading or piece[0] in "|*※" or _BOILERPLATE.search(piece):
        return False
    letters = sum(char.isalpha() for char in piece)
    signs = sum(char in "=<>{}[]\\|;_" for char in piece)
    if letters < 0.6 * sum(not char.isspace() for char in piece) or signs > 0.04 * len(piece):
        return False
    wide = sum(not char.isascii() for char in piece)
    if wide * 2 >= len(piece):
        return len(piece) >= _MIN_WIDE
    # a sentence has words; a hash, a path or a table cell has one
    return len(piece) >= _MIN_LATIN and len(piece.split()) >= 5


def _states_advice(piece: str) -> bool:
    return not piece.rstrip().endswith(("?", "？")) and bool(_SAYS_WHAT_TO_DO.search(piece) or _DO_IT.match(piece))


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def _chosen(text: str, candidates: list[Sentence], title: str) -> list[Sentence]:
    if not candidates:
        return []
    finished = [s for s in candidates if not s.item and text[s.end - 1] in _FINISHED]
    lead = (finished or candidates)[0]
    titled = _words(title)
    scored = []
    for at, sentence in enumerate(candidates):
        piece = text[sentence.start : sentence.end]
        words = _words(piece)
        score = (
            3.0 / math.sqrt(1 + at)
            + 2.0 * len(words & titled) / max(len(titled), 1)
            + min(1.5, 0.5 * len(set(_TERMS.findall(piece))))
            + (1.0 if _CVE.search(piece) else 0.0)
            + (0.4 if _NUMBER.search(piece) else 0.0)
            - (0.8 if sentence.item else 0.0)
            - (1.2 if piece.endswith(("?", "？", "...", "…", ":", "：")) or piece[-1] not in _FINISHED else 0.0)
            - (0.5 if len(piece) > MAX_CHARACTERS else 0.0)
        )
        scored.append((-score, at, words))
    chosen, said = [lead], [_words(text[lead.start : lead.end])]
    for _, at, words in sorted(scored, key=lambda row: row[:2]):
        if len(chosen) == MAX_LINES:
            break
        if candidates[at] not in chosen and not any(_same(words, other) for other in said):
            chosen.append(candidates[at])
            said.append(words)
    return [lead, *sorted(chosen[1:], key=lambda s: s.start)]


def _same(a: set[str], b: set[str]) -> bool:
    return len(a & b) > 0.6 * min(len(a), len(b)) if a and b else a == b


def _statement(text: str, sentence: Sentence) -> Statement:
    start, end = sentence.start, sentence.end
    cut = end - start > MAX_CHARACTERS
    if cut:
        end = _clause_end(text, start)
    quote = text[start:end]
    return Statement(plain_line(quote) + ("…" if cut else ""), quote, start, end, "extractive")


def _clause_end(text: str, start: int) -> int:
    """Where a long sentence is cut: behind the last clause or word that leaves room for the ellipsis."""
    limit = start + MAX_CHARACTERS - 1
    stops = [m.start() for m in _CLAUSE.finditer(text, start + MAX_CHARACTERS // 2, limit)]
    return stops[-1] if stops else limit
