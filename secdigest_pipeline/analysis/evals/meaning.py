"""Which labelled statements would be printed: they go the way of a model's reply, and the analysis says what came through."""

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from secdigest_pipeline.analysis.asking.models import Usage
from secdigest_pipeline.analysis.asking.replies import KeptReply
from secdigest_pipeline.analysis.conversation import conversation
from secdigest_pipeline.analysis.evals.corpora import Case, Labelled
from secdigest_pipeline.analysis.extractive import MAX_LINES, MAX_RECOMMENDATIONS
from secdigest_pipeline.analysis.questions import Question, writing
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.analysis.reply.claims import read_reply
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.characters import plain_line
from secdigest_pipeline.base.files import sha256

EDITION = "2026-10-01"
# As many of a field as an entry prints: none falls only because there are better ones.
_ROOM: Mapping[str, int] = {"title": 1, "summary": MAX_LINES, "recommendation": MAX_RECOMMENDATIONS, "note": 3}
# What a field is called in a reply
REPLY_FIELDS: Mapping[str, str] = {
    "title": "title",
    "summary": "summary",
    "recommendation": "recommendations",
    "note": "notes",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Statements of one case that fit into one entry, as an article and the reply that a writer would have given."""

    article: Article
    reply: Mapping[str, Any]
    statements: tuple[Labelled, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One statement, and whether it was printed."""

    label: bool
    kind: str
    language: str
    statement: str
    printed: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of 0 to 1, None where there is nothing to be a share of."""

    true: int
    lost: int
    distorted: int
    caught: int

    @property
    def lost_share(self) -> float | None:
        """True statements that were not printed."""
        return self.lost / self.true if self.true else None

    @property
    def caught_share(self) -> float | None:
        """Distorted statements that were not printed."""
        return self.caught / self.distorted if self.distorted else None

    @property
    def balanced(self) -> float | None:
        """Balanced accuracy: 0.5 is printing all, or nothing."""
        if self.lost_share is None or self.caught_share is None:
            return None
        return (1 - self.lost_share + self.caught_share) / 2


def parts(cases: Iterable[Case], corpus: str) -> list[Part]:
    """The cases as entries. True and distorted ones stand mixed, by a seed, so that no place tells a checker what they are."""
    made: list[Part] = []
    for case in cases:
        left = list(case.statements)
        random.Random(case.id).shuffle(left)  # noqa: S311 - an order, no secret
        while left:
            room = Counter(_ROOM)
            taken: list[Labelled] = []
            for one in left:
                if room[one.field] > 0 and one.statement not in [other.statement for other in taken]:
                    room[one.field] -= 1
                    taken.append(one)
            left = [one for one in left if all(one is not other for other in taken)]
            made.append(_part(case, f"https://{corpus}.example/{case.id}/{len(made)}", tuple(taken)))
    return made


def outcomes(part: Part, analysis: Analysis) -> list[Outcome]:
    """What of the part's statements the analysis prints."""
    printed = {
        "title": {analysis.title.text} if analysis.title else set(),
        "summary": {line.text for line in analysis.summary},
        "recommendation": {line.text for line in analysis.recommendations},
        "note": {line.text for line in analysis.notes},
    }
    return [
        Outcome(one.label, one.kind, part.language, one.statement, plain_line(one.statement) in printed[one.field])
        for one in part.statements
    ]


def code_alone(part: Part) -> list[Outcome]:
    """What code alone lets through: no call is made."""
    talk = conversation(part.article, (), check=False)
    question = next(talk)
    try:
        talk.send(written(question, part, "code"))
    except StopIteration as end:
        return outcomes(part, end.value)
    raise AssertionError("an unchecked conversation has one question")


def written(question: Question[Any], part: Part, model: str) -> tuple[KeptReply, Any]:
    """The statements as the answer of `model` to the write call."""
    prompt_version, _, schema_version = writing(part.article, ()).prompt.version.rpartition("-")
    text = json.dumps(part.reply, ensure_ascii=False)
    kept = KeptReply(
        key=question.key(model),
        attempt=1,
        at=datetime.now(UTC),
        edition=EDITION,
        article_id=part.article.article_id,
        model_asked=model,
        model=model,
        prompt_version=prompt_version,
        schema_version=int(schema_version),
        nonce="0" * 16,
        left_out=0,
        stop_reason="end_turn",
        refusal="",
        request_id="",
        usage=Usage(),
        text=text,
    )
    return kept, read_reply(text)


def score(rows: Iterable[Outcome]) -> Score:
    """The score of some outcomes."""
    counts = Counter((row.label, row.printed) for row in rows)
    return Score(
        true=counts[True, True] + counts[True, False],
        lost=counts[True, False],
        distorted=counts[False, True] + counts[False, False],
        caught=counts[False, False],
    )


def by_kind(rows: Sequence[Outcome], label: bool) -> dict[str, Score]:
    """The score of each kind of the true or of the distorted ones, by name."""
    own = [row for row in rows if row.label is label]
    return {kind: score(row for row in own if row.kind == kind) for kind in sorted({row.kind for row in own})}


def percent(share: float | None) -> str:
    """A share in percent, `-` for none."""
    return "-" if share is None else f"{share:.1%}"


def cells(found: Score) -> list[str]:
    """True ones lost, distorted ones caught, balanced accuracy, as cells of a table."""
    balanced = "-" if found.balanced is None else f"{found.balanced:.3f}"
    return [percent(found.lost_share), percent(found.caught_share), balanced]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def kinds_table(found: Mapping[str, Sequence[Outcome]]) -> str:
    """Two tables: what was caught of each kind of distortion, and lost of each kind of true statement, a column a way of reading."""
    ways = list(found)
    blocks = []
    for label, head, verb in ((False, "distorted", "caught"), (True, "true", "lost")):
        scores = {way: by_kind(found[way], label) for way in ways}
        rows = []
        for kind, one in scores[ways[0]].items():
            of_kind = [scores[way].get(kind, Score(0, 0, 0, 0)) for way in ways]
            shown = [percent(each.lost_share if label else each.caught_share) for each in of_kind]
            rows.append([kind, str(one.true or one.distorted), *shown])
        if rows:
            blocks.append(table((head, "n", *(f"{verb}: {way}" for way in ways)), rows))
    return "\n\n".join(blocks)


def _part(case: Case, url: str, statements: tuple[Labelled, ...]) -> Part:
    article = Article(
        edition=EDITION,
        article_id=sha256(url.encode())[:16],
        item_id="eval",
        url=url,
        title=case.title,
        outlet=case.outlet,
        feed_id="eval",
        kind="news",
        lang=case.language,
        section="news",
        published_at=datetime.fromisoformat(case.published).replace(tzinfo=UTC) if case.published else None,
        read_state="read",
        read_reason="",
        text=case.text,
        # the same text in two parts is asked about twice
        text_sha256=sha256(f"{url}\n{case.title}\n{case.text}".encode()),
        page_text=case.text,
        links=(),
        extractor="eval",
    )
    reply: dict[str, Any] = {**_EMPTY}
    for one in statements:
        if one.field == "title":
            reply |= {"title_quotes": list(one.quotes), "title": one.statement}
        else:
            name = REPLY_FIELDS[one.field]
            reply[name] = [*reply[name], {"quotes": list(one.quotes), "text": one.statement}]
    return Part(article, reply, statements, case.language)


_EMPTY: Mapping[str, Any] = {
    "title_quotes": [],
    "title": "",
    **{name: [] for name in ("summary", "recommendations", "notes", "iocs", "actors", "malware")},
    "section": "news",
    "advice": "",
}
