"""What of the database ends a command in one line.

Nothing here loads SQLAlchemy: who has not loaded it has no error of it, and most commands need no database.
"""

import sys


class DatabaseError(RuntimeError):
    """PostgreSQL cannot be used; the message says which server and why, never the password."""


def server_failure(error: BaseException) -> str | None:
    """One line that tells which failure of the server in use lies behind `error`; None when none does."""
    library = sys.modules.get("sqlalchemy.exc")
    cause: BaseException | None = error if library else None
    while library and cause is not None:
        if isinstance(cause, library.OperationalError | library.InterfaceError):
            lines = str(cause.orig or cause).strip().splitlines() or [type(cause).__name__]
            return f"PostgreSQL failed while it was used: {lines[0]}; run the command again"
        cause = cause.__cause__ or cause.__context__
    return None
