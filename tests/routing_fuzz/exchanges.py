"""Random requests to a random application, and what is wrong with their answers."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, NamedTuple

from cases import A

from .applications import CLOSED, FIRST_AGE, HOSTS, METHODS, SEGMENTS, Laboratory

#: What a converter may be given: what it takes, what it refuses, and what it is not asked for.
VALUES = ["a", "b", "api", "7", "8", "x", "1.5", "caf\xe9", "a/b", "", "7/8", "..", "%2e", "a b"]


#: The methods that browsers send whatever a preflight grants (#cors-safelisted-method).
SAFELISTED = {"GET", "HEAD", "POST"}


class Exchange(NamedTuple):
    """What came out for one request."""

    code: int
    headers: dict[str, str]
    #: The numbers of the policies of the views that ran.
    ran: list[int]
    #: The number of the policy of the answer.
    policy: int


class Difference(NamedTuple):
    """A request whose answer has another policy than it should."""

    what: str
    environ: dict[str, Any]
    story: list[str]

    def __str__(self) -> str:
        asked = {key: value for key, value in self.environ.items() if not key.startswith("wsgi.")}
        return "\n".join([self.what, f"  {asked}", *(f"  {line}" for line in self.story)])


def send(laboratory: Laboratory, environ: dict[str, Any]) -> Exchange:
    """Send a request, and tell which policy its answer shows."""
    laboratory.ran.clear()
    started: list[Any] = []
    body = laboratory.application(
        {**environ, "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO()},
        lambda *args: started.append(args),
    )
    b"".join(body)
    if hasattr(body, "close"):
        body.close()
    status, headers = started[-1][:2]
    shown = {name: value for name, value in headers if name.startswith(("Access-Control-", "Location"))}
    if "Access-Control-Max-Age" in shown:
        policy = int(shown["Access-Control-Max-Age"]) - FIRST_AGE
    else:
        policy = int(shown.get("Access-Control-Expose-Headers", f"P{CLOSED}")[1:])
    return Exchange(int(status[:3]), shown, list(laboratory.ran), policy)


def environs(laboratory: Laboratory, count: int) -> Iterator[dict[str, Any]]:
    """Yield *count* actual requests, of a page that every policy allows."""
    random = laboratory.random
    for _ in range(count):
        path, method, host = _target(laboratory, random)
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path.encode().decode("latin-1"),
            "SCRIPT_NAME": random.choice(["", "", "", "/prefix"]),
            "QUERY_STRING": random.choice(["", "", "a=1&b=%2f"]),
            "SERVER_NAME": "main.example",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": host,
            "HTTP_ORIGIN": A,
            "HTTP_SEC_FETCH_SITE": "cross-site",
            "wsgi.url_scheme": random.choice(["http", "http", "https"]),
            "wsgi.version": (1, 0),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if random.randrange(12) == 0:
            environ |= {"HTTP_UPGRADE": "websocket", "HTTP_CONNECTION": "Upgrade", "REQUEST_METHOD": "GET"}
        if random.randrange(4) == 0:
            environ["HTTP_X_FORWARDED_HOST"] = random.choice(HOSTS)
            environ["HTTP_X_FORWARDED_PROTO"] = random.choice(["http", "https"])
        if random.randrange(8) == 0:
            environ["HTTP_X_FORWARDED_PREFIX"] = random.choice(["/p", "/a"])
        yield environ


def _target(laboratory: Laboratory, random: Random) -> tuple[str, str, str]:
    """Return a path, a method and a host: half of the time those of a rule, which a view may well answer."""
    if random.randrange(2) == 0:
        return (
            _path(laboratory, random),
            random.choice(METHODS),
            random.choice([*HOSTS, *[HOSTS[0]] * 9]),
        )
    mount, app = random.choice(laboratory.apps)
    rule = random.choice([*app.url_map.iter_rules()])
    # Of a rule for a host, or for a subdomain, "<sub>" is any label.
    below = f"{rule.subdomain}.{HOSTS[0]}" if rule.subdomain else HOSTS[0]
    host = re.sub(r"<[^>]*>", "a", rule.host or below)
    path = mount + re.sub(r"<[^>]*>", lambda found: _value(found[0], random), rule.rule)
    return path, random.choice(sorted(rule.methods or METHODS)), host


def _path(laboratory: Laboratory, random: Random) -> str:
    template = random.choice([*laboratory.templates, "/static/x", "/none"])
    if laboratory.prefixes and random.randrange(2) == 0:
        template = random.choice(laboratory.prefixes).rstrip("/") + template
    path = re.sub(r"<[^>]*>", lambda found: _value(found[0], random), template)
    if random.randrange(6) == 0:
        path = random.choice(["/mounted", "/mounted/deeper", "/root", "/a", ""]) + path
    change = random.randrange(24)
    if change == 0:
        path = path.rstrip("/")
    elif change == 1:
        path += "/"
    elif change == 2:
        path = path.replace("/", "//", 1)
    elif change == 3:
        path += "/" + random.choice(SEGMENTS)
    elif change == 4:
        path = "/".join([*path.split("/")[:-1], "..", random.choice(SEGMENTS)])
    elif change == 5:
        path = "/" + "/".join(random.choice(SEGMENTS) for _ in range(random.randrange(4)))
    # A path without a slash at its beginning gets one from a dispatcher, and is another one then.
    return path if random.randrange(50) or laboratory.dispatches else path.lstrip("/")


def _value(converter: str, random: Random) -> str:
    if random.randrange(4) == 0:
        return random.choice(VALUES)
    fitting = {
        "int": "7",
        "even": "8",
        "known": "a",
        "hosted": "a",
        "path": "a/b",
        "float": "1.5",
        "any(a, b)": "b",
    }
    return fitting.get(converter[1:].partition(":")[0], "x")


def differences(
    laboratory: Laboratory, environ: dict[str, Any], counts: Counter[str]
) -> Iterator[Difference]:
    """Yield what is wrong with the answer to a request, and with the preflight before it.

    A view that runs has its own policy; where none runs, the preflight and the request agree on one.
    """
    counts["requests"] += 1
    try:
        sent = send(laboratory, environ)
    except ValueError:
        # Werkzeug cannot build the URL of some redirects, and Flask answers nothing then.
        counts["no answer"] += 1
        return
    counts[f"status {sent.code}"] += 1

    def differ(what: str) -> Difference:
        return Difference(what, environ, laboratory.story)

    for number in sent.ran:
        counts["views"] += 1
        if sent.policy != number:
            yield differ(f"a view of policy {number} ran, and the answer has {sent.policy} ({sent.code})")
    method = environ["REQUEST_METHOD"]
    if "HTTP_UPGRADE" in environ or method == "OPTIONS":
        # Browsers send no preflight before a handshake, and OPTIONS is answered by Flask itself.
        return
    asked = {**environ, "REQUEST_METHOD": "OPTIONS", "HTTP_ACCESS_CONTROL_REQUEST_METHOD": method}
    preflight = send(laboratory, asked)
    counts["preflights"] += 1
    if preflight.ran:
        yield differ("a preflight has reached a view")
    if preflight.policy != sent.policy and not (laboratory.has_inner_mount and not sent.ran):
        yield differ(
            f"{method}: the preflight has policy {preflight.policy} and the answer {sent.policy}, {sent.code}"
        )
    granted = _granted(preflight)
    is_granted = "*" in granted or method in granted | SAFELISTED
    if sent.ran and sent.policy in laboratory.enforcing and not is_granted:
        yield differ(f"{method}: a view ran, and the preflight grants {sorted(granted)}")
    if preflight.policy not in laboratory.leaves_methods:
        # The browser gets the policy's own list as a whole, and the guard judges what follows by its view.
        return
    for other in sorted(granted & {*METHODS} - SAFELISTED - {"OPTIONS", method}):
        # A browser caches every method that a preflight names, for this URL; a safelisted one needs no name.
        later = send(laboratory, {**environ, "REQUEST_METHOD": other})
        counts["cached methods"] += 1
        if later.ran and later.policy != preflight.policy:
            yield differ(f"a preflight of {preflight.policy} grants {other}, which has {later.policy}")


def _granted(preflight: Exchange) -> set[str]:
    return set(preflight.headers.get("Access-Control-Allow-Methods", "").replace(",", " ").split())


@contextmanager
def _listening(is_heard: bool) -> Iterator[None]:
    """Have refusals logged, or nothing: the layer takes other ways where nobody listens."""
    logger, handler = logging.getLogger("flask_corsguard"), logging.NullHandler()
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if is_heard else logging.CRITICAL + 1)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            # Such applications have much to be warned of.
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


def fuzz(seed: int, requests: int, counts: Counter[str]) -> list[Difference]:
    """Send at least so many *requests* to applications that follow from *seed*; return what is wrong.

    Preflights, and the requests that a browser would send without another preflight, count as requests.
    """
    found: list[Difference] = []
    total = 0
    while total < requests:
        with _listening(seed % 2 == 0):
            try:
                laboratory = Laboratory(seed)
            except (SyntaxError, ValueError):
                # Werkzeug takes no two values of one name, for example.
                counts["impossible applications"] += 1
                seed += 1
                continue
            for environ in environs(laboratory, 40):
                for each in differences(laboratory, environ, counts):
                    found.append(each._replace(what=f"seed {seed}: {each.what}"))
        counts["applications"] += 1
        seed += 1
        total = counts["requests"] + counts["preflights"] + counts["cached methods"]
    return found
