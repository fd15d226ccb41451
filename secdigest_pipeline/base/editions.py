"""Editions: the one place that knows the calendar.

Edition D is the report published on the morning of D in Asia/Tokyo; its window is [D-1 06:00, D 06:00) JST
(docs/architecture.md, Editions). The cut-off hour is `CUTOFF_HOUR`; file names follow docs/contract.md 1.1 and 7.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TIMEZONE = "Asia/Tokyo"
JST = ZoneInfo(TIMEZONE)
CUTOFF_HOUR = 6
# A feed shows an item some time after its own timestamp; an hourly poll sees it at most an hour later (docs/architecture.md, Editions).
GRACE = timedelta(hours=2)


@dataclass(frozen=True, slots=True, order=True)
class Edition:
    """One daily report, named by its publication date in Asia/Tokyo."""

    day: date

    @classmethod
    def parse(cls, key: str) -> "Edition":
        """Edition of a partition key `YYYY-MM-DD`; ValueError names the key when it is no such date."""
        try:
            parsed = datetime.strptime(key, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar date has no zone
        except ValueError:
            raise ValueError(f"edition {key!r} is not a date of the form YYYY-MM-DD") from None
        return cls(parsed)

    @classmethod
    def of(cls, moment: datetime) -> "Edition":
        """The edition whose window holds `moment` (an aware datetime)."""
        local = moment.astimezone(JST)
        shift = timedelta(days=1 if local.hour >= CUTOFF_HOUR else 0)
        return cls(local.date() + shift)

    @property
    def key(self) -> str:
        """Partition key, `YYYY-MM-DD`."""
        return self.day.isoformat()

    @property
    def start(self) -> datetime:
        """First moment of the window, UTC."""
        return self._cutoff(self.day - timedelta(days=1))

    @property
    def cutoff(self) -> datetime:
        """First moment after the window, UTC."""
        return self._cutoff(self.day)

    @property
    def closes(self) -> datetime:
        """Cut-off plus grace, UTC: an item first seen later than this is `late` for the edition."""
        return self.cutoff + GRACE

    @property
    def quarter(self) -> str:
        """Folder of the calendar quarter, for example `2026_10-12` (docs/contract.md 1.1)."""
        first = 3 * ((self.day.month - 1) // 3) + 1
        return f"{self.day.year:04d}_{first:02d}-{first + 2:02d}"

    @property
    def stem(self) -> str:
        """File stem, `YYYYMMDD`."""
        return self.day.strftime("%Y%m%d")

    @property
    def news_path(self) -> str:
        """Path of the Markdown report below the output folder."""
        return f"daily-news/news/{self.quarter}/{self.stem}.md"

    @property
    def ioc_csv_path(self) -> str:
        """Path of the 12-column IOC CSV below the output folder (docs/contract.md 2.1)."""
        return f"daily-news/iocs/{self.quarter}/{self.stem}.csv"

    @property
    def ioc_log_path(self) -> str:
        """Path of the IOC work log below the output folder (docs/contract.md 2.4)."""
        return f"daily-news/iocs/{self.quarter}/{self.stem}.md"

    def shifted(self, days: int) -> "Edition":
        """The edition `days` later (earlier when negative)."""
        return Edition(self.day + timedelta(days=days))

    @staticmethod
    def _cutoff(day: date) -> datetime:
        return datetime.combine(day, time(CUTOFF_HOUR), JST).astimezone(UTC)
