"""Tables of an earlier version: read by today's declarations, and named so that SQL takes every column as it is."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy
from upath import UPath

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.definitions import TABLES
from secdigest_pipeline.indicators.past.history import History
from secdigest_pipeline.intake.polling.archive import Archive
from secdigest_pipeline.vulnerabilities.archive import EnrichmentArchive
from secdigest_pipeline_tests.fixtures import old_data

DAYS = ("2026-10-01", "2026-10-02", "2026-10-03")
# Tables of 6abc212, each with a file.
OLD = (
    *("article_analyses", "article_pages", "cleaned_articles", "cve_facts", "daily_report", "enrichment_files"),
    *(
        "feed_health",
        "feed_snapshots",
        "ioc_exports",
        "ioc_history",
        "iocs",
        "primary_pages",
        "raw_feed_items",
        "stories",
    ),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> UPath:
    return UPath(old_data(tmp_path_factory.mktemp("old") / "data"))


def files_of(data: UPath, name: str) -> list[Path]:
    tables = Path(str(data)) / "tables"
    return sorted([*tables.glob(f"{name}.parquet"), *(tables / name).glob("*.parquet")])


@pytest.mark.parametrize("name", OLD)
def test_every_file_of_the_old_form_is_read_with_nothing_lost(data: UPath, name: str) -> None:
    paths = files_of(data, name)
    assert len(paths) in (1, len(DAYS))
    for path in paths:
        stored = pq.read_table(path)
        rows = TABLES[name].rows(TABLES[name].current(stored))
        assert len(rows) == stored.num_rows
        old = dict(zip(stored.column_names, stored.to_pydict().values(), strict=True))
        for column in TABLES[name].columns:
            before = old.get(column.name, old.get(column.field))
            if before is not None and not pa.types.is_nested(column.type):
                assert [getattr(row, column.field) for row in rows] == before, column.name


def test_the_files_are_of_the_old_form_and_today_s_is_another(data: UPath) -> None:
    (path, *_) = files_of(data, "iocs")
    stored = pq.read_table(path)
    assert {"edition", "start", "end"} <= set(stored.column_names)
    assert stored.schema.field("edition").type == pa.string()
    today = TABLES["iocs"].current(stored)
    assert today.schema.field("edition").type == pa.date32()
    assert {"start", "end"} & set(today.column_names) == set()
    assert today.column("edition").to_pylist() == [date.fromisoformat(path.stem)] * stored.num_rows
    for old, new in (("start", "start_offset"), ("end", "end_offset")):
        assert today.column(new).to_pylist() == stored.column(old).to_pylist()


def test_an_article_of_the_old_form_has_no_version_of_its_characters(data: UPath) -> None:
    table = TABLES["cleaned_articles"]
    rows = table.rows(table.current(pq.read_table(files_of(data, "cleaned_articles")[0])))
    assert rows
    assert {row.characters for row in rows} == {None}


def test_the_archive_and_the_history_of_the_old_form_are_read(data: UPath) -> None:
    told: list[str] = []
    archive = Archive(data / "archive", told.append)
    seen = archive.seen().column("item_id").to_pylist()
    sightings = archive.sightings(seen, archive.days())
    assert {row.item_id for row in sightings} == set(seen) != set()
    assert len(archive.last_polls()) == 12
    archive.history()
    ledger = [
        row
        for path in files_of(data, "iocs")
        for row in TABLES["iocs"].rows(TABLES["iocs"].current(pq.read_table(path)))
        if row.is_ioc
    ]
    history = History(data / "history", told.append)
    for row in ledger:
        found = [item.sighting for item in history.search(row.type, row.value) if item.kind == "exact"]
        assert row.edition in {sighting.edition for sighting in found}, row.value
    for day in DAYS:
        assert EnrichmentArchive(data / "enrichment").of("kev", Edition.parse(day)) is not None
    assert told == []


def names_of(schema: pa.Schema) -> Iterator[str]:
    """Every column's name, those inside lists and records too."""
    fields = list(schema)
    while fields:
        field = fields.pop()
        if not pa.types.is_list(field.type):
            yield field.name
        if pa.types.is_nested(field.type):
            fields += [field.type.field(at) for at in range(field.type.num_fields)]


def test_no_column_is_a_reserved_word_of_sql(postgres: str) -> None:
    engine = sqlalchemy.create_engine(postgres, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        reserved = set(connection.scalars(sqlalchemy.text("select word from pg_get_keywords() where catcode = 'R'")))
        assert {"end", "user", "select"} <= reserved
        columns = {f"{name}.{column}" for name, table in TABLES.items() for column in names_of(table.schema)}
        assert {"article_analyses.start_offset", "iocs.end_offset"} <= columns
        assert {column for column in columns if column.split(".")[1] in reserved} == set()
        for name, table in TABLES.items():
            listed = ", ".join(table.schema.names)
            nothing = ", ".join("null" for _ in table.schema.names)
            query = f"select {listed} from (values ({nothing})) as {name} ({listed})"
            assert connection.execute(sqlalchemy.text(query)).one() == (None,) * len(table.schema.names)
        wanted = (
            "select value, start_offset, end_offset from (values ('a', 1, 2)) as iocs (value, start_offset, end_offset)"
        )
        assert connection.execute(sqlalchemy.text(wanted)).one() == ("a", 1, 2)
