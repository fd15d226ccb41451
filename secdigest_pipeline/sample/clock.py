"""The clock of the demo: stands where the sample world stands."""

from datetime import datetime


class WorldClock:
    """A clock that is set by hand; `at` is aware."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """That moment."""
        return self.at
