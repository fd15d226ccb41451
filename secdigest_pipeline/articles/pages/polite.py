"""Asking for pages politely: a turn at the host, robots.txt for the URL asked and for where it led, one Retry-After.

Every answer ends in a state of a Page. What was fetched before is looked up by the caller, who has `renewed` decide which of the
two pages counts.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime

from secdigest_pipeline.articles.pages.answers import header_line, judged, reason_of, state_of
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.articles.pages.robots import RobotsRules
from secdigest_pipeline.articles.pages.slots import Slots
from secdigest_pipeline.articles.records import Page, ReadState
from secdigest_pipeline.fetching.hosts import HostTurns
from secdigest_pipeline.fetching.http import Answer, Client, FetchError, Limits, shown

# 99 % of the pages of corpora/intake are below 1.5 MB, the largest is 2.2 MB
LIMITS = Limits(max_bytes=5 * 1024 * 1024, total=30.0, connect=5.0, redirects=5)
MAX_RETRY_AFTER = 60.0

Keeps = Callable[[ReadState, str], bool]


class PoliteReader:
    """One run's asking; bound to one event loop. `at_once` requests at a time, one at a host, `host_delay` seconds apart."""

    def __init__(
        self, archive: PageArchive, client: Client, at_once: int, host_delay: float, now: Callable[[], datetime]
    ) -> None:
        self.downloads = 0
        self._archive = archive
        self._client = client
        self._host_turns = HostTurns(host_delay)
        self._slots = Slots(at_once)
        self._now = now
        self._robots = RobotsRules(archive, client, self._host_turns, self._slots, now)

    async def fetched(self, asked: Page, headers: Mapping[str, str], keeps: Keeps) -> Page:
        """What `asked.url` answers; its body is in the archive when the answer is good and `keeps(state, reason)`.

        Raises StorageError only.
        """
        with self._slots.wanted(asked.url):
            return await self._fetched(asked, headers, keeps)

    async def _fetched(self, asked: Page, headers: Mapping[str, str], keeps: Keeps) -> Page:
        page = replace(asked, fetched_at=self._now())
        try:
            refusal = await self._robots.refusal(page.url)
            if refusal:
                return _refused(page, refusal)
            answer = await self._answer(page.url, headers)
            if answer.redirects:
                # Robots rules are those of the page whose words are used, not of the address that pointed to it.
                refusal = await self._robots.refusal(answer.final_url)
                if refusal:
                    return replace(_refused(page, refusal), final_url=answer.final_url, fetched_at=self._now())
        except FetchError as error:
            return replace(page, fetched_at=self._now(), read_state=state_of(error), reason=reason_of(error, page.url))
        except ValueError:
            return replace(page, read_state="blocked", reason="not a URL")
        return await asyncio.to_thread(self._kept, replace(page, fetched_at=self._now()), answer, keeps)

    def _kept(self, page: Page, answer: Answer, keeps: Keeps) -> Page:
        state, reason = judged(answer)
        kept = bool(answer.body) and 200 <= answer.status < 300 and keeps(state, reason)
        return replace(
            page,
            final_url=answer.final_url,
            status=answer.status,
            content_type=header_line(answer.headers.get("content-type", "")),
            body_sha256=self._archive.keep_body(answer.body) if kept else None,
            body_bytes=len(answer.body),
            read_state=state,
            reason=reason,
        )

    async def _answer(self, url: str, headers: Mapping[str, str]) -> Answer:
        """The answer to a page's URL; a busy server that names a short time is asked once more after it."""
        async with self._host_turns.turn(url):
            answer = await self._get(url, headers)
            wait = retry_after(answer, self._now())
            if wait is not None and wait <= MAX_RETRY_AFTER:
                await asyncio.sleep(wait)
                answer = await self._get(url, headers)
        return answer

    async def _get(self, url: str, headers: Mapping[str, str]) -> Answer:
        async with self._slots.slot(url):
            self.downloads += 1
            return await self._client.get(url, headers=headers, limits=LIMITS)


def renewed(archive: PageArchive, stored: Page | None, damage: str, page: Page) -> Page:
    """Of a page asked for again the one that counts, kept: the new one, but for a page we have that is only worse now.

    Of a `stored` page whose body has `damage` nothing is left to prefer: the answer counts, and the record stays when it is not read,
    so that the next run asks again.
    """
    if damage:
        archive.on_damage(f"{shown(page.url)}: {damage}; {_outcome(page)}")
    if stored is not None and stored.read_state == "read" and page.read_state != "read":
        return page if damage else replace(stored, edition=page.edition)
    archive.keep(page)
    return page


def _outcome(page: Page) -> str:
    return "fetched anew" if page.body_sha256 else f"not to be had anew ({page.reason or page.read_state})"


def unasked(edition: str, article_id: str, url: str, moment: datetime) -> Page:
    """The Page of a URL before it was asked for."""
    return Page(edition, article_id, url, url, moment, None, "", None, 0, "unreachable", "")


def _refused(page: Page, refusal: str) -> Page:
    return replace(page, read_state="blocked" if refusal == "robots.txt" else "unreachable", reason=refusal)


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds a 429 or 503 asks to wait (RFC 9110 10.2.3: a number or a date); None when it names none."""
    value = answer.headers.get("retry-after", "").strip()
    if answer.status not in (429, 503) or not value:
        return None
    if value.isdecimal() and len(value) < 8:
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
