"""Origins in a database that SQLAlchemy knows: a query, and a version of what it returns."""

from __future__ import annotations

from .driver import needs
from .native import Bell

with needs("sqlalchemy"):
    from sqlalchemy import Engine, Executable, create_engine, text


class SqlQuery:
    """A query that lists origins and patterns, for :class:`.LiveOrigins`.

    :param database: the URL of a database, or an engine. It should have time limits: which ones depends on
        the driver, such as ``connect_args={"connect_timeout": 3}``.
    :param query: selects the origins, in the first column.
    :param version: selects one row that is another one after each change, deletions included. Without it the
        query is sent every time.
    """

    __module__ = "flask_corsguard.live.sql"

    def __init__(
        self, database: str | Engine, query: str | Executable, version: str | Executable | None = None
    ) -> None:
        self._engine = create_engine(database, pool_pre_ping=True) if isinstance(database, str) else database
        self._query = text(query) if isinstance(query, str) else query
        self._version = text(version) if isinstance(version, str) else version

    def __repr__(self) -> str:
        # Without the password.
        return f"SqlQuery({self._engine.url.render_as_string(hide_password=True)!r}, {str(self._query)!r})"

    def load(self) -> list[str]:
        """Return the first column of the rows, for the object that uses this source."""
        with self._engine.connect() as connection:
            return [row[0] for row in connection.execute(self._query)]

    def version(self) -> object:
        """Return the row of the version, for the object that uses this source."""
        if self._version is None:
            return None
        with self._engine.connect() as connection:
            row = connection.execute(self._version).first()
            return None if row is None else tuple(row)

    def wait(self, seconds: float, bell: Bell) -> None:
        """Wait: a database has no news."""
        bell.wait(seconds)
