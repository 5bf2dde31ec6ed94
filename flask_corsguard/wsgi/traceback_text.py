"""The text of an exception in the log: its own words, which may quote a request, are escaped and cut."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator

#: How many characters of an exception's own text the log shows; more than of one value, because the text is
#: the application's.
MAX_ERROR_LENGTH: Final = 500

#: How many exceptions of a chain, or of a group, the log shows.
MAX_ERRORS: Final = 10


def escape_exception(record: logging.LogRecord) -> bool:
    """Give *record* the text of its exception, with the exception's message as one line of ASCII.

    A filter of the logger. The formatters of :mod:`logging` use such a text if there is one; other handlers
    find the exception itself in the record.

    :returns: ``True``: every record is logged.
    """
    if record.exc_info and record.exc_info[1] is not None and not record.exc_text:
        record.exc_text = "\n".join(_lines_of(record.exc_info[1]))
    return True


def _lines_of(error: BaseException) -> Iterator[str]:
    seen: list[BaseException] = []
    following: list[tuple[str, BaseException]] = [("", error)]
    while following and len(seen) < MAX_ERRORS:
        because, each = following.pop(0)
        if any(each is other for other in seen):
            continue
        seen.append(each)
        if because:
            yield because
        if each.__traceback__ is not None:
            yield "Traceback (most recent call last):"
            yield "".join(traceback.format_tb(each.__traceback__)).rstrip("\n")
        yield _text_of(each)
        if each.__cause__ is not None:
            following.append(("The exception above was raised from this one:", each.__cause__))
        elif each.__context__ is not None and not each.__suppress_context__:
            following.append(("The exception above was raised while this one was handled:", each.__context__))
        members: tuple[BaseException, ...] = getattr(each, "exceptions", ())
        following += [("The group above contains this exception:", member) for member in members]


def _text_of(error: BaseException) -> str:
    # Tempting: str(error). But that is the application's code, and may raise, too.
    text = "".join(traceback.format_exception_only(error)).rstrip("\n")
    # The quotes of ascii() would look as if they were the exception's.
    escaped = ascii(text[: MAX_ERROR_LENGTH + 1])[1:-1]
    return escaped if len(escaped) <= MAX_ERROR_LENGTH else f"{escaped[:MAX_ERROR_LENGTH]}..."
