"""Money set aside under the caps: one step that nobody else's comes between, whichever process asks.

`Reservations` is all that the callers know. `LocalReservations` keeps them in a folder of this machine; an object store
or a database would be another class.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from secdigest_pipeline.analysis.asking.claims import Claim, Claims
from secdigest_pipeline.analysis.asking.ledger import Ledger
from secdigest_pipeline.base.files import StorageError

_KIND = "hold"
_WIDTH = 200  # bytes of a hold's file: it is written over in place


@dataclass(slots=True)
class Hold:
    """USD that may be spent on calls of one edition, until it is let go."""

    edition: str
    usd: float
    claim: Claim | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Which cap it does not fit under, and whether it may fit once calls under way have ended (a batch takes hours)."""

    cap: str
    busy: bool


class Reservations(Protocol):
    """Methods block; they raise StorageError."""

    def hold(self, edition: str, usd: float, into: Hold | None = None) -> Hold | Refused:
        """Set `usd` aside, by itself or beside what `into` holds."""
        ...

    def reduce(self, hold: Hold, usd: float) -> None:
        """Let all but `usd` go. What was spent must stand in the ledger before."""
        ...


class LocalReservations:
    """Holds as files in a local folder. `pending`: what batches under way may cost, by edition."""

    def __init__(
        self,
        claims: Claims,
        ledger: Ledger,
        pending: Callable[[], Iterable[tuple[str, float]]],
        max_usd: float | None,
        max_usd_month: float | None,
    ) -> None:
        self._claims = claims
        self._ledger = ledger
        self._pending = pending
        self._max_usd = max_usd
        self._max_usd_month = max_usd_month

    def hold(self, edition: str, usd: float, into: Hold | None = None) -> Hold | Refused:
        """As in Reservations. What was spent is read from the ledger, what others hold from their files, in one step."""
        if self._max_usd is None and self._max_usd_month is None:
            return Hold(edition, usd, None)
        with self._claims.locked():
            calls, batches = self._held(), list(self._pending())
            spent, spent_month = self._ledger.spent(edition, datetime.now(UTC))
            of_edition = sum(other for of, other in calls + batches if of == edition)
            of_month = sum(other for _, other in calls + batches)
            if self._max_usd is not None and spent + of_edition + usd > self._max_usd:
                return Refused("budget", busy=any(of == edition for of, _ in calls))
            if self._max_usd_month is not None and spent_month + of_month + usd > self._max_usd_month:
                return Refused("budget of the month", busy=bool(calls))
            if into is None or into.claim is None:
                return Hold(edition, usd, self._claims.create(_KIND, _line(edition, usd)))
            into.usd += usd
            into.claim.write(_line(edition, into.usd))
            return into

    def reduce(self, hold: Hold, usd: float) -> None:
        """As in Reservations."""
        hold.usd = usd
        if hold.claim is None:
            return
        with self._claims.locked():
            if usd > 0:
                hold.claim.write(_line(hold.edition, usd))
            else:
                hold.claim.remove()
                hold.claim = None

    def _held(self) -> list[tuple[str, float]]:
        for left in self._claims.abandoned(_KIND):
            left.remove()
        held = []
        for path in self._claims.alive(_KIND):
            try:
                edition, usd = json.loads(path.read_bytes())
                held.append((str(edition), float(usd)))
            except (OSError, ValueError, TypeError) as error:
                raise StorageError(f"{path}: a reservation that cannot be read ({type(error).__name__})") from error
        return held


def _line(edition: str, usd: float) -> bytes:
    return json.dumps([edition, usd]).encode().ljust(_WIDTH)
