"""The IOC history: what it answers, whatever the order in which editions come and whatever was killed in between."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from upath import UPath

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.past.history import MAX_MATCHES, History, compared, is_shared
from secdigest_pipeline.indicators.past.sightings import IOC_HISTORY, IocPast
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline_tests.indicators.ledgers import ioc

TODAY = Edition.parse("2026-10-01")
SHA256 = "16f6d2b87d6a387e7d384687654402196185dc9e6017bf24937e9374c7b2773e"


def past(tmp_path: Path, today: Sequence[Ioc], *before: Ioc) -> list[IocPast]:
    """The past of today's rows after these earlier ones."""
    history = History(UPath(tmp_path))
    for key in sorted({row.edition for row in before}):
        history.add(Edition.parse(key), [row for row in before if row.edition == key])
    history.add(TODAY, today)
    return history.past_of(TODAY, today)


def test_a_value_nobody_saw_before_is_new(tmp_path: Path) -> None:
    (row,) = past(tmp_path, [ioc()])
    assert (row.first_seen, row.last_seen, row.sightings, row.editions, row.matches) == ("2026-10-01", None, 0, 0, ())


def test_first_and_last_sighting_and_their_numbers_are_those_of_earlier_editions(tmp_path: Path) -> None:
    (row,) = past(
        tmp_path,
        [ioc()],
        ioc(edition="2025-02-03"),
        ioc(edition="2025-02-03", article_id="a2"),
        ioc(edition="2026-09-29"),
        ioc(edition="2026-10-05"),  # made before today's was made again
    )
    assert (row.first_seen, row.last_seen, row.sightings, row.editions) == ("2025-02-03", "2026-09-29", 3, 2)
    assert [(match.kind, match.edition) for match in row.matches] == [
        ("exact", "2026-09-29"),
        ("exact", "2025-02-03"),
        ("exact", "2025-02-03"),
    ]


def test_the_edition_says_what_is_past_and_not_the_date_of_the_ioc(tmp_path: Path) -> None:
    (row,) = past(tmp_path, [ioc(date="2024-01-01")], ioc(edition="2026-09-30", date="2026-09-30"))
    assert row.sightings == 1


def test_unknown_is_never_the_same_as_unknown(tmp_path: Path) -> None:
    same = {"actor": "Paper Heron", "malware": "MothWing"}
    nothing = {"actor": "unknown", "malware": "N/A"}
    named, unnamed = past(
        tmp_path,
        [ioc(**same), ioc("two.evil.test", **nothing)],
        ioc(edition="2026-09-01", actor="PAPER HERON", malware="mothwing"),
        ioc("two.evil.test", edition="2026-09-01", **nothing),
    )
    assert [(match.same_actor, match.same_malware) for match in (*named.matches, *unnamed.matches)] == [
        (True, True),
        (False, False),
    ]


def test_the_same_page_listed_again_is_marked(tmp_path: Path) -> None:
    (row,) = past(
        tmp_path,
        [ioc()],
        ioc(edition="2026-09-01"),
        ioc(edition="2026-09-02", source_url="https://other.example/"),
    )
    assert [match.same_reference for match in row.matches] == [False, True]


@pytest.mark.parametrize(
    ("now", "before", "meets"),
    [
        (("domain", "c2.evil.test"), ("url", "http://c2.evil.test:8080/a"), True),
        (("url", "http://c2.evil.test/a"), ("url", "https://C2.evil.test/b"), True),
        (("url", "http://45.83.12.9/a"), ("ipv4", "45.83.12.9"), True),
        (("url", "http://[2606:4700::7]/a"), ("ipv6", "2606:4700::7"), True),
        (("domain", "www.evil.test"), ("domain", "evil.test"), False),
        (("url", "https://github.com/evil/a"), ("url", "https://github.com/evil/b"), False),
        (("url", "https://x.s3.amazonaws.com/a"), ("url", "https://x.s3.amazonaws.com/b"), False),
        (("url", "https://abc.trycloudflare.com/a"), ("domain", "abc.trycloudflare.com"), False),
        (("url", "https://workers.dev/a"), ("domain", "workers.dev"), False),
        (("url", "https://evil-one.workers.dev/a"), ("domain", "evil-one.workers.dev"), True),
        (("sha256", SHA256), ("url", f"http://c2.evil.test/{SHA256}"), False),
    ],
)
def test_hosts_meet_unless_a_shared_service_answers_there(
    tmp_path: Path, now: tuple[str, str], before: tuple[str, str], meets: bool
) -> None:
    (row,) = past(tmp_path, [ioc(now[1], now[0])], ioc(before[1], before[0], edition="2026-09-01"))
    assert (row.host_overlaps, [match.kind for match in row.matches]) == (meets, ["host_overlap"] * meets)
    assert row.sightings == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://evil.test/", "http://evil.test"),
        ("http://evil.test:80/a", "http://evil.test/a"),
        ("https://evil.test:443", "https://evil.test/"),
    ],
)
def test_urls_that_differ_in_default_port_or_lone_slash_are_the_same(tmp_path: Path, one: str, other: str) -> None:
    (row,) = past(tmp_path, [ioc(one, "url")], ioc(other, "url", edition="2026-09-01"))
    assert (row.sightings, row.host_overlaps) == (1, 0)


