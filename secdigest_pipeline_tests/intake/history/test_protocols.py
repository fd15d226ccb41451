"""The registry of history protocols, and the page that shows how to add one: its code is added and run here."""

import inspect
import pkgutil
import typing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from secdigest_pipeline.base.workers import Workers
from secdigest_pipeline.cli import feeds as command
from secdigest_pipeline.intake.feeds.feeds import FeedListError, HistorySource, load_feeds
from secdigest_pipeline.intake.history import protocols
from secdigest_pipeline.intake.history.asking import Asker
from secdigest_pipeline.intake.history.protocols import PROTOCOLS, HistoryProtocol
from secdigest_pipeline_tests.intake.history import test_sources
from secdigest_pipeline_tests.snippets import as_module, snippets

MODULE, ENTRY, TEST = snippets("how-to/add-a-history-source.md")


@pytest.fixture(scope="module")
def workers() -> Iterator[None]:
    """The worker that `asked` uses."""
    with Workers(1) as running:
        test_sources.WORKERS[:] = [running]
        yield


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> HistoryProtocol:
    """The page's protocol, added by its module and its entry alone."""
    as_module(MODULE, monkeypatch)
    added = eval(ENTRY, vars(protocols))
    monkeypatch.setitem(PROTOCOLS, added.name, added)  # type: ignore[arg-type]  # until the test ends
    return added  # type: ignore[no-any-return]


def listed(folder: Path, source: str) -> tuple[HistorySource, ...]:
    """`history` of a feed list whose only feed names `source`."""
    path = folder / "feeds.yaml"
    path.write_text(
        f"feeds:\n  - {{id: a, name: A, url: 'https://a.example/feed', site: 'https://a.example/', lang: en, "
        f"kind: news, history: [{source}]}}\n"
    )
    return load_feeds(path)[0].history


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=lambda protocol: protocol.name)
def test_every_entry_names_a_function_of_the_room_that_takes_an_asker(protocol: HistoryProtocol) -> None:
    walk = pkgutil.resolve_name(protocol.walk)
    assert protocol.walk.startswith("secdigest_pipeline.intake.history.")
    assert inspect.iscoroutinefunction(walk)
    assert typing.get_type_hints(walk) == {"ask": Asker, "return": type(None)}


def test_a_protocol_that_is_registered_is_accepted_by_the_feed_list_and_named_when_another_is_not(
    registered: HistoryProtocol, tmp_path: Path
) -> None:
    assert listed(tmp_path, 'daily: "https://a.example/by-day"') == (
        HistorySource("daily", "https://a.example/by-day"),
    )
    with pytest.raises(FeedListError, match="daily needs a URL"):
        listed(tmp_path, "daily")
    with pytest.raises(FeedListError, match=registered.name):
        listed(tmp_path, "wibble")


def test_a_protocol_that_is_not_registered_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedListError, match="is not one of wordpress, paged,"):
        listed(tmp_path, 'daily: "https://a.example/by-day"')


def test_the_help_names_every_protocol(registered: HistoryProtocol, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command.feeds, "epilog", command._sources_of_the_past())
    said = CliRunner().invoke(command.feeds, ["--help"]).output
    assert [name for name in PROTOCOLS if f"\n  {name} " not in said] == []
    assert registered.what in said


@pytest.mark.usefixtures("registered", "workers")
def test_the_test_that_the_page_shows_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = [test for name, test in vars(as_module(TEST, monkeypatch)).items() if name.startswith("test_")]
    assert len(shown) == 2
    for number, test in enumerate(shown):
        test(tmp_path / str(number))


@pytest.mark.usefixtures("workers")
def test_an_edition_that_captures_by_others_made_whole_is_called_so(
    registered: HistoryProtocol, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PROTOCOLS, "daily", replace(registered, coverage="wayback"))  # type: ignore[arg-type]
    days = {f"/by-day/2026-06-{day}.xml": test_sources.posts(test_sources.INSIDE.replace(day=day)) for day in (10, 11)}
    assert test_sources.asked(tmp_path, days, ("daily", "http://a.test/by-day")).state == "wayback"
