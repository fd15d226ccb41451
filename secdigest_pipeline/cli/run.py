"""`secdigest run`, `backfill` and `poll`: one edition, several editions, the feeds alone."""

import asyncio
import sys
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import click
import dagster as dg
from rich.console import Console

from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable
from secdigest_pipeline.analysis.asking.key import try_key
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, Article
from secdigest_pipeline.base.editions import JST, Edition
from secdigest_pipeline.base.settings import has_key
from secdigest_pipeline.cli.dates import EDITION
from secdigest_pipeline.cli.execute import execute
from secdigest_pipeline.cli.summary import print_estimate, print_polls, print_summary
from secdigest_pipeline.cli.terminal import end
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.services import Services

_READ = ("raw_feed_items", "article_pages", "cleaned_articles")


@click.command()
@click.argument("edition", type=EDITION, metavar="[DATE]", required=False)
def run(edition: Edition | None) -> None:
    """Make the edition of DATE (default: today in Japan) and print where its report lies.

    For an edition whose window has just closed or is still open the feeds are polled first.
    """
    console, services = Console(), Services()
    now = services.now()
    edition = edition or Edition(now.astimezone(JST).date())
    live = now < edition.closes + timedelta(days=1)
    if problem := unusable(services):
        # told before anything is started; yet what the feeds show today, nobody can fetch tomorrow
        click.echo(f"secdigest: {problem}", err=True)
        if not live:
            sys.exit(1)
    with instance(services.settings) as opened:
        if problem:
            execute("poll", services, opened, console)
            sys.exit(1)
        failure = execute("daily" if live else "edition", services, opened, console, edition.key)
        print_summary(console, services, edition)
        if failure:
            end(failure)


@click.command()
@click.argument("first", type=EDITION, metavar="FROM")
@click.argument("last", type=EDITION, metavar="TO")
@click.option("--estimate", is_flag=True, help="Only say what the model calls would cost; nothing is made or paid.")
@click.option("--batch", is_flag=True, help="Ask by Message Batches: half the price, minutes to hours of waiting.")
def backfill(first: Edition, last: Edition, estimate: bool, batch: bool) -> None:
    """Make every edition from FROM to TO, oldest first, from what the archive holds.

    An edition that fails does not stop the others. Runs are grouped in the Dagster UI by one backfill tag.
    """
    if first > last:
        raise click.BadParameter(f"FROM {first.key} is after TO {last.key}")
    console, services = Console(), Services()
    if estimate:
        print_estimate(console, services, _between(first.day, last.day), batch or services.settings.batch)
        return
    if problem := unusable(services):
        end(problem)
    failures: list[str] = []
    tags = {"secdigest/backfill": uuid.uuid4().hex[:8]}
    config = {"article_analyses": {"batch": True}} if batch else None
    with instance(services.settings) as opened:
        by_batch = batch or services.settings.batch
        if by_batch and (problem := _submit_batches(console, services, opened, _between(first.day, last.day), tags)):
            end(problem)
        for edition in _between(first.day, last.day):
            console.rule(edition.key)
            failure = execute("edition", services, opened, console, edition.key, tags, config)
            print_summary(console, services, edition)
            if failure:
                failures.append(f"{edition.key}: {failure}")
    if failures:
        end("\n".join(failures))


@click.command()
def poll() -> None:
    """Poll every enabled feed once and keep what it answers."""
    console, services = Console(), Services()
    services.load()
    with instance(services.settings) as opened:
        failure = execute("poll", services, opened, console)
        print_polls(console, services)
    if failure:
        end(failure)


def unusable(services: "Services") -> str | None:
    """Why the analyst that is set cannot work, or None; a settings or feed list error when not even the feeds can be polled.

    An endpoint that cannot be asked says nothing of the key: the run goes on.
    """
    services.load()
    if services.settings.analyst == "extractive":
        return None
    provider = Provider.of(services.settings)
    if provider.name == "anthropic" and not has_key():
        return "SECDIGEST_ANALYST=anthropic needs ANTHROPIC_API_KEY; set it, or SECDIGEST_ANALYST=extractive"
    tried = try_key(provider)
    return tried.said if tried.refused else None


def _between(first: date, last: date) -> list[Edition]:
    return [Edition(first + timedelta(days=n)) for n in range((last - first).days + 1)]


def _submit_batches(
    console: Console,
    services: Services,
    instance: dg.DagsterInstance,
    editions: Sequence[Edition],
    tags: Mapping[str, str],
) -> str | None:
    """Read the articles of all editions and hand in what is to be asked; why that cannot be done, in one line, or None.

    An edition whose articles can't be read is left to its own run, which says why.
    """
    articles: list[Article] = []
    for edition in editions:
        console.rule(f"{edition.key}: articles for the batch")
        if execute("edition", services, instance, console, edition.key, tags, only=_READ) is None:
            rows = services.stored(CLEANED_ARTICLES, edition)
            articles += [article for article in rows if article.section == "news"]
    try:
        asyncio.run(_submit(services, articles))
    except AnalystUnavailable as error:
        return str(error)
    return None


async def _submit(services: Services, articles: Sequence[Article]) -> None:
    # one analyst for all editions: what is handed in counts against the cap of the month at once
    async with services.model.analyst(batch=True) as analyst:
        if isinstance(analyst, AnthropicAnalyst):
            await analyst.submit(articles, {article.article_id: find(article.page_text) for article in articles})