@given(st.text(max_size=60))
def test_comparing_forms_never_raises_and_is_stable(text: str) -> None:
    once = compared("url", text)
    assert compared(*once) == once or text.endswith("/")
    assert compared("domain", text) == ("domain", text)


def test_suppressed_values_are_no_past_but_are_found(tmp_path: Path) -> None:
    kept_out = ioc(edition="2026-09-01", is_ioc=False, suppressed="link_target", role="reference")
    (row,) = past(tmp_path, [ioc()], kept_out)
    assert row.sightings == 0 and row.matches == ()
    found = History(UPath(tmp_path)).search("domain", "c2.evil.test")
    assert [(item.sighting.edition, item.sighting.suppressed) for item in found] == [
        ("2026-10-01", ""),
        ("2026-09-01", "link_target"),
    ]


def test_a_search_gives_the_same_host_after_the_value_itself(tmp_path: Path) -> None:
    past(tmp_path, [ioc()], ioc("http://c2.evil.test/x", "url", edition="2026-09-30"), ioc(edition="2026-08-01"))
    found = History(UPath(tmp_path)).search("domain", "c2.evil.test")
    assert [(item.kind, item.sighting.edition) for item in found] == [
        ("exact", "2026-10-01"),
        ("exact", "2026-08-01"),
        ("host_overlap", "2026-09-30"),
    ]
    assert History(UPath(tmp_path)).search("domain", "evil.test") == []


def test_an_edition_made_again_replaces_what_it_was(tmp_path: Path) -> None:
    history = History(UPath(tmp_path))
    earlier = Edition.parse("2026-09-01")
    history.add(earlier, [ioc(edition=earlier.key), ioc("gone.evil.test", edition=earlier.key)])
    history.add(earlier, [ioc(edition=earlier.key)])
    history.add(earlier, [ioc(edition=earlier.key)])
    seen = history.past_of(TODAY, [ioc(), ioc("gone.evil.test")])
    assert [row.sightings for row in seen] == [1, 0]
    history.add(earlier, [])
    assert [row.sightings for row in history.past_of(TODAY, [ioc()])] == [0]


def test_the_same_rows_again_write_nothing(tmp_path: Path) -> None:
    history = History(UPath(tmp_path))
    history.add(TODAY, [ioc()])
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    history.add(TODAY, [ioc()])
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")} == files


VALUES = [
    *((f"c{n}.evil.test", "domain") for n in range(4)),
    *((f"http://c{n}.evil.test/a", "url") for n in range(4)),
    ("45.83.12.9", "ipv4"),
]
DAYS = [date(2026, 6, 28) + timedelta(days=9 * n) for n in range(12)]
LEDGERS = st.lists(
    st.tuples(st.sampled_from(DAYS), st.lists(st.sampled_from(VALUES), max_size=4, unique=True)), min_size=1, max_size=9
)


