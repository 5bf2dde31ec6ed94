"""``check``: proxies, caches and servers between browsers and an application that defeat its policy."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, Final

import click

from flask_corsguard.core.policy import Policy
from flask_corsguard.core.problems import PolicyError
from flask_corsguard.explanations.inside import layer_for
from flask_corsguard.explanations.remote import TIMEOUT
from flask_corsguard.explanations.stand_in import NoPolicy, applied_to
from flask_corsguard.explanations.wire import Server, Unreachable, looked_up
from flask_corsguard.probes.check import SENDS, findings_of
from flask_corsguard.probes.session import Finding, LimitReached, Session
from flask_corsguard.testing.transport import make_environ
from flask_corsguard.testing.urls import DEFAULT_PORTS, HTTP_SCHEMES, Url, parse_url

from .failures import FOUND, Failure
from .loading import is_application_named
from .output import example, json_option, write, write_json
from .paragraphs import write_code, write_paragraph
from .subject import context_of, load_subject

#: How many requests are sent in a second, at most, and altogether.
RATE: Final = 20.0
LIMIT: Final = 100


@click.command(
    "check",
    epilog=example(
        "corsguard check --origin https://app.example https://api.example/names",
        "flask --app shop cors check http://localhost:5000/names",
    ),
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="An origin that ought to be allowed; repeatable.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=RATE,
    show_default=True,
    help="How many requests to send in a second, at most.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=LIMIT,
    show_default=True,
    help="How many requests to send, at most.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=TIMEOUT,
    show_default=True,
    help="How long the server may take to answer, in seconds.",
)
@click.option(
    "--yes", is_flag=True, help="Do not ask before a server is checked that is not on this computer."
)
@json_option
@click.argument("target", metavar="URL")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    target: str,
    *,
    origins: Sequence[str],
    rate: float,
    limit: int,
    timeout: float,
    yes: bool,
    as_json: bool,
) -> None:
    """Check a server of your own over the network: whether proxies and caches defeat its policy.

    The requests are in the names of origins that look like an allowed one, of null, and of two at once.
    They ask for errors, ranges and 304, and forged ones go to a URL where nothing is. Each finding comes
    with the request that shows it, for curl.

    The origins that ought to be allowed are those of --origin, or else those of the policy that the
    application has for the URL. Without any, only what strangers get is checked.

    The exit code is 1 if something was found.
    """
    url = parse_url(target)
    if url is None or url.scheme not in HTTP_SCHEMES:
        raise click.UsageError(f"{target!r} is not an http or https URL.")
    policy = _policy_of(origins, url)
    server = Server(url.scheme, url.host.strip("[]"), url.port or DEFAULT_PORTS[url.scheme])
    if not yes:
        _ask(server, limit)
    session = Session(server, url, policy, _exact_origin(policy), rate=rate, limit=limit, timeout=timeout)
    found: list[Finding] = []
    is_whole = False
    try:
        with suppress(LimitReached):
            for finding in findings_of(session):
                found.append(finding)
                if not as_json:
                    _write(finding)
            is_whole = True
    except Unreachable as failure:
        if as_json and found:
            write_json([finding._asdict() for finding in found])
        raise Failure(str(failure)) from failure
    if as_json:
        write_json([finding._asdict() for finding in found])
    if not (as_json and is_whole and session.origin):
        # A list without findings may be of a check that had hardly begun.
        _write_sum(session, found, is_whole=is_whole, err=as_json)
    if found:
        ctx.exit(FOUND)


def _policy_of(origins: Sequence[str], url: Url) -> Policy | None:
    """Return a policy with the origins that ought to be allowed; ``None`` if none is known."""
    if origins:
        try:
            return Policy(origins="*" if "*" in origins else list(origins))
        except PolicyError as error:
            raise click.UsageError(str(error)) from error
    if not is_application_named():
        return None
    loaded = load_subject()
    try:
        layer = layer_for(loaded, url.path)
    except NoPolicy as failure:
        raise Failure(str(failure)) from failure
    if layer is None:
        raise Failure(
            "The application has no policy: list with --origin the origins that ought to be allowed."
        )
    environ = make_environ("GET", url, [("Host", url.authority)], b"")
    with context_of(loaded):
        policy: Policy = applied_to(layer, environ).policy
    return policy


def _exact_origin(policy: Policy | None) -> str | None:
    """Return one of the origins that *policy* allows."""
    if policy is None or policy.origins == "*":
        return None if policy is None else "https://anyone.example"
    texts = [each for each in policy.origins if isinstance(each, str)]
    # Of a pattern, one of the origins that match it.
    made = [text.replace("*.", "corsguard.").replace(":*", "") for text in texts]
    return next(iter(made), None)


def _ask(server: Server, limit: int) -> None:
    """Ask whether a server that is not on this computer may be sent what the check sends."""
    try:
        found = socket.getaddrinfo(looked_up(server.host), server.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Failure(f"There is no host named {server.host} ({error.strerror}).") from error
    addresses = sorted({str(each[4][0]) for each in found})
    if all(ip_address(each.partition("%")[0]).is_loopback for each in addresses):
        return
    write_paragraph(
        f"This sends up to {limit} requests to {server} ({', '.join(addresses)}): {SENDS}.", err=True
    )
    write_paragraph("Check only servers that are yours.", err=True)
    click.confirm("Send them?", abort=True, err=True)


def _write(finding: Finding) -> None:
    write(finding.code, "red")
    write_paragraph(finding.sentence, "  ")
    write_paragraph(finding.hint, "  ")
    write_code(finding.curl)
    write()


def _write_sum(session: Session, found: Sequence[Any], *, is_whole: bool, err: bool) -> None:
    many = "Nothing was found" if not found else f"{len(found)} found"
    rest = "" if is_whole else " The limit was reached: there may be more."
    about = "" if session.origin else " No origin that ought to be allowed is known: --origin names one."
    colour = "red" if found else "green"
    write_paragraph(f"{many}, with {session.sent} requests.{rest}{about}", colour=colour, err=err)
