"""`secdigest diff`: what another prompt or model says of an edition, before anything is printed from it."""

import json
from dataclasses import asdict
from itertools import groupby

import click

from secdigest_pipeline.analysis.compare import compare
from secdigest_pipeline.articles.records import CLEANED_ARTICLES
from secdigest_pipeline.base.characters import printable
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.cli.dates import EDITION
from secdigest_pipeline.cli.terminal import end
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.orchestration.services import Services


@click.command()
@click.argument("edition", type=EDITION, metavar="DATE")
@click.option("--a", "first", required=True, metavar="VERSION", help="Prompt version or model, as replies are kept.")
@click.option("--b", "second", required=True, metavar="VERSION", help="The other one.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one difference a line.")
def diff(edition: Edition, first: str, second: str, as_json: bool) -> None:
    """Statements of the edition of DATE that differ between two kept versions. No call is made.

    To have a second version: set another model or prompt, and run the edition with `refresh` for the articles wanted.
    """
    services = Services()
    articles = services.stored(CLEANED_ARTICLES, edition)
    if not articles:
        end(f"edition {edition.key} has no articles: make it with `secdigest run {edition.key}` first")
    observables = {article.article_id: find(article.page_text) for article in articles}
    found = compare(articles, observables, services.model.replies, first, second)
    unknown = [name for name in (first, second) if name not in found.versions]
    if unknown:
        end(
            f"no reply of {unknown[0]!r} is kept for edition {edition.key}; kept are {', '.join(found.versions) or '-'}"
        )
    if as_json:
        for row in found.differences:
            click.echo(json.dumps(asdict(row), ensure_ascii=False))
        return
    for url, rows in groupby(found.differences, key=lambda row: row.source_url):
        click.echo(printable(url))
        for row in rows:
            click.echo(f"  {row.field}")
            for sign, text in (("-", row.a), ("+", row.b)):
                if text:
                    click.echo(printable(f"    {sign} {text}"))
    click.echo(
        f"{found.compared} articles in both, {found.same} statements the same, {len(found.differences)} differ; "
        f"{found.only_a} articles only in {first}, {found.only_b} only in {second}"
    )
