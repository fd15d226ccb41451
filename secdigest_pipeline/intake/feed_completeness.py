"""What each feed came to for an edition, and the lines that the report prints of it.

The rows are made with the items of the edition, from the archive up to its close; the lines are made of the rows alone.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.intake.completeness import completeness
from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.feeds.named import named
from secdigest_pipeline.intake.health import feed_health, quieter_than_ever
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.intake.records import FeedCompleteness


def feed_completeness(
    edition: Edition, feeds: Sequence[Feed], archive: Archive, now: datetime
) -> list[FeedCompleteness]:
    """One row for each enabled feed, in the order of `feeds`, as the archive shows it at `now`."""
    enabled = [feed for feed in feeds if feed.enabled]
    outcomes: dict[str, set[str]] = defaultdict(set)
    for poll in archive.polls(edition.start, edition.closes):
        outcomes[poll.feed_id].add(poll.outcome)
    health = feed_health(enabled, archive, edition.closes)
    return [
        FeedCompleteness(
            edition=edition.key,
            feed_id=feed.feed_id,
            name=feed.name,
            completeness=shown.completeness,
            reason=shown.reason,
            failed=outcomes[feed.feed_id] == {"error"},
            overdue=quieter_than_ever(well),
            emptied=well.emptied,
            moved_to=well.moved_to,
            waiting=well.failures > 0 and well.polled_at is not None and well.polled_at < edition.start,
            provisional=now < edition.cutoff,
        )
        for feed, shown, well in zip(enabled, completeness(edition, enabled, archive), health, strict=True)
    ]


def failed_feeds(rows: Sequence[FeedCompleteness]) -> list[str]:
    """Names of the feeds that were polled for the edition and never gave a readable body."""
    return [row.name for row in rows if row.failed]


def coverage_line(rows: Sequence[FeedCompleteness]) -> str:
    """One line for その他のメモ: how the feeds' items of the day were found, gaps by name; empty when polls found them all.

    Of a failed feed (the report says so elsewhere) that has no record nothing is said twice.
    """
    failed = set(failed_feeds(rows))
    by_state: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.completeness != "none" or row.name not in failed:
            by_state[row.completeness].append(row.name)
    if by_state.keys() <= {"polled"}:
        return ""
    parts = [
        f"{label} {len(by_state[state])}件" + (f"（{named(by_state[state])}）" if by_name else "")
        for state, label, by_name in (
            ("polled", "巡回で網羅", False),
            ("archive", "サイトの過去記事で補完", False),
            ("wayback", "Wayback Machineで補完", False),
            ("partial", "一部のみ", True),
            ("none", "記録なし", True),
        )
        if by_state[state]
    ]
    return f"フィードの収集状況: {'、'.join(parts)}"


def health_line(rows: Sequence[FeedCompleteness]) -> str:
    """One line for その他のメモ on feeds that need a look, as of the edition's close; empty when none does.

    Says nothing of feeds that failed within the window (`failed_feeds` does).
    """
    groups = (
        ("新着が途絶（過去90日の最長間隔を超過）", [row.name for row in rows if row.overdue]),
        ("配信内容が空", [row.name for row in rows if row.emptied]),
        ("URLが恒久的に移転", [row.name for row in rows if row.moved_to]),
        ("失敗が続き再試行待ち", [row.name for row in rows if row.waiting]),
    )
    states = [f"{what}: {named(names)}" for what, names in groups if names]
    return f"フィードの状態: {'／'.join(states)}" if states else ""
