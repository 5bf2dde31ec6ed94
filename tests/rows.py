"""One test for all rows of a table, where a test for each would cost more than the row does."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps

import pytest


def for_each(names: str, rows: Iterable[object]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that has a test check every row of a table and report all that fail.

    Write it as ``pytest.mark.parametrize``, above a test whose fixtures need not be new for each row.
    pytest shows the first failure with its values.

    :param names: the parameters that a row is for, with commas between them.
    :param rows: a value for each parameter, as a tuple if there are several parameters.
    """
    parameters = names.split(", ")
    table = list(rows)
    assert table, "a table without rows would make the test pass"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(test)
        left = [each for name, each in signature.parameters.items() if name not in parameters]

        @wraps(test)
        def check(**fixtures: object) -> None:
            __tracebackhide__ = True
            failures: list[tuple[object, BaseException]] = []
            for row in table:
                values = row if len(parameters) > 1 else (row,)
                try:
                    test(**dict(zip(parameters, values, strict=True)), **fixtures)
                # ``pytest.raises`` fails with an exception that is not an Exception.
                except (Exception, pytest.fail.Exception) as failure:  # noqa: BLE001
                    failures.append((row, failure))
            if failures:
                shown = "\n".join(f"{row!r}: {failure!r}" for row, failure in failures)
                message = f"{len(failures)} of {len(table)} rows fail:\n{shown}"
                raise AssertionError(message) from failures[0][1]

        check.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return check

    return decorate
