"""The packages that read a source of origins: none of them comes with the library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needs(package: str) -> Iterator[None]:
    """Have the error for a missing *package* show what to install.

    :param package: the name of the package, and of the module that is imported within.
    :raises ModuleNotFoundError: if it is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        text = f"This source of origins needs {package}. Write: python3 -m pip install {package}"
        raise ModuleNotFoundError(text, name=package) from None
