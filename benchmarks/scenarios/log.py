"""What the library's log does while a request is measured."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent_log() -> Iterator[None]:
    """Give the library's log a handler that drops every record, at the level that it has by default."""
    logger, handler = logging.getLogger("flask_corsguard"), logging.NullHandler()
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = before
        logger.removeHandler(handler)


@contextmanager
def log_off() -> Iterator[None]:
    """Set the level of the library's log so high that no record is made."""
    logger = logging.getLogger("flask_corsguard")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
