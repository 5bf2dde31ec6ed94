"""What browsers make of a program under Flask-CORS, and of the same program after the migration.

The pages of friends, look-alikes and strangers fetch every URL: plainly, as JSON, with a token, with a header
of their own, with cookies, and as a forged form.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import re
import shutil
import sys
from pathlib import Path

from flask import Flask, request

from flask_corsguard.testing import Browser, FetchRefused

HERE = Path(__file__).parent
API = "https://api.test"

#: What a browser may make of a request after the migration that it did not before; every other class fails.
ALLOWED = re.compile(
    r"same.*|safer|fixes.*|refused in both; view ran only under flask-cors|forged: stopped.*"
    # Of a page with credentials, no header is exposed by a star.
    r"|headers readable: -|headers readable: \+.*-$"
)

_SERIAL = itertools.count()


def read_programs(folder):
    """Return the programs of a folder with their entries in its manifest, and the answers to questions."""
    programs = json.loads((HERE / folder / "manifest.json").read_text())
    answers = json.loads((HERE / folder / "answers.json").read_text())
    for program in programs:
        name = f"pkg_{program['id']}" if program["package"] else f"{program['id']}.py"
        program["path"] = HERE / folder / name
        program["answers"] = answers.get(program["id"])
    return programs


def copy_of(program, folder, guard="report"):
    """Return a copy of a program, in a folder of a test, with that guard."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"program_{next(_SERIAL)}"
    if program["package"]:
        shutil.copytree(program["path"], target)
    else:
        target = Path(shutil.copy(program["path"], target.with_suffix(".py")))
    if guard == "enforce":
        for each in target.rglob("*.py") if target.is_dir() else [target]:
            each.write_text(re.sub(r"(['\"])report\1", '"enforce"', each.read_text()))
    return target


def files_of(path):
    """Return the contents of a program's files."""
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return {str(each.relative_to(path)): each.read_bytes() for each in files}


def load(path, environment):
    """Return the application of a program, which is imported anew."""
    name = path.stem
    file = path / "__init__.py" if path.is_dir() else path
    locations = [str(path)] if path.is_dir() else None
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=locations)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        app = getattr(module, "app", None)
        return app if isinstance(app, Flask) else module.create_app()
    finally:
        for each in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
            del sys.modules[each]
        os.environ.clear()
        os.environ.update(before)


class Server:
    """An application, a login outside of it, and a count of the views that ran."""

    def __init__(self, app):
        self.app, self.reached = app, 0
        dispatch = app.dispatch_request

        def counted(*args, **kwargs):
            self.reached += request.method != "OPTIONS" and request.url_rule is not None
            return dispatch(*args, **kwargs)

        app.dispatch_request = counted

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/__login":
            start_response("200 OK", [("Set-Cookie", "sid=1; SameSite=None; Secure; Path=/")])
            return [b""]
        return self.app(environ, start_response)


def urls_of(app):
    """Return the URLs of an application with their methods, and some that it lacks."""
    found = set()
    for rule in app.url_map.iter_rules():
        if "static" not in rule.endpoint:
            url = app.url_map.bind("api.test").build(rule.endpoint, dict.fromkeys(rule.arguments, 1))
            found |= {(url, method) for method in (rule.methods or {"GET"}) - {"OPTIONS", "HEAD"}}
    listed = sorted(found)
    readable = [url for url, method in listed if method == "GET"][:1]
    return [*listed, ("/missing/x", "GET"), ("/missing/x", "POST"), *((url, "DELETE") for url in readable)]


def look_alikes(origin):
    """Yield origins of strangers that are spelled like *origin*."""
    scheme, _, rest = origin.partition("://")
    host, _, port = rest.partition(":")
    yield f"{scheme}://{host}.evil.example" + (f":{port}" if port else "")
    yield f"{'http' if scheme == 'https' else 'https'}://{rest}"
    yield f"{scheme}://{host}:9999"
    if host[0].isalpha():
        yield f"{scheme}://x{rest}"


def pages(program):
    """Yield the origins of pages, and whether the page is in a sandbox."""
    friends = program.get("friends", [])
    others = ["https://evil.example", *program.get("strangers", [])]
    if program.get("any"):
        others.append("http://localhost:3000")
    for friend in friends[:1]:
        others += look_alikes(friend)
    yield from ((each, False) for each in dict.fromkeys([*friends, *others]))
    yield "https://evil.example", True


