"""Published files: written whole, left alone when nothing changed, and read back to be held against the contract."""

import re
from collections.abc import Callable, Mapping

from upath import UPath

from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import StorageError, write_atomic
from secdigest_pipeline.indicators.csv.rows import check_ioc_csv
from secdigest_pipeline.report.contract import check_report

# Every other Markdown file below news/ becomes a bogus day in the original's tools (docs/contract.md 1.1).
_NEWS_FILE = re.compile(r"[0-9]{4}_[0-9]{2}-[0-9]{2}/[0-9]{8}\.md")


def publish(out: UPath, files: Mapping[str, bytes]) -> list[UPath]:
    """Writes each of `files` (path below `out` -> content) and returns their paths, in the same order.

    A file that holds these bytes already is not touched. StorageError names the output folder when it can't be used.
    """
    paths = []
    for name, data in files.items():
        path = out / name
        try:
            if not _holds(path, data):
                write_atomic(path, data)
        except (OSError, StorageError) as error:
            raise StorageError(f"output folder {out} (SECDIGEST_OUT): {error}") from error
        paths.append(path)
    return paths


def _holds(path: UPath, data: bytes) -> bool:
    try:
        return path.is_file() and bool(path.read_bytes() == data)
    except NotADirectoryError:
        return False


def check_published(out: UPath, edition: Edition) -> list[str]:
    """What is wrong with the files of `edition` as they lie in `out`, each with its path; empty when all is well."""
    checks: tuple[tuple[str, Callable[[bytes], list[str]]], ...] = (
        (edition.news_path, _report_faults),
        (edition.ioc_csv_path, check_ioc_csv),
        (edition.ioc_log_path, _log_faults),
    )
    wrong = []
    for name, check in checks:
        try:
            faults = check((out / name).read_bytes())
        except OSError as error:
            faults = [f"cannot be read ({error.strerror or error})"]
        wrong += [f"{out / name}: {fault}" for fault in faults]
    return wrong + _strays(out / "daily-news" / "news")


def _report_faults(data: bytes) -> list[str]:
    try:
        return check_report(data.decode())
    except UnicodeDecodeError as error:
        return [f"not UTF-8 ({error.reason} at byte {error.start})"]


def _log_faults(data: bytes) -> list[str]:
    title = "# IOC収集 作業ログ: "  # docs/contract.md 2.4
    return [] if data.startswith(title.encode()) else [f"does not begin with {title!r}"]


def _strays(news: UPath) -> list[str]:
    paths = sorted(news.rglob("*.md"), key=str)
    strays = [path for path in paths if not _NEWS_FILE.fullmatch(path.relative_to(news).as_posix())]
    return [f"{path}: no day of the report, and no other .md may lie here" for path in strays]
