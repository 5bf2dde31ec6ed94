"""Translates the options of Flask-CORS into the fields of a policy.

One translation serves the program that edits an application, where values can be unknown, and the function
for run time. It never allows more than Flask-CORS did: where it cannot tell, it asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .header_names import read_allow_headers, read_expose_headers, read_max_age, read_methods
from .options import EVERY_HEADER, OPTIONS, meant_by
from .origin_questions import OriginQuestions
from .origins import UNKNOWN, read_origins
from .questions import Answers, Question
from .translated import Translation, shown


def resolve_ignored(
    options: Mapping[str, Any], answers: Answers, place: str = ""
) -> tuple[dict[str, str], Translation]:
    """Return what options that Flask-CORS ignored are to be from now on, and what that leaves to ask.

    :returns: the option that takes effect, for each ignored one that does; and questions and notes.
    """
    renames: dict[str, str] = {}
    result = Translation()
    for name, value in options.items():
        if name in OPTIONS:
            continue
        meant = meant_by(name)
        result.dropped.append(name)
        if meant not in {"origins", "resources"} or meant in options or _is_everyone(meant, value):
            result.notes.append(f"{name}= was ignored by Flask-CORS, and is dropped")
            continue
        wide = "everyone was allowed" if meant == "origins" else "it applied to every path"
        question = Question(
            "ignored-option",
            f"{name}={shown(value)} was ignored, so {wide}. Apply what was meant, or go on as it was?",
        )
        answer = result.ask(question, answers, place)
        if answer == "as-written":
            renames[name] = meant
            result.dropped.remove(name)
        elif answer == "closed":
            result.fields["closed"] = True
    return renames, result


def _is_everyone(meant: str | None, value: Any) -> bool:
    return meant == "origins" and value is not UNKNOWN and read_origins(value).is_any


def translate(options: Mapping[str, Any], answers: Answers, place: str = "") -> Translation:
    """Return the policy for *options*, all of which Flask-CORS knew.

    :param options: by the names of Flask-CORS; an item of a list, or a value, can be ``UNKNOWN``.
    :param place: where they are written, as ``path:line``.
    """
    result = Translation(dropped=[name for name in options if OPTIONS[name].field is None])
    credentials = options.get("supports_credentials", False)
    result.fields["credentials"] = credentials is not UNKNOWN and bool(credentials)
    found = read_origins(options.get("origins", "*"))
    result.notes += found.notes
    origins = OriginQuestions(found, result, answers, place)
    origins.settle()
    _add_names(options, result, answers, place)
    if options.get("allow_private_network", False) is True:
        _add_private_network(result, answers, place)
    if not result.questions:
        origins.check()
    if not result.fields["credentials"] and ("supports_credentials" not in options or result.is_closed):
        del result.fields["credentials"]
    if not result.fields.get("origins"):
        result.fields.pop("origins", None)
    return result


def _add_names(options: Mapping[str, Any], result: Translation, answers: Answers, place: str) -> None:
    fields, notes = result.fields, result.notes
    readers: dict[str, Callable[[Any, list[str]], Any]] = {
        "methods": read_methods,
        "expose_headers": read_expose_headers,
        "max_age": read_max_age,
    }
    for name, read in readers.items():
        value = options.get(name)
        if value is not None and value is not UNKNOWN:
            fields[name] = read(value, notes)
    if fields.get("expose_headers") == "*" and fields["credentials"]:
        text = 'expose_headers="*" with credentials: browsers read it as a name then. Which headers are read?'
        answer = result.ask(Question("exposed-star", text), answers, place)
        fields["expose_headers"] = list(answer) if isinstance(answer, tuple) else []
    if not fields.get("expose_headers"):
        fields.pop("expose_headers", None)
    headers = options.get("allow_headers", "*")
    patterns: list[str] = []
    fields["allow_headers"] = (
        list(EVERY_HEADER) if headers is UNKNOWN else read_allow_headers(headers, notes, patterns)
    )
    if patterns:
        text = f"allow_headers has the expression {', '.join(patterns)}: which headers are meant?"
        answer = result.ask(Question("header-regex", text), answers, place)
        if answer == "any":
            fields["allow_headers"] = list(EVERY_HEADER)
        elif isinstance(answer, tuple):
            fields["allow_headers"] = list(dict.fromkeys([*fields["allow_headers"], *answer]))


def _add_private_network(result: Translation, answers: Answers, place: str) -> None:
    if result.fields.get("origins") == "*":
        text = (
            "allow_private_network=True with any origin allows every site to reach into every home network."
        )
        result.ask(Question("private-network-any-origin", text), answers, place)
    elif result.fields.get("origins"):
        result.fields["private_network"] = True
