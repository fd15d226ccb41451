"""Models scored on whole replies to fixed cases, against any Messages API endpoint.

A case is an article and what a careful reader says of it. Grounding judges the statements; roles and names are compared.
Every run pays for its calls (nothing kept is used) and prints what it cost.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from upath import UPath

from secdigest_pipeline.analysis.analyse import analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.records import Analysis, Call
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.base.files import sha256
from secdigest_pipeline.indicators.finding.find import find

EDITION = "2026-10-01"


@dataclass(frozen=True, slots=True)
class Case:
    """One article and the right answers: role by IOC value, and the names the article gives."""

    article: Article
    roles: Mapping[str, str]
    actor: str
    malware: str


@dataclass(frozen=True, slots=True)
class Score:
    """One model's row of the table. Shares are 0 to 1, of what there was to get right; money in USD."""

    model: str
    cases: int
    analysed: int
    refused: int
    failed: int
    lines: int  # statements of the replies, all lists together
    grounded: float
    dropped: int
    roles: float
    names: float
    usd: float


def load_cases(path: Path) -> list[Case]:
    """Cases of a JSON Lines file (url, title, text, roles, actor, malware); ValueError names the line that is none."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            cases.append(_case(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}:{number}: no case ({type(error).__name__}: {error})") from None
    return cases


async def evaluate(cases: Sequence[Case], model: str, provider: Provider, *, at_once: int) -> Score:
    """Ask `model` about every case and score what the report would print of it. AnalystUnavailable without a key."""
    articles = [case.article for case in cases]
    observables = {article.article_id: find(article.page_text) for article in articles}
    with tempfile.TemporaryDirectory() as folder:
        replies = Replies(UPath(folder))
        async with AnthropicAnalyst([model], replies, provider=provider) as analyst:
            analyses = await analyse(articles, observables, analyst, at_once=at_once)
        return score(cases, analyses, replies.calls(EDITION), model)


def score(cases: Sequence[Case], analyses: Sequence[Analysis], calls: Iterable[Call], model: str) -> Score:
    """The row of one model; cases and analyses in the same order."""
    states = Counter(analysis.state for analysis in analyses)
    grounded = dropped = roles_right = roles = names_right = 0
    for case, analysis in zip(cases, analyses, strict=True):
        lines = (*analysis.summary, *analysis.recommendations, *analysis.notes)
        grounded += sum(line.verdict == "grounded" for line in lines)
        dropped += len(analysis.dropped)
        said = {role.value: role.role for role in analysis.ioc_roles}
        roles += len(case.roles)
        roles_right += sum(said.get(value) == role for value, role in case.roles.items())
        names_right += (analysis.threat.actor == case.actor) + (analysis.threat.malware == case.malware)
    return Score(
        model=model,
        cases=len(cases),
        analysed=states["analysed"],
        refused=states["refused"],
        failed=states["failed"],
        lines=grounded + dropped,
        grounded=_share(grounded, grounded + dropped),
        dropped=dropped,
        roles=_share(roles_right, roles),
        names=_share(names_right, 2 * len(cases)),
        usd=sum(call.cost_usd for call in calls),
    )


def table(scores: Sequence[Score]) -> str:
    """The scores as a Markdown table."""
    head = "model | cases | analysed | refused | failed | statements | grounded | dropped | IOC roles | names | USD"
    rows = [
        f"{s.model} | {s.cases} | {s.analysed} | {s.refused} | {s.failed} | {s.lines} | {s.grounded:.1%} | {s.dropped} | "
        f"{s.roles:.1%} | {s.names:.1%} | {s.usd:.4f}"
        for s in scores
    ]
    return "\n".join(f"| {row} |" for row in (head, " | ".join(["---"] * 11), *rows))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _case(row: Mapping[str, Any]) -> Case:
    title, text = str(row["title"]), str(row["text"])
    article = Article(
        edition=EDITION,
        article_id=sha256(str(row["url"]).encode())[:16],
        item_id="eval",
        url=str(row["url"]),
        title=title,
        outlet="eval",
        feed_id="eval",
        kind="news",
        lang="ja" if any("ぁ" <= char <= "ヿ" for char in text) else "en",
        section="news",
        published_at=datetime(2026, 9, 30, tzinfo=UTC),
        read_state="read",
        read_reason="",
        text=text,
        text_sha256=sha256(f"{title}\n{text}".encode()),
        page_text=text,
        links=(),
        extractor="eval",
    )
    return Case(article, dict(row["roles"]), str(row["actor"]), str(row["malware"]))
