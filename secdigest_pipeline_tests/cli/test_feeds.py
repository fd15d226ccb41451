"""`secdigest feeds`: the sample world's feeds tried out over real HTTP, and OPML lists taken over."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from secdigest_pipeline.cli.feeds import feeds
from secdigest_pipeline.intake.feeds.feeds import load_feeds
from secdigest_pipeline.sample import web
from secdigest_pipeline.sample.web import SampleWeb
from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline_tests.intake.feeds.test_opml import opml, outline


def run(*arguments: str) -> Result:
    return CliRunner().invoke(feeds, list(arguments))


@pytest.fixture(scope="module")
def served() -> Iterator[SampleWeb]:
    with web.serve() as pages:
        pages.at(EDITIONS[-1].cutoff)
        yield pages


@pytest.fixture
def world(served: SampleWeb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SampleWeb:
    """The sample world served, and the settings under which it is met."""
    for name, value in web.settings_for(served.port, "http://127.0.0.1:1").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SECDIGEST_DATA", str(tmp_path / "data"))
    served.forget_counts()
    return served


def test_every_feed_is_asked_once_and_says_what_it_gives_and_what_is_wrong(world: SampleWeb, tmp_path: Path) -> None:
    outcome = run("check", "--json", "--entries", "2")
    assert outcome.exit_code == 0, outcome.output
    rows = {row["feed_id"]: row for row in map(json.loads, outcome.stdout.splitlines())}
    assert set(rows) == {shape.feed_id for shape in world.world.shapes}
    for shape in world.world.shapes:
        row = rows[shape.feed_id]
        assert row["works"] == (shape.format not in ("missing", "html")), row
        assert bool(row["problems"]) or row["works"]
    best = rows["perimeterpost"]
    assert (best["status"], len(best["newest"])) == (200, 2)
    assert best["newest"][0]["published_at"] >= best["newest"][1]["published_at"]
    assert max(world.counts().values()) == 1
    assert not (tmp_path / "data").exists(), "nothing is kept"


def test_for_people_each_feed_is_a_few_lines(world: SampleWeb) -> None:
    shown = run("check", "perimeterpost", "http://www.cert-arcadia.test/advisories.atom").stdout
    assert shown.startswith("ok  perimeterpost  http://www.perimeterpost.example/feed  ")
    assert "2026-10-0" in shown and shown.endswith("2 of 2 work\n")


def test_when_none_works_the_exit_code_is_1(world: SampleWeb) -> None:
    outcome = run("check", "http://nobody.example/feed", "http://10.0.0.1/feed")
    assert outcome.exit_code == 1
    assert "! HTTP 404" in outcome.stdout and "0 of 2 work" in outcome.stdout


def test_a_word_that_names_no_feed_is_one_line(world: SampleWeb) -> None:
    outcome = run("check", "no-such-feed")
    assert outcome.exit_code == 1 and outcome.stderr.count("\n") == 1
    assert "'no-such-feed' is no feed of" in outcome.stderr


def test_what_a_feed_says_never_steers_the_terminal_and_a_password_is_not_shown(world: SampleWeb) -> None:
    outcome = run("check", "http://user:secret@www.perimeterpost.example/feed")
    assert outcome.exit_code == 1 and "secret" not in outcome.output


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    path = tmp_path / "list.opml"
    path.write_bytes(
        opml(
            outline("http://one.example/feed", "One: the # first"),
            outline("http://two.example/feed", "サイバー: 第二"),
            outline("http://www.perimeterpost.example/feed", "Perimeter Post"),
            outline("ftp://three.example/feed", "Three"),
        )
    )
    return path


def test_an_import_prints_entries_and_names_what_it_leaves_out(world: SampleWeb, listing: Path, tmp_path: Path) -> None:
    outcome = run("import", str(listing), "--kind", "CERT")
    assert outcome.exit_code == 0
    (tmp_path / "feeds.yaml").write_text("feeds:\n" + outcome.stdout)
    got = load_feeds(tmp_path / "feeds.yaml")
    assert [(feed.feed_id, feed.name, feed.lang, feed.kind) for feed in got] == [
        ("one-the-first", "One: the # first", "en", "CERT"),
        ("two-example", "サイバー: 第二", "ja", "CERT"),
    ]
    assert outcome.stderr.splitlines() == [
        "http://www.perimeterpost.example/feed: is already listed as 'perimeterpost'",
        "ftp://three.example/feed: is no http or https URL",
    ]


@pytest.mark.parametrize("indent", ["", "  ", "    "])
def test_an_import_into_a_list_keeps_what_is_there_comments_too(
    listing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, indent: str
) -> None:
    into = tmp_path / "mine.yaml"
    before = f"# mine\nfeeds:\n{indent}- id: one-the-first # first\n" + "".join(
        f"{indent}  {line}\n"
        for line in ("name: X", "url: http://x.example/f", "site: http://x.example/", "lang: en", "kind: news")
    )
    into.write_text(before)
    assert run("import", str(listing), "--into", str(into)).stdout == f"3 feeds appended to {into}\n"
    assert into.read_text().startswith(before)
    assert [feed.feed_id for feed in load_feeds(into)] == [
        "one-the-first",
        "one-the-first-2",
        "two-example",
        "perimeter-post",
    ]
    after = into.read_bytes()
    again = run("import", str(listing), "--into", str(into))
    assert again.exit_code == 1 and "gives no feed that is not listed already" in again.stderr
    assert into.read_bytes() == after


def test_an_import_into_a_list_that_is_not_there_makes_it(listing: Path, tmp_path: Path) -> None:
    assert run("import", str(listing), "--into", str(tmp_path / "new.yaml")).exit_code == 0
    assert len(load_feeds(tmp_path / "new.yaml")) == 3


def test_a_list_that_cannot_be_appended_to_stays_as_it_is(listing: Path, tmp_path: Path) -> None:
    into = tmp_path / "flow.yaml"
    into.write_text(
        "feeds: [{id: x, name: X, url: http://x.example/f, site: http://x.example/, lang: en, kind: news}]\n"
    )
    before = into.read_bytes()
    outcome = run("import", str(listing), "--into", str(into))
    assert outcome.exit_code == 1 and "is left as it was" in outcome.stderr
    assert into.read_bytes() == before


def test_a_file_that_is_no_opml_is_one_line(world: SampleWeb, tmp_path: Path) -> None:
    (tmp_path / "x.opml").write_bytes(b"<html/>")
    outcome = run("import", str(tmp_path / "x.opml"))
    assert outcome.exit_code == 1
    assert outcome.stderr == f"secdigest: {tmp_path / 'x.opml'}: is no OPML: its root element is 'html'\n"