@settings(deadline=None, max_examples=25)
@given(LEDGERS, st.randoms(use_true_random=False))
def test_answers_are_those_of_a_plain_scan_whatever_the_order(
    tmp_path_factory: pytest.TempPathFactory,
    additions: list[tuple[date, list[tuple[str, str]]]],
    dice: random.Random,
) -> None:
    last = {Edition(day).key: rows for day, rows in additions}
    ledgers = {key: [ioc(value, type, key) for value, type in rows] for key, rows in last.items()}
    order = [key for key in ledgers for _ in range(2)]
    dice.shuffle(order)
    history = History(UPath(tmp_path_factory.mktemp("history")))
    for key in order:
        history.add(Edition.parse(key), ledgers[key])
    for key, rows in ledgers.items():
        before = [row for other, found in ledgers.items() if other < key for row in found]
        for row in history.past_of(Edition.parse(key), rows):
            same = [old for old in before if (old.type, old.value) == (row.type, row.value)]
            assert row.first_seen == min((old.edition for old in same), default=key)
            assert row.last_seen == max((old.edition for old in same), default=None)
            assert row.sightings == len(same)
            name = row.value.removeprefix("http://").removesuffix("/a")
            assert row.host_overlaps == sum(name in old.value and old.value != row.value for old in before)


def test_a_file_left_behind_by_a_kill_changes_no_answer(tmp_path: Path) -> None:
    history = History(UPath(tmp_path))
    for day in ("2026-07-01", "2026-07-02", "2026-08-01", "2026-09-01"):
        history.add(Edition.parse(day), [ioc(edition=day)])
    month = next((tmp_path / "iocs" / "months").glob("2026-07.*.index"))
    stale = {path: path.read_bytes() for path in month.parent.glob("2026-07*")}
    old = next((tmp_path / "iocs" / "editions").glob("2026-07-02*"))
    kept = old.read_bytes()
    history.add(Edition.parse("2026-07-02"), [])
    # Killed before the replaced version was removed; and a month file of what was before
    old.write_bytes(kept)
    for path, data in stale.items():
        path.write_bytes(data)
    (old.parent / ".2026-07-02.000009.0123456789abcdef.parquet.tmp").write_bytes(b"half")
    assert [row.sightings for row in history.past_of(TODAY, [ioc()])] == [3]
    # Killed between a month's rows and its index
    month.unlink()
    assert [row.sightings for row in history.past_of(TODAY, [ioc()])] == [3]
    history.add(TODAY, [ioc()])
    assert [row.sightings for row in history.past_of(TODAY, [ioc()])] == [3]


def test_many_writers_at_once_lose_nothing_and_readers_see_whole_editions(tmp_path: Path) -> None:
    days = [date(2026, 7, 1) + timedelta(days=4 * n) for n in range(20)]
    rows = {Edition(day): [ioc(edition=day.isoformat()), ioc("two.evil.test", edition=day.isoformat())] for day in days}

    def work(day: date) -> list[int]:
        history = History(UPath(tmp_path))
        history.add(Edition(day), [])
        history.add(Edition(day), rows[Edition(day)])
        return [row.sightings for row in history.past_of(TODAY, [ioc(), ioc("two.evil.test")])]

    with ThreadPoolExecutor(6) as pool:
        seen = list(pool.map(work, days))
    assert all(1 <= count <= len(days) for counts in seen for count in counts)
    history = History(UPath(tmp_path))
    history.add(TODAY, [])
    assert [row.sightings for row in history.past_of(TODAY, [ioc(), ioc("two.evil.test")])] == [len(days)] * 2


