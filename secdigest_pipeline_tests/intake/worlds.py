"""Small feed worlds for the intake tests: feeds as text, an archive in a folder, a clock that is set by hand."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

from upath import UPath

from secdigest_pipeline.base.editions import JST
from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.polling.archive import Archive


def jst(text: str) -> datetime:
    """`YYYY-MM-DD HH:MM` in Asia/Tokyo."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=JST).astimezone(UTC)


def feed(feed_id: str = "a", **changes: object) -> Feed:
    """A feed at http://<feed_id>.test/feed."""
    values: dict[str, object] = {
        "feed_id": feed_id,
        "name": f"Invented {feed_id}",
        "url": f"http://{feed_id}.test/feed",
        "site": f"http://{feed_id}.test/",
        "lang": "en",
        "kind": "news",
    }
    return Feed(**{**values, **changes})  # type: ignore[arg-type]


def rss(items: Iterable[str], encoding: str = "utf-8", declared: str | None = None) -> bytes:
    """An RSS 2.0 document."""
    text = f'<?xml version="1.0" encoding="{declared or encoding}"?><rss version="2.0"><channel><title>t</title>'
    return (text + "".join(items) + "</channel></rss>").encode(encoding)


def entry(
    link: str | None = None,
    title: str = "A title",
    date: datetime | str | None = None,
    guid: str | None = None,
    more: str = "",
) -> str:
    """One RSS item; only what is given is there."""
    when = format_datetime(date) if isinstance(date, datetime) else date
    parts = [f"<title>{escape(title)}</title>"]
    parts += [f"<link>{escape(link)}</link>"] if link is not None else []
    parts += [f"<guid isPermaLink='false'>{escape(guid)}</guid>"] if guid is not None else []
    parts += [f"<pubDate>{when}</pubDate>"] if when is not None else []
    return f"<item>{''.join(parts)}{more}</item>"


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


def archive_in(folder: Path) -> Archive:
    return Archive(UPath(folder / "archive"))
