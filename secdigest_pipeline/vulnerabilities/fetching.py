"""Fetching the bulk files: asked only when due, with the validators of the last answer, and kept only when readable."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from secdigest_pipeline.base.files import sha256
from secdigest_pipeline.fetching.http import Answer, Client, FetchError, Limits, shown
from secdigest_pipeline.intake.polling.poll import retry_after
from secdigest_pipeline.vulnerabilities.archive import EnrichmentArchive
from secdigest_pipeline.vulnerabilities.files import MAX_BYTES, EnrichmentError, read_epss, read_kev
from secdigest_pipeline.vulnerabilities.records import EnrichmentFetch, Source, SourceName

LIMITS = Limits(max_bytes=MAX_BYTES, total=60.0, connect=5.0)
# KEV changes a few times a week, EPSS once a day; a little less than full hours, so that an hourly run hits them.
PAUSE = timedelta(hours=4) - timedelta(minutes=10)
RETRY = timedelta(hours=1) - timedelta(minutes=10)
LONGEST_RETRY = timedelta(hours=12)


async def fetch_files(
    sources: Sequence[Source], archive: EnrichmentArchive, client: Client, now: Callable[[], datetime]
) -> list[EnrichmentFetch]:
    """Ask every source that is due; the latest fetch of each, in their order. Raises StorageError only."""
    return list(await asyncio.gather(*(_fetch(source, archive, client, now) for source in sources)))


async def _fetch(
    source: Source, archive: EnrichmentArchive, client: Client, now: Callable[[], datetime]
) -> EnrichmentFetch:
    last = await asyncio.to_thread(archive.last, source.name)
    if last is not None and last.url == shown(source.url) and now() < last.not_before:
        return last
    before = last if last is not None and last.url == shown(source.url) and last.body_sha256 else None
    headers = {}
    if before is not None:
        pairs = (("If-None-Match", before.etag), ("If-Modified-Since", before.last_modified))
        headers = {name: value for name, value in pairs if value}
    fetch: EnrichmentFetch
    try:
        answer = await client.get(source.url, headers, LIMITS)
    except FetchError as error:
        fetch = _failed(source, last, before, now(), str(error))
    else:
        fetch = await _kept(source, archive, last, before, answer, now())
    await asyncio.to_thread(archive.add, fetch)
    return fetch


async def _kept(
    source: Source,
    archive: EnrichmentArchive,
    last: EnrichmentFetch | None,
    before: EnrichmentFetch | None,
    answer: Answer,
    moment: datetime,
) -> EnrichmentFetch:
    if answer.status == 304 and before is not None:
        return _unchanged(before, answer, moment)
    if answer.status != 200:
        return _failed(source, last, before, moment, f"HTTP {answer.status}", answer)
    if before is not None and before.body_sha256 == sha256(answer.body):
        return _unchanged(before, answer, moment)
    try:
        dated, entries = await asyncio.to_thread(look_at, source.name, answer.body)
    except EnrichmentError as error:
        return _failed(source, last, before, moment, str(error), answer)
    return EnrichmentFetch(
        source=source.name,
        fetched_at=moment,
        url=shown(source.url),
        outcome="new",
        status=answer.status,
        reason="",
        body_sha256=await asyncio.to_thread(archive.bodies.put, answer.body),
        etag=_validator(answer, "etag"),
        last_modified=_validator(answer, "last-modified"),
        entries=entries,
        dated=dated,
        failures=0,
        not_before=moment + PAUSE,
    )


def look_at(source: SourceName, body: bytes) -> tuple[date | None, int]:
    """(own date, number of CVEs) of a bulk file; EnrichmentError when it is not the file it should be."""
    if source == "kev":
        kev = read_kev(body)
        return kev.dated, len(kev.entries)
    epss = read_epss(body, ())
    return epss.dated, epss.rows


def _unchanged(before: EnrichmentFetch, answer: Answer, moment: datetime) -> EnrichmentFetch:
    return replace(
        before,
        fetched_at=moment,
        outcome="unchanged",
        status=answer.status,
        reason="",
        etag=_validator(answer, "etag") or before.etag,
        last_modified=_validator(answer, "last-modified") or before.last_modified,
        failures=0,
        not_before=moment + PAUSE,
    )


def _failed(
    source: Source,
    last: EnrichmentFetch | None,
    before: EnrichmentFetch | None,
    moment: datetime,
    reason: str,
    answer: Answer | None = None,
) -> EnrichmentFetch:
    failures = (last.failures if last else 0) + 1
    asked = retry_after(answer, moment) if answer is not None else None
    wait = min(RETRY * failures, LONGEST_RETRY)
    return EnrichmentFetch(
        source=source.name,
        fetched_at=moment,
        url=shown(source.url),
        outcome="error",
        status=answer.status if answer else None,
        reason=reason[:500],
        body_sha256=before.body_sha256 if before else None,
        etag=before.etag if before else "",
        last_modified=before.last_modified if before else "",
        entries=before.entries if before else None,
        dated=before.dated if before else None,
        failures=failures,
        not_before=moment + max(wait, asked or wait),
    )


def _validator(answer: Answer, name: str) -> str:
    value = answer.headers.get(name, "")
    return value if len(value) <= 500 and value.isprintable() and value.isascii() else ""