def is_friend(program, origin, path, *, sandboxed):
    """Whether a page of *origin* is meant to read *path*."""
    for prefix, who in program.get("per_path", {}).items():
        if path == prefix or path.startswith(f"{prefix}/"):
            return who == "any" or (origin in who and not sandboxed)
    if program.get("any"):
        return True
    if sandboxed:
        return program.get("null", False)
    pattern = program.get("friend_re")
    listed = origin in program.get("friends", []) or (pattern and re.fullmatch(pattern, origin))
    return bool(listed)


def attempts(method):
    """Yield the ways of a page to fetch a URL."""
    yield "plain", {}
    if method in {"POST", "PUT", "PATCH", "DELETE"}:
        yield "json", {"headers": {"Content-Type": "application/json"}, "data": "{}"}
    yield "token", {"headers": {"Authorization": "Bearer x", "X-Requested-With": "XMLHttpRequest"}}
    yield "cookies", {"credentials": "include"}
    if method == "POST":
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        yield "forged", {"mode": "no-cors", "credentials": "include", "data": "a=b", "headers": form}


def fetch(server, origin, url, method, how, *, sandboxed):
    """Return what a page gets, and how many views ran for it."""
    browser = Browser(server)
    browser.open(API).fetch("/__login")
    page = browser.open(origin, sandboxed=sandboxed)
    before = server.reached
    try:
        response = page.fetch(API + url, method, **how)
    except FetchRefused:
        return ("refused", 0, ()), server.reached - before
    ours = {"content-length", "content-type", "allow", "vary"}
    names = {name.lower() for name, _ in response.headers.items()} - ours
    names = {name for name in names if not name.startswith("access-control-")}
    return ("ok", response.status, tuple(sorted(names))), server.reached - before


def compared(before, after, *, forged, friend):
    """Return the class of a difference, such as ``same``, ``safer``, ``fixes``, ``breaks`` or ``opens``."""
    (one, ran), (other, runs) = before, after
    if forged:
        return "same" if ran == runs else "forged: stopped" if ran > runs else "forged: allowed"
    if one[0] == other[0] == "ok":
        if one[1] != other[1]:
            fixed = friend and one[1] >= 500 > other[1]
            return f"{'fixes' if fixed else 'breaks'}: {one[1]} -> {other[1]}"
        more, less = sorted({*other[2]} - {*one[2]}), sorted({*one[2]} - {*other[2]})
        return f"headers readable: +{more} -{less or ''}" if more or less else "same"
    if one[0] == other[0]:
        return (
            "same"
            if ran == runs
            else f"refused in both; view ran only {'under flask-cors' if ran else 'now'}"
        )
    if one[0] == "ok":
        return "breaks" if friend else "safer"
    return f"fixes: {other[1]} becomes readable" if friend else f"opens: {other[1]}"


def exchanges(program, urls):
    """Yield everything that a page fetches: the URL, the method, the origin, the sandbox, and how."""
    for url, method in urls:
        for origin, sandboxed in pages(program):
            for kind, how in attempts(method):
                yield url, method, origin, sandboxed, kind, how


def observed(app, program, urls):
    """Return, for each exchange, what a page gets from an application, and how many views ran for it."""
    server = Server(app)
    return [
        fetch(server, origin, url, method, how, sandboxed=sandboxed)
        for url, method, origin, sandboxed, _, how in exchanges(program, urls)
    ]


def bad_differences(program, urls, before, after):
    """Return the differences that no user may meet between two observations, with examples."""
    bad = {}
    rows = zip(exchanges(program, urls), before, after, strict=True)
    for (url, method, origin, sandboxed, kind, _), one, two in rows:
        friend = is_friend(program, origin, url, sandboxed=sandboxed)
        found = compared(one, two, forged=kind == "forged", friend=friend)
        if not ALLOWED.fullmatch(found):
            bad.setdefault(found, f"{origin} {kind} {method} {url}: {one[0]} {two[0]}")
    return bad


def bad_classes(program, before, afters):
    """Return the differences that no user may meet between an application and others, with examples."""
    urls = urls_of(before)
    first = observed(before, program, urls)
    bad = {}
    for each in afters:
        for found, example in bad_differences(program, urls, first, observed(each, program, urls)).items():
            bad.setdefault(found, example)
    return bad
