"""Published files: whole, untouched when unchanged, checked where they lie; an edition made from its tables."""

from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.report.edition import EditionReport, make_edition
from secdigest_pipeline.report.entry import BrokenReport
from secdigest_pipeline.report.publish import check_published, publish
from secdigest_pipeline_tests.report.rows import EDITION, analysis, article, ioc, item, statement


def made(**changes: object) -> EditionReport:
    given = {
        "items": [item()],
        "articles": [article()],
        "analyses": [analysis()],
        "iocs": [ioc("domain", "evil.example")],
        "cost_usd": 0.0125,
        "provisional": False,
        "failed_feeds": [],
    } | changes
    return make_edition(EDITION, **given)  # type: ignore[arg-type]


def test_files_lie_where_the_contract_wants_them_the_report_first(tmp_path: Path) -> None:
    edition = made()
    paths = publish(UPath(tmp_path), edition.files)
    assert [path.relative_to(UPath(tmp_path)).as_posix() for path in paths] == [
        "daily-news/news/2026_10-12/20261001.md",
        "daily-news/iocs/2026_10-12/20261001.csv",
        "daily-news/iocs/2026_10-12/20261001.md",
    ]
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "20261001.csv", "20261001.md", "20261001.md",
    ]  # fmt: skip
    report = paths[0].read_bytes()
    assert report.endswith(b"0.0125 USD\n")
    assert b"\r" not in report
    assert not report.startswith(b"\xef\xbb\xbf")
    assert check_published(UPath(tmp_path), EDITION) == []


def test_an_unchanged_file_is_not_written_again_and_a_changed_one_is(tmp_path: Path) -> None:
    out = UPath(tmp_path)
    paths = publish(out, made().files)
    before = [path.stat().st_ino for path in map(Path, map(str, paths))]
    assert publish(out, made().files) == paths
    assert [Path(str(path)).stat().st_ino for path in paths] == before
    publish(out, made(cost_usd=1.0).files)
    after = [Path(str(path)).stat().st_ino for path in paths]
    assert after[0] != before[0]
    assert after[1:] == before[1:]


def test_an_object_store_is_published_to_the_same_way() -> None:
    out = UPath("memory://secdigest-publish")
    publish(out, made().files)
    assert check_published(out, EDITION) == []


def test_an_output_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "out"
    blocked.write_text("a file")
    with pytest.raises(StorageError, match=f"output folder {blocked} \\(SECDIGEST_OUT\\)"):
        publish(UPath(blocked), made().files)


def test_a_failed_write_leaves_no_markdown_behind(tmp_path: Path) -> None:
    (tmp_path / EDITION.news_path).mkdir(parents=True)
    with pytest.raises(StorageError, match="SECDIGEST_OUT"):
        publish(UPath(tmp_path), made().files)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def test_published_files_that_were_changed_removed_or_added_are_found(tmp_path: Path) -> None:
    out = UPath(tmp_path)
    publish(out, made().files)
    report = tmp_path / EDITION.news_path
    report.write_text(report.read_text("utf-8").replace("- その他\n", "  - その他\n"), "utf-8")
    (tmp_path / EDITION.ioc_csv_path).write_bytes(b"x\n")
    (tmp_path / EDITION.ioc_log_path).unlink()
    (tmp_path / "daily-news/news/README.md").write_text("# x")
    found = "\n".join(check_published(out, EDITION))
    assert "20261001.md: line" in found
    assert "20261001.csv: row 1" in found
    assert "iocs/2026_10-12/20261001.md: cannot be read" in found
    assert "README.md: no day" in found
    report.write_bytes(b"\xff")
    assert "not UTF-8" in "\n".join(check_published(out, EDITION))


def test_an_edition_has_numbers_and_a_preview() -> None:
    edition = made()
    assert edition.numbers == {
        "articles_printed": 1, "articles_with_iocs": 1, "headlines": 0, "cost_usd": 0.0125,
    }  # fmt: skip
    assert edition.preview.encode() == next(iter(edition.files.values()))


def test_the_preview_of_a_long_day_is_cut_between_articles() -> None:
    keys = [f"a{n:03}" for n in range(300)]
    edition = made(
        items=[item(item_id=key, article_id=key) for key in keys],
        articles=[article(article_id=key, url=f"https://news.example/{key}") for key in keys],
        analyses=[analysis(article_id=key, summary=(statement("あ" * 100),)) for key in keys],
        iocs=[],
    )
    assert 40_000 < len(edition.preview) <= 50_001
    assert edition.preview.endswith("    - 推奨事項なし\n")


def test_a_report_that_must_not_be_published_is_not_made() -> None:
    with pytest.raises(BrokenReport, match="unsupported"):
        made(analyses=[analysis(summary=(statement("偽。", "unsupported: x"),))])
    with pytest.raises(BrokenReport, match=r"20261001\.csv: row 2, column date"):
        made(iocs=[ioc("domain", "evil.example", date="yesterday")])
