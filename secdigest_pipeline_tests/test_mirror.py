"""The tests mirror the rooms: a module has a test file of its name in its room, or stands here with the tests that hold it."""

from pathlib import Path

import secdigest_pipeline
from secdigest_pipeline_tests.places import REPOSITORY

PACKAGE = Path(secdigest_pipeline.__file__).parent
TESTS = REPOSITORY / "secdigest_pipeline_tests"
# Rows hold no decision: every test of a table writes and reads them.
ROWS = "records"

# Room, its modules without a test file of their name, the test file (below secdigest_pipeline_tests) that goes through them, and why.
THROUGH_OTHERS = (
    ("", "definitions", "end_to_end/test_plain_dagster.py", "puts the assets together: only a run shows that it did"),
    ("analysis", "compare", "cli/test_diff.py", "what `secdigest diff` prints"),
    ("analysis", "threat", "analysis/test_assemble.py", "one step of taking a reply apart"),
    (
        "analysis/asking",
        "answer failures reading wire",
        "analysis/asking/test_endpoint.py",
        "an answer's way, end by end",
    ),
    ("analysis/asking", "ledger reservations", "analysis/asking/test_budget.py", "what the caps are kept by"),
    ("analysis/asking", "cost", "analysis/asking/test_batches.py", "the list price beside what was billed"),
    ("analysis/asking", "prose", "analysis/asking/test_provider.py", "answers of a server without a schema"),
    ("analysis/asking", "notes", "analysis/asking/test_batches.py", "what a run leaves for the next"),
    ("analysis/grounding", "dates index names sentences vague", "analysis/grounding/test_values.py", "by statements"),
    (
        "analysis/grounding",
        "figures lists passages readings rounding source spans",
        "analysis/grounding/test_derived.py",
        "what follows from a quote, by statements",
    ),
    (
        "analysis/grounding/meaning",
        "advice cause certainty condition english events japanese negation numbers opposites order parties reading roles "
        "scope speaker tense",
        "analysis/grounding/meaning/test_changes.py",
        "by statements and their passages",
    ),
    ("articles/extraction", "article_text boilerplate", "articles/extraction/test_extract.py", "parts of one reading"),
    ("articles/pages", "answers", "articles/pages/test_read.py", "an answer's state, by real servers"),
    ("articles/stories", "words", "articles/stories/test_stories.py", "words count only where they merge or part"),
    (
        "assets",
        "metadata primary",
        "end_to_end/test_plain_dagster.py",
        "loads, calls, hands back: a run",
    ),
    ("base", "environment", "test_readme.py", "variables of the shell, read by the settings"),
    ("base", "setting_values", "base/test_settings.py", "what each setting takes"),
    ("base", "suffixes", "articles/primary/test_hosts.py", "the registered domain of a host"),
    ("cli", "dates summary", "cli/test_main.py", "parts of commands: what they refuse and print"),
    ("cli", "demo", "end_to_end/test_demo.py", "the command itself"),
    ("cli", "dev", "cli/test_before.py", "the command, up to the ports"),
    ("intake/feeds", "located", "intake/feeds/test_feeds.py", "the line of each error"),
    ("report", "edition", "report/test_markdown.py", "the whole report"),
    ("fetching", "hosts", "fetching/test_addresses.py", "the host of a URL, however it is spelled"),
    ("fetching", "references", "intake/polling/test_parse.py", "references of feeds"),
    ("fetching", "transport", "fetching/test_http.py", "every request of those tests goes through it"),
    (
        "indicators/exports",
        "blocklists files identity misp stix values",
        "indicators/exports/test_exports.py",
        "each format is read back by its own reader, all from the same rows",
    ),
    (
        "indicators/finding",
        "addresses context grammar hosts spelling urls",
        "indicators/finding/test_find.py",
        "one table of spellings, whichever module reads each",
    ),
    ("indicators/judging", "csv_rules", "indicators/csv/test_rows.py", "rules of the CSV's cells"),
    (
        "indicators/judging",
        "headings phrases sections wording",
        "indicators/judging/test_ledger.py",
        "what stands around a value counts only by the row it makes",
    ),
    ("indicators/past", "segments sightings", "indicators/past/test_history.py", "files behind one history"),
    ("intake/feeds", "named", "intake/test_health.py", "names in the memo's lines"),
    (
        "intake/history",
        "asking blogger chain sitemap sitemap_xml wayback wordpress",
        "intake/history/test_sources.py",
        "each protocol against a server, by the one function that asks them",
    ),
    ("intake/polling", "day_files shown", "intake/polling/test_archive.py", "files behind one archive"),
    ("orchestration", "failures", "orchestration/test_database.py", "servers that cannot be used"),
    ("orchestration", "services", "orchestration/test_resources.py", "what the resources hand on"),
    ("orchestration", "launcher", "end_to_end/test_ui.py", "starts runs: seen only from a daemon"),
    ("orchestration", "partitions", "assets/test_exports.py", "what every asset's test builds its run of"),
    ("report", "entry", "report/test_markdown.py", "the entries of the rendered report"),
    ("report", "grammar", "report/test_contract.py", "the fixed words that the contract's checker reads"),
    ("sample", "batches faults requests", "sample/test_messages.py", "parts of the sample Messages API"),
    ("sample", "clock", "end_to_end/test_bad_input.py", "the world's time, moved by hand"),
    ("sample", "content scenery feedxml", "sample/test_world.py", "what the world is made of"),
    ("sample", "enrichment_files", "vulnerabilities/test_facts.py", "the sample KEV and EPSS files"),
    ("sample", "hostile", "analysis/test_injection.py", "the hostile articles"),
    ("sample", "plain", "analysis/asking/test_provider.py", "a server of one's own"),
    ("sample", "past_web", "sample/test_past.py", "the servers of the sample past"),
    ("sample", "recorded", "sample/test_replies.py", "the recorded replies themselves, whole"),
    ("sample", "sources", "articles/primary/test_text.py", "the sample sources"),
    ("vulnerabilities", "archive", "vulnerabilities/test_fetching.py", "what a round keeps, and whom it asks"),
)


def listed() -> list[str]:
    return [f"{room}/{name}".lstrip("/") for room, modules, _, _ in THROUGH_OTHERS for name in modules.split()]


def names(folder: Path, pattern: str, prefix: str) -> set[str]:
    """Every file of `folder` as room/name, the prefix taken off."""
    found = (path.relative_to(folder) for path in folder.rglob(pattern))
    return {(path.parent / path.stem.removeprefix(prefix)).as_posix() for path in found}


def test_every_module_has_a_test_file_of_its_name_in_its_room_or_says_through_which_it_is_held() -> None:
    modules = {name for name in names(PACKAGE, "*.py", "") if not Path(name).name.startswith("__")}
    without = {name for name in modules - names(TESTS, "test_*.py", "test_") if Path(name).name != ROWS}
    assert without - set(listed()) == set(), "a module without a test file of its name"
    assert set(listed()) - without == set(), "listed above, but it has a test file by now, or is gone"
    assert len(listed()) == len(set(listed()))


def test_the_tests_that_hold_the_others_are_there() -> None:
    assert [test for _, _, test, why in THROUGH_OTHERS if not (TESTS / test).is_file() or not why] == []