DAMAGES: list[Callable[[bytes], bytes]] = [
    lambda data: b"",
    lambda data: data[: len(data) // 2],
    lambda data: data[:-9],
    lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_edition_is_named_set_aside_and_restored_from_its_ledger(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    ledgers = {day: [ioc(edition=day)] for day in ("2026-09-29", "2026-09-30")}
    history = History(UPath(tmp_path))
    for day, rows in ledgers.items():
        history.add(Edition.parse(day), rows)
    whole = history.past_of(TODAY, [ioc()])
    (path,) = (tmp_path / "iocs" / "editions").glob("2026-09-30*")
    spoilt = damage(path.read_bytes())
    path.write_bytes(spoilt)
    told: list[str] = []
    history = History(UPath(tmp_path), told.append)
    assert [row.sightings for row in history.past_of(TODAY, [ioc()])] == [1]
    (aside,) = path.parent.glob(f"{path.name}.damaged-*")
    assert aside.read_bytes() == spoilt
    assert told == [f"{path}: damaged; set aside as {aside.name}"]
    assert history.restore(lambda edition: []) == []
    # Whoever comes later finds it by its name
    assert History(UPath(tmp_path)).restore(lambda edition: ledgers[edition.key]) == ["2026-09-30"]
    assert history.past_of(TODAY, [ioc()]) == whole
    assert history.restore(lambda edition: ledgers[edition.key]) == []
    assert len(told) == 1


def test_a_damaged_edition_that_is_added_again_is_whole_again(tmp_path: Path) -> None:
    day = Edition.parse("2026-09-30")
    History(UPath(tmp_path)).add(day, [ioc(edition=day.key)])
    (path,) = (tmp_path / "iocs" / "editions").iterdir()
    path.write_bytes(path.read_bytes()[:-9])
    told: list[str] = []
    history = History(UPath(tmp_path), told.append)
    history.add(day, [ioc(edition=day.key)])
    assert [row.sightings for row in history.past_of(TODAY, [ioc()])] == [1]
    assert len(told) == 1 and path.name in told[0]


@pytest.mark.parametrize("damage", DAMAGES[:3])
@pytest.mark.parametrize("name", ["2026-07*.index", "2026-07*.rows", "2026-08*.keys"])
def test_a_damaged_file_of_a_month_is_named_and_changes_no_answer(
    tmp_path: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    history = History(UPath(tmp_path))
    for day in ("2026-07-01", "2026-08-01"):
        history.add(Edition.parse(day), [ioc(edition=day)])
    whole = history.past_of(TODAY, [ioc()])
    (path,) = (tmp_path / "iocs" / "months").glob(name)
    spoilt = damage(path.read_bytes())
    path.write_bytes(spoilt)
    told: list[str] = []
    history = History(UPath(tmp_path), told.append)
    assert history.past_of(TODAY, [ioc()]) == whole
    if spoilt or path.suffix != ".keys":  # the keys of an edition without rows are as empty
        assert len(told) == 1 and path.stem in told[0]
        assert not path.exists()
    history.add(TODAY, [])
    assert history.past_of(TODAY, [ioc()]) == whole


def test_an_edition_whose_keys_are_not_kept_apart_is_read_all_the_same(tmp_path: Path) -> None:
    history = History(UPath(tmp_path))
    history.add(Edition.parse("2026-09-30"), [ioc(edition="2026-09-30")])
    for path in (tmp_path / "iocs" / "months").iterdir():
        path.unlink()
    assert [row.sightings for row in history.past_of(TODAY, [ioc()])] == [1]


def test_a_row_of_another_edition_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="edition 2026-09-30 in the history of 2026-10-01"):
        History(UPath(tmp_path)).add(TODAY, [ioc(edition="2026-09-30")])


def test_a_value_in_a_hundred_articles_keeps_its_number_and_the_newest_matches(tmp_path: Path) -> None:
    before = [ioc(edition="2026-09-01", article_id=f"a{n:03}") for n in range(MAX_MATCHES + 10)]
    (row,) = past(tmp_path, [ioc()], *before, ioc(edition="2026-09-30"))
    assert (row.sightings, len(row.matches), row.matches[0].edition) == (MAX_MATCHES + 11, MAX_MATCHES, "2026-09-30")


def test_the_rows_are_a_table_with_the_key_of_the_ledger(tmp_path: Path) -> None:
    rows = past(tmp_path, [ioc(), ioc(article_id="a2")], ioc(edition="2026-09-01"))
    assert IOC_HISTORY.rows(IOC_HISTORY.arrow(rows)) == rows
    assert past(tmp_path / "empty", []) == []


def test_an_object_store_holds_the_same_history() -> None:
    root = UPath("memory://history-test")
    history = History(root)
    for day in ("2026-08-01", "2026-09-01", "2026-09-01"):
        history.add(Edition.parse(day), [ioc(edition=day)])
    history.add(TODAY, [ioc()])
    (row,) = history.past_of(TODAY, [ioc()])
    assert (row.first_seen, row.sightings) == ("2026-08-01", 2)


def test_a_popular_or_listed_host_is_shared_and_an_attackers_is_not() -> None:
    assert [is_shared(host) for host in ("huggingface.co", "bit.ly", "c2.evil.test", "45.83.12.9")] == [
        True,
        True,
        False,
        False,
    ]
