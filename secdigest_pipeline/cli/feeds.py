"""`secdigest feeds`: try feeds out before they are relied on, and take over the list of a feed reader."""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import click
import yaml
from upath import UPath

from secdigest_pipeline.base.characters import printable
from secdigest_pipeline.base.files import write_atomic
from secdigest_pipeline.cli.terminal import end
from secdigest_pipeline.fetching.http import shown
from secdigest_pipeline.fetching.urls import canonical_url
from secdigest_pipeline.intake.feeds.feeds import Feed, FeedListError, load_feeds
from secdigest_pipeline.intake.feeds.opml import MAX_OPML_BYTES, OpmlError, read_opml
from secdigest_pipeline.intake.history.protocols import PROTOCOLS
from secdigest_pipeline.intake.records import Kind
from secdigest_pipeline.intake.trial import Trial, try_feeds
from secdigest_pipeline.orchestration.services import Services


def _sources_of_the_past() -> str:
    """The protocols that `history:` of a feed may name, a line each."""
    names = "\n".join(f"{protocol.name:10} {protocol.what}" for protocol in PROTOCOLS.values())
    return f"\b\nWhat `history:` of a feed may name:\n{names}"


@click.group(epilog=_sources_of_the_past())
def feeds() -> None:
    """The feed list: try feeds out, take over an OPML list."""


@feeds.command()
@click.argument("wanted", nargs=-1, metavar="[ID|URL]...")
@click.option("--entries", type=click.IntRange(0, 50), default=3, show_default=True, help="Newest entries shown.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one object a feed.")
def check(wanted: tuple[str, ...], entries: int, as_json: bool) -> None:
    """Ask each enabled feed of the list once, or the feeds named by id or URL, and show what it gives and what is odd.

    Nothing is kept. Exit code 1: none of them works.
    """
    services = Services()
    trials = asyncio.run(_tried(services, _chosen(services, wanted), entries))
    for trial in trials:
        click.echo(json.dumps(_row(trial), ensure_ascii=False) if as_json else _shown(trial))
    if not as_json:
        click.echo(f"{sum(trial.works for trial in trials)} of {len(trials)} work")
    if not any(trial.works for trial in trials):
        sys.exit(1)


@feeds.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--into", type=click.Path(path_type=Path, dir_okay=False), help="Feed list to append to; made if missing."
)
@click.option(
    "--kind", type=click.Choice(get_args(Kind)), default="news", show_default=True, help="Kind of the sources."
)
def import_(file: Path, into: Path | None, kind: Kind) -> None:
    """Print the feeds of an OPML FILE as entries of feeds.yaml, or append them to one.

    Feeds that are listed already (in --into, else in SECDIGEST_FEEDS) and addresses that are refused are named on stderr.
    """
    listed = Services().feeds if into is None else load_feeds(into) if into.exists() else ()
    with file.open("rb") as handle:
        data = handle.read(MAX_OPML_BYTES + 1)
    try:
        found = read_opml(
            data,
            {feed.feed_id for feed in listed},
            {canonical_url(feed.url) or "": feed.feed_id for feed in listed},
            kind,
        )
    except OpmlError as error:
        end(f"{file}: {error}")
    for address, reason in found.refused:
        click.echo(f"{address}: {reason}", err=True)
    if not found.entries:
        end(f"{file}: gives no feed that is not listed already")
    if into is None:
        click.echo(_yaml(found.entries, 2), nl=False)
        return
    try:
        _append(into, found.entries)
    except FeedListError as error:
        end(f"{into} is left as it was: with the new entries it cannot be used ({str(error).partition(': ')[2]})")
    click.echo(f"{len(found.entries)} feeds appended to {into}")


async def _tried(services: "Services", chosen: "Sequence[Feed]", entries: int) -> "list[Trial]":
    async with services.http.client() as client, services.http.workers() as workers:
        return await try_feeds(
            chosen, client, workers, services.now(), host_delay=services.settings.host_delay, shown=entries
        )


def _chosen(services: "Services", wanted: Sequence[str]) -> "list[Feed]":
    """The feeds to try; a URL that is not in the list is tried as a feed of its own."""
    if not wanted:
        return [feed for feed in services.feeds if feed.enabled]
    chosen = []
    for word in wanted:
        named = [feed for feed in services.feeds if word in (feed.feed_id, feed.url)]
        if not named and canonical_url(word) is None:
            end(f"{word!r} is no feed of {services.settings.feeds} and no http or https URL")
        chosen += named or [Feed(feed_id="new", name=word, url=word, site=word, lang="en", kind="news")]
    return chosen


def _row(trial: "Trial") -> dict[str, Any]:
    return {
        "feed_id": trial.feed.feed_id,
        "url": shown(trial.feed.url),
        "works": trial.works,
        "status": trial.status,
        "entries": trial.entries,
        "newest": [
            {
                "title": item.title,
                "url": item.url,
                "published_at": item.published_at.isoformat() if item.published_at else None,
            }
            for item in trial.newest
        ],
        "problems": list(trial.problems),
    }


def _shown(trial: "Trial") -> str:
    """A few lines, without a character that would steer a terminal."""
    entries = "" if trial.entries is None else f"  {trial.entries} entries"
    lines = [f"{'ok' if trial.works else 'no'}  {trial.feed.feed_id}  {shown(trial.feed.url)}{entries}"]
    lines += [
        f"      {item.published_at:%Y-%m-%d %H:%M}Z  {item.title}"
        if item.published_at
        else f"      (no date)          {item.title}"
        for item in trial.newest
    ]
    lines += [f"    ! {problem}" for problem in trial.problems]
    return "\n".join(printable(line) for line in lines)


def _yaml(entries: Sequence[dict[str, Any]], indent: int) -> str:
    text = "\n".join(yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=10_000) for entry in entries)
    return "".join(f"{' ' * indent}{line}" if line.strip() else line for line in text.splitlines(keepends=True))


def _append(into: Path, entries: Sequence[dict[str, Any]]) -> None:
    """The list as it is with the entries at its end; FeedListError, and nothing changed, when that is no feed list."""
    before = into.read_text(encoding="utf-8") if into.exists() else "feeds:\n"
    first = re.search(r"^( *)- ", before, re.MULTILINE)
    indent = len(first[1]) if first else 2
    data = (
        f"{before.rstrip()}\n{'' if before.rstrip().endswith('feeds:') else chr(10)}{_yaml(entries, indent)}".encode()
    )
    with tempfile.NamedTemporaryFile(suffix=".yaml") as trial:
        trial.write(data)
        trial.flush()
        load_feeds(Path(trial.name))
    write_atomic(UPath(into.absolute()), data)
