"""`secdigest evidence` and `secdigest article`: what a report's statements rest on, and the text the offsets count in."""

import io
import json
import re
from dataclasses import asdict
from itertools import groupby
from typing import Any

import click
import pyarrow.parquet as pq

from secdigest_pipeline.analysis.evidence import Evidence
from secdigest_pipeline.analysis.evidence import evidence as rows_of
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, Article
from secdigest_pipeline.base.characters import printable
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.cli.dates import EDITION
from secdigest_pipeline.cli.terminal import end
from secdigest_pipeline.indicators.records import IOCS
from secdigest_pipeline.orchestration.resources import Services


@click.command()
@click.argument("edition", type=EDITION, metavar="DATE")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one statement a line.")
def evidence(edition: Edition, as_json: bool) -> None:
    """Every printed statement of the edition of DATE with the source text behind it and where that stands.

    Verdicts: grounded or extractive, the quote shows it; own_title, the article's own headline; values, free wording of which every
    number, name and id stands in the article.

    Offsets count characters of the article's `text` (field ioc: of the `page_text` of the page at source_url); `secdigest
    article --json` holds both texts.
    """
    services = Services()
    analyses = services.stored(ARTICLE_ANALYSES, edition)
    if not analyses:
        end(f"edition {edition.key} has no analyses: make it with `secdigest run {edition.key}` first")
    rows = rows_of(analyses, services.stored(CLEANED_ARTICLES, edition), services.stored(IOCS, edition))
    if as_json:
        for row in rows:
            click.echo(json.dumps(asdict(row), ensure_ascii=False))
        return
    for _, group in groupby(rows, key=lambda row: row.article_id):
        for line in _told(list(group)):
            click.echo(printable(line))


@click.command()
@click.argument("article_id")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every column.")
def article(article_id: str, as_json: bool) -> None:
    """The stored article with ARTICLE_ID (as `secdigest evidence` names it), from the newest edition that has it."""
    if not re.fullmatch(r"[0-9a-f]{8,64}", article_id):
        end(f"{article_id[:80]!r} is no article id: ids are lower-case hexadecimal")
    found = _stored(Services(), article_id)
    if found is None:
        end(f"article {article_id} is in no edition that was made")
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, default=str))
        return
    state = f"{found.read_state} {found.read_reason}".strip()
    head = [found.title, found.url, f"{found.outlet}, edition {found.edition}, {state}, text of {len(found.text):,}"]
    for line in [*head, "", *found.text.split("\n")]:
        click.echo(printable(line))


def _stored(services: "Services", article_id: str) -> "Article | None":
    folder = services.tables / CLEANED_ARTICLES.name
    paths = sorted(folder.glob("*.parquet"), key=lambda path: path.name, reverse=True) if folder.exists() else []
    for path in paths:
        # ids first: the texts of a year of editions need not be read for one article
        # and without threads: those of pyarrow abort a process that ends while they start
        data = io.BytesIO(path.read_bytes())
        if article_id in pq.read_table(data, columns=["article_id"], use_threads=False)["article_id"].to_pylist():
            rows: list[Any] = services.stored(CLEANED_ARTICLES, Edition.parse(path.stem))
            return next((row for row in rows if row.article_id == article_id), None)
    return None


def _told(rows: "list[Evidence]") -> list[str]:
    first = rows[0]
    by = f"{first.model}, prompt {first.prompt_version}" if first.model else "no model"
    lines = [f"{first.article_id}  {first.source_url}  ({by})"]
    for row in rows:
        lines.append(f"  {row.field:<15}{row.statement}")
        if row.quote:
            lines.append(f"  {'':<15}{row.verdict} {row.start}-{row.end}: {row.quote}")
        else:
            lines.append(f"  {'':<15}{row.verdict}")
    return [*lines, ""]
