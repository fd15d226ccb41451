"""The short tables at the end of a command, read from the stored tables of the edition."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table as Grid

from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.estimate import NOTHING, Estimate, estimate
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES
from secdigest_pipeline.articles.records import CLEANED_ARTICLES
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.indicators.records import IOCS
from secdigest_pipeline.intake.membership import items_of
from secdigest_pipeline.intake.records import RAW_FEED_ITEMS
from secdigest_pipeline.orchestration.services import Services


def print_summary(console: Console, services: Services, edition: Edition) -> None:
    """What went in, what was left out and why, what came out, what it cost, and where the report lies."""
    items = services.stored(RAW_FEED_ITEMS, edition)
    articles = services.stored(CLEANED_ARTICLES, edition)
    analyses = services.stored(ARTICLE_ANALYSES, edition)
    iocs = services.stored(IOCS, edition)
    calls = services.model.replies.calls(edition.key)
    polls = services.archive.last_polls().values()
    report = services.settings.out / edition.news_path

    grid = Grid(title=f"Edition {edition.key}", title_justify="left", show_header=False, box=None, padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("feeds", _counts(Counter(poll.outcome for poll in polls)))
    grid.add_row("items kept", str(sum(item.kept for item in items)))
    grid.add_row("items left out", _counts(Counter(item.reason for item in items if not item.kept)))
    grid.add_row("articles", _counts(Counter(article.read_state for article in articles)))
    grid.add_row("analyses", _counts(Counter(analysis.state for analysis in analyses)))
    grid.add_row("IOCs", f"{sum(ioc.is_ioc for ioc in iocs)} ({sum(not ioc.is_ioc for ioc in iocs)} suppressed)")
    tokens_in = sum(call.input_tokens + call.cache_write_tokens + call.cache_read_tokens for call in calls)
    grid.add_row("model calls", f"{len(calls)}, tokens {tokens_in} in / {sum(c.output_tokens for c in calls)} out")
    grid.add_row("money", f"${sum(call.cost_usd for call in calls):.4f} for this edition in all")
    console.print(grid, highlight=False, markup=False)
    console.print(
        f"  report  {report if report.exists() else 'not written'}\n", highlight=False, markup=False, soft_wrap=True
    )


def print_estimate(console: Console, services: Services, editions: Sequence[Edition], batch: bool) -> None:
    """What the model calls of these editions would cost, from stored articles and, where there are none, items."""
    total, settings = NOTHING, services.settings
    grid = Grid("edition", "articles", "kept replies", "USD likely", "at least", "at most", box=None, padding=(0, 2))
    for edition in editions:
        articles = [row for row in services.stored(CLEANED_ARTICLES, edition) if row.section == "news"]
        unread = 0
        if not articles:
            items = items_of(edition, services.feeds, services.archive, services.now())
            unread = sum(item.kept and item.section == "news" for item in items)
        seen = {article.article_id: find(article.page_text) for article in articles}
        estimated = estimate(
            articles,
            seen,
            settings.models,
            services.model.replies,
            check=settings.check,
            unread=unread,
            batch=batch,
            provider=Provider.of(settings),
        )
        total += estimated
        grid.add_row(edition.key, *_cells(estimated))
    grid.add_row("all", *_cells(total))
    console.print(grid, highlight=False, markup=False)
    prices = f"{settings.models[0]}{', in batches' if batch and Provider.of(settings).has_batches else ''}"
    console.print(
        f"by the prices of {prices}; what history sources would add is not in it", highlight=False, soft_wrap=True
    )


def _cells(estimate: "Estimate") -> list[str]:
    return [
        str(estimate.articles),
        str(estimate.kept),
        *(f"{usd:.4f}" for usd in (estimate.likely, estimate.low, estimate.high)),
    ]


def print_polls(console: Console, services: Services) -> None:
    """The last poll of each feed."""
    grid = Grid("feed", "outcome", "status", "entries", "reason", box=None, padding=(0, 2))
    for feed_id, poll in sorted(services.archive.last_polls().items()):
        status, entries = ("" if value is None else str(value) for value in (poll.status, poll.entries))
        grid.add_row(feed_id, poll.outcome, status, entries, poll.reason)
    console.print(grid, highlight=False, markup=False)


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items())) or "0"
