"""The page on design lists the functions that a request runs through; each list is compared with a trace."""

from __future__ import annotations

import importlib
import inspect
import logging
import pkgutil
import re
import sys
from pathlib import Path

import pytest
from flask import Flask

import flask_corsguard
from cases import EVIL, A
from flask_corsguard import CorsGuard, CorsMiddleware, Policy, cors
from flask_corsguard.flask.warnings.bypass import WATCHED
from harness import SpyApp, make_environ

PAGE = (Path(__file__).parents[1] / "docs" / "design.md").read_text("utf-8")

#: Requests before the one that is traced, so that what is remembered is there and none is watched any more.
WARM = WATCHED + 4


def functions():
    """Return the functions and methods of the package by their code; of testing there are none."""
    found = {}
    for info in pkgutil.walk_packages(flask_corsguard.__path__, "flask_corsguard."):
        if not info.name.startswith("flask_corsguard.testing"):
            module = importlib.import_module(info.name)
            for owner in [module, *filter(inspect.isclass, vars(module).values())]:
                for value in vars(owner).values():
                    function = getattr(value, "fget", None) or getattr(value, "__func__", value)
                    if inspect.isfunction(function) and function.__module__ == info.name:
                        name = f"{info.name.removeprefix('flask_corsguard.')}.{function.__qualname__}"
                        found[function.__code__] = name
    return found


def trace(app, environ):
    """Return what is called from another module, or is a method of the middleware, in order, once each."""
    names, stack, seen = functions(), [], {}

    def note(frame, event, _):
        if event == "return":
            stack.pop()
        elif event == "call":
            name = names.get(frame.f_code)
            module = frame.f_globals["__name__"].removeprefix("flask_corsguard.")
            within = next((each for each in reversed(stack) if each is not None), None)
            if name is not None and (within != module or "Middleware." in name):
                seen.setdefault(name)
            stack.append(module if name is not None else None)

    def ask():
        list(app(dict(environ), lambda *_: None))

    for _ in range(WARM):
        ask()
    stack.append(None)
    sys.setprofile(note)
    try:
        ask()
    finally:
        sys.setprofile(None)
    return list(seen)


def listed(title):
    """Return the functions of the list below a heading of the page."""
    section = PAGE.split(f"#### {title}\n")[1].split("\n#")[0]
    return re.findall(r"(?m)^\d+\. `([\w.]+)`", section)


def marked_application():
    """Return an application of Flask with a marked view."""
    app = Flask(__name__)

    @app.get("/rates")
    @cors(origins=["https://one.example", A])
    def rates():
        return "rates"

    CorsGuard(app)
    return app


def requests():
    """Return, by the headings of the page, an application and a request."""
    layer = CorsMiddleware(SpyApp(), Policy(origins=[A]))
    asked = {"Origin": A, "Access-Control-Request-Method": "PUT"}
    forged = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site", "Cookie": "session=1"}
    return {
        "A GET of an allowed origin": (layer, make_environ(headers={"Origin": A})),
        "A preflight of an allowed origin": (layer, make_environ("OPTIONS", headers=asked)),
        "A forged POST": (layer, make_environ("POST", headers=forged)),
        "A GET of a marked view in Flask": (
            marked_application(),
            make_environ(path="/rates", headers={"Origin": A}),
        ),
    }


@pytest.mark.parametrize("title", requests())
def test_a_request_runs_through_the_functions_that_the_page_lists(title, caplog):
    """In that order, and through no other one of another module."""
    caplog.set_level(logging.WARNING, "flask_corsguard")
    app, environ = requests()[title]

    assert trace(app, environ) == listed(title)


def test_the_page_lists_the_ways_that_are_traced():
    """No list is left out."""
    assert re.findall(r"(?m)^#### (.+)$", PAGE) == list(requests())
