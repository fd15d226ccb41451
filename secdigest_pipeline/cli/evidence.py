"""`secdigest evidence` and `secdigest article`: what each line of a report rests on, and the text the offsets count in."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from secdigest_pipeline.articles.records import CLEANED_ARTICLES, Article
from secdigest_pipeline.base.arrow import read_parquet
from secdigest_pipeline.base.characters import printable
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.tables import TableError
from secdigest_pipeline.cli.dates import EDITION
from secdigest_pipeline.cli.terminal import end
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline.report.evidence import TABLES, Checked, Evidence, Ground
from secdigest_pipeline.report.evidence import evidence as evidence_of
from secdigest_pipeline.report.records import DAILY_REPORT, STRUCTURE


@click.command()
@click.argument("edition", type=EDITION, metavar="DATE")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one line of the report a line.")
def evidence(edition: Edition, as_json: bool) -> None:
    """Every line of the report of DATE, in its order, with what it rests on.

    Below each line that states anything stand its field, the quote behind it with its offsets, and the values of other tables it is
    made of (table.column, the row's key, what stands there, the page). A model's line has below it every quote it rests on and what the
    second call says of it: check=supported with the passage it gives, or check=unchecked and why nobody looked. Fields: statement, a
    model's, shown by quotes; extract, a sentence of the article; title and advice, a model's wording of which every number, name and
    id stands in the article; headline, the source's own words; url; ioc; cve_facts, KEV and EPSS; primary_source; related; earlier;
    state, what could not be had or is not there; memo; empty_section, the N/A of a section; heading, label, blank.

    Offsets count characters of the article's `text` (field ioc: of the `page_text` of the page it names); `secdigest article --json`
    holds both texts.
    """
    services = Services()
    try:
        lines = services.stored(DAILY_REPORT, edition)
        tables = {table.name: services.stored(table, edition) for table in TABLES if lines}
    except TableError as error:
        end(str(error))
    if not lines:
        end(f"edition {edition.key} has no report: make it with `secdigest run {edition.key}` first")
    rows = evidence_of(lines, tables)
    for row in rows:
        if as_json:
            click.echo(json.dumps(asdict(row), ensure_ascii=False, default=str))
        else:
            for line in _shown(row):
                click.echo(printable(line))
    if any(row.rests_on is None for row in rows):
        click.echo(
            f"secdigest: edition {edition.key} is of a version that did not keep what its lines rest on: `secdigest run "
            f"{edition.key}` makes it again",
            err=True,
        )


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


def _stored(services: Services, article_id: str) -> Article | None:
    folder = services.tables / CLEANED_ARTICLES.name
    paths = sorted(folder.glob("*.parquet"), key=lambda path: path.name, reverse=True) if folder.exists() else []
    for path in paths:
        # ids first: the texts of a year of editions need not be read for one article
        if article_id in read_parquet(path.read_bytes(), ["article_id"])["article_id"].to_pylist():
            rows: list[Any] = services.stored(CLEANED_ARTICLES, Edition.parse(path.stem))
            return next((row for row in rows if row.article_id == article_id), None)
    return None


def _shown(row: Evidence) -> Iterator[str]:
    yield f"{row.line:>5}  {row.text}"
    if row.field in STRUCTURE:
        return
    place = f" {row.start}-{row.end}" if row.start is not None else ""
    yield f"{'':7}{row.field}{place}{': ' if row.quote else ''}{row.quote}"
    for quote in row.more_quotes:
        yield f"{'':7}and {quote.start}-{quote.end}: {quote.text}"
    if row.checked:
        yield f"{'':7}{_verdict(row.checked)}"
    for ground in row.rests_on or ():
        head = f"{ground.table}.{ground.column} {' '.join(ground.key)}"
        yield f"{'':9}{': '.join((head, *filter(None, [', '.join(_says(ground, row.text))])))}"


def _verdict(checked: Checked) -> str:
    passage = checked.passage
    said = f" {passage.start}-{passage.end}: {passage.text}" if passage else ""
    return f"check={checked.verdict}{said}{f': {checked.reason}' if checked.reason else ''}"


def _says(ground: Ground, printed: str) -> Iterator[str]:
    """What stands at an origin, without the value and the page that are printed in the line itself."""
    if not ground.values:
        yield "not there"
    for name, value in ground.values.items():
        if name != ground.column or str(value) not in printed:
            yield f"{name}={', '.join(value) if isinstance(value, list) else value}"
    if ground.url and ground.url not in printed and ground.url not in ground.values.values():
        yield ground.url
    if ground.as_of:
        yield f"as of {ground.as_of}"
