"""The checks of a policy's fields: each returns the field in its one normal form, or adds problems.

The functions append to ``problems`` and go on, so that the error lists every problem of a policy at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

from flask_corsguard.core import fetch_standard
from flask_corsguard.core.problems import Problem, did_you_mean, problem

from .items import items_of, without_repetitions

#: Characters of a misspelt name that are compared with the right ones, which are much shorter.
MAX_COMPARED_LENGTH: Final = 64

#: Longest time that a browser caches a preflight, in seconds (Firefox; Chromium 7200, WebKit 600).
MAX_MAX_AGE: Final = 86400

T = TypeVar("T")
Problems = list[Problem]


def exact(value: T) -> T:
    """Return *value*, and a plain ``str`` where it is an instance of a subclass: a member of an ``Enum``.

    The member is equal to its value, but in a header it may become the text ``Sites.APP``.
    """
    if isinstance(value, str) and type(value) is not str:
        # Tempting: str(value). But that is the method of the subclass.
        return str.__str__(value)  # type: ignore[return-value]  # a str where T is one
    return value


_RESPONSE_ONLY: Final = fetch_standard.CORS_RESPONSE_HEADERS
_REQUEST_ONLY: Final = frozenset(
    name.lower()
    for name in (
        *(
            "Cookie",
            "Host",
            "Origin",
            "Referer",
            fetch_standard.ACRM,
            fetch_standard.ACRH,
            fetch_standard.ACRPN,
        ),
        # On responses, but only to preflights, which no page reads.
        *(fetch_standard.ACAM, fetch_standard.ACAH, fetch_standard.ACMA, fetch_standard.ACAPN),
    )
)


def check_list(field: str, value: object, example: str, problems: Problems) -> list[object]:
    """Return the items of *value* in their order, without repetitions; a string is not a list.

    :param example: the items that a hint shows if *value* does not suggest better ones.
    :returns: an empty list if *value* is refused.
    """
    if isinstance(value, str):
        items = [_SPELLINGS.get(field, str)(item) for item in value.replace(",", " ").split()]
        listed = "" if None in items else ", ".join(f'"{item}"' for item in items)
        problems.append(problem("list.string", field, value, f"Write {field}=[{listed or example}]."))
    elif (found := items_of(value)) is None:
        problems.append(problem("list.type", field, value, f"Write {field}=[{example}]."))
    else:
        # Of a hundred thousand origins, most are plain: their types are compared at once.
        plain = found if set(map(type, found)) <= {str} else map(exact, found)
        return list(without_repetitions(plain))
    return []


def is_star(value: object) -> bool:
    """Whether *value* is ``"*"``. The comparison of another type is never called."""
    return isinstance(value, str) and value == "*"


def _working_spelling(text: str) -> str | None:
    from .diagnosis import working_spelling

    return working_spelling(text)


#: How to spell an item of a list that was written as one string; the functions return ``None`` if the item is
#: not clear.
_SPELLINGS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "origins": _working_spelling,
    "methods": str.upper,
}


def check_names(
    field: str,
    value: object,
    example: str,
    check: Callable[[str, str], Problem | None],
    problems: Problems,
) -> tuple[str, ...]:
    """Return the names in *value*, ``"*"`` first if it is among them.

    :param check: takes the field and a name, and returns the problem of the name, if it has one.
    :returns: the names without a problem.
    """
    if is_star(value):
        return ("*",)
    names: list[str] = []
    for item in check_list(field, value, example, problems):
        if not isinstance(item, str):
            problems.append(problem("list.type", field, item, f"Write {field}=[{example}]."))
        elif item == "*":
            names.insert(0, item)
        elif (refusal := check(field, item)) is not None:
            problems.append(refusal)
        else:
            names.append(item)
    return tuple(names)


def _one_by_one(text: str, general: str) -> str:
    """Return the hint for a *text* that is not a token: the names in it, or the *general* advice."""
    names = [part.partition(":")[0].strip() for part in text.split(",")]
    if all(map(fetch_standard.is_token, names)):
        listed = ", ".join(f'"{name}"' for name in names)
        return f"Write {listed}."
    return f"Write {general}."


def check_methods(value: object, problems: Problems) -> str | tuple[str, ...] | None:
    """Return the methods; ``None`` means those of the route."""
    if value is None:
        return None
    names = check_names("methods", value, '"GET", "PUT"', _check_method, problems)
    return "*" if "*" in names else names


#: Tokens, and so legal methods, which are only ever meant as every method.
_EVERY_METHOD: Final = frozenset({"ALL", "ANY"})


def _check_method(field: str, method: str) -> Problem | None:
    refuse = partial(problem, field=field, value=method)
    if not fetch_standard.is_token(method):
        return refuse(
            "method.token", hint=_one_by_one(method, 'the methods one by one, such as "GET", "PUT"')
        )
    if "*" in method or method.upper() in _EVERY_METHOD:
        hint = 'Write the methods one by one, such as "GET", "PUT"; or methods="*" for every method.'
        return refuse("method.wildcard", hint=hint)
    if fetch_standard.is_forbidden_method(method):
        return refuse("method.forbidden", hint=f'Leave "{method}" out.')
    if (
        method not in fetch_standard.UPPER_CASE_METHODS
        and method.upper() in fetch_standard.UPPER_CASE_METHODS
    ):
        return refuse("method.case", hint=f'Write "{method.upper()}".')
    return None


def check_request_headers(value: object, problems: Problems) -> str | tuple[str, ...]:
    """Return the request headers; ``"*"`` covers all others but ``Authorization``."""
    names = _unique_names(
        check_names("allow_headers", value, '"Content-Type"', _check_request_header, problems)
    )
    if "*" not in names:
        return names
    beside = tuple(name for name in names if name.lower() == fetch_standard.NON_WILDCARD_REQUEST_HEADER)
    return ("*", *beside) if beside else "*"


def _check_request_header(field: str, name: str) -> Problem | None:
    refuse = partial(problem, field=field, value=name)
    if not fetch_standard.is_token(name):
        hint = _one_by_one(name, 'the names one by one, without colon or value, such as "Content-Type"')
        return refuse("request-header.token", hint=hint)
    if "*" in name:
        hint = 'Write each name whole; or allow_headers="*" for every header but Authorization.'
        return refuse("request-header.wildcard", hint=hint)
    if fetch_standard.is_forbidden_request_header(name):
        return refuse("request-header.forbidden", hint=f'Leave "{name}" out: {_why_forbidden(name)}.')
    if is_read_as_forbidden(name):
        hint = f'Leave "{name}" out, or give the header another name.'
        return refuse("request-header.underscore", hint=hint)
    if name.lower() in _RESPONSE_ONLY:
        return refuse("request-header.response-only", hint=f'Leave "{name}" out: flask-corsguard sends it.')
    return None


def _why_forbidden(name: str) -> str:
    if name.lower() == "cookie":
        return "cookies are allowed by credentials=True"
    return "browsers set it themselves, and no page can"


def is_read_as_forbidden(name: str) -> bool:
    """Whether a server may take a request header of this *name* for one that no page may set.

    WSGI names both ``HTTP_SEC_FETCH_SITE``, and some servers pass both on (PEP 3333 has the names of CGI).
    """
    return "_" in name and fetch_standard.is_forbidden_request_header(name.replace("_", "-"))


def check_response_headers(value: object, problems: Problems) -> str | tuple[str, ...]:
    """Return the response headers that a page may read; ``"*"`` covers any other."""
    names = _unique_names(
        check_names("expose_headers", value, '"Content-Disposition"', _check_response_header, problems)
    )
    return "*" if "*" in names else names


def _check_response_header(field: str, name: str) -> Problem | None:
    refuse = partial(problem, field=field, value=name)
    if not fetch_standard.is_token(name):
        hint = _one_by_one(name, 'the names one by one, without colon or value, such as "X-Total"')
        return refuse("response-header.token", hint=hint)
    if "*" in name:
        hint = 'Write each name whole; or, without credentials, expose_headers="*" for every header.'
        return refuse("response-header.wildcard", hint=hint)
    if name.lower() in fetch_standard.FORBIDDEN_RESPONSE_HEADERS:
        return refuse("response-header.forbidden", hint=f'Leave "{name}" out.')
    if name.lower() in _REQUEST_ONLY:
        return refuse("response-header.request-only", hint=f'Leave "{name}" out.')
    return None


def _unique_names(names: Iterable[str]) -> tuple[str, ...]:
    # The case of header names does not count (RFC 9110, section 5.1); the result has the first spelling.
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.lower(), name)
    return tuple(first.values())


def check_max_age(value: object, problems: Problems) -> int | None:
    """Return the age in seconds; ``None`` means that it is not sent."""
    if value is None:
        return None
    seconds = value
    if isinstance(value, timedelta):
        whole = value % timedelta(seconds=1) == timedelta()
        seconds = value // timedelta(seconds=1) if whole else None
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        hint = "Write max_age=600 for ten minutes."
        if isinstance(value, str):
            hint = 'Write max_age=600 for ten minutes; convert a string such as "600" with int().'
        problems.append(problem("max-age.type", "max_age", value, hint))
        return None
    if not 0 <= seconds <= MAX_MAX_AGE:
        hint = f"Write a number from 0, which turns caching off, to {MAX_MAX_AGE}, or None to send no age."
        problems.append(problem("max-age.bounds", "max_age", value, hint))
        return None
    # A plain one: a member of an IntEnum may be written by its name.
    return int(seconds)


def check_flag(field: str, value: object, problems: Problems) -> bool:
    """Return *value* if it is a boolean, else ``False``."""
    if isinstance(value, bool):
        return value
    # Tempting: bool(value). But the method of another type is never called.
    text = (
        value.strip().lower()
        if isinstance(value, str)
        else str(isinstance(value, int) and value != 0).lower()
    )
    word = "False" if text in {"false", "0", "no", "off", "", "none"} else "True"
    hint = f"Write {field}={word}."
    if isinstance(value, str):
        variable = 'For an environment variable, write os.environ.get("NAME") == "true".'
        hint = f"Write {field}={word}, not a string. {variable}"
    problems.append(problem("flag.type", field, value, hint))
    return False


def check_choice(field: str, value: T, choices: Sequence[T], problems: Problems) -> T:
    """Return the choice that *value* is, and add a problem if it is not one of *choices*."""
    # Tempting: "value in choices". But the comparison of another type is never called.
    value = exact(value)
    if isinstance(value, str) and value in choices:
        return value
    text = value if isinstance(value, str) else ""
    hint = did_you_mean(text[:MAX_COMPARED_LENGTH], [str(choice) for choice in choices])
    problems.append(problem("choice.unknown", field, value, hint))
    return value
