"""``explain``: what a browser does with a request, whose policy decides, and the change that allows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click

from flask_corsguard.explanations.asked import Asked, Manner, header_of
from flask_corsguard.explanations.explanation import Explanation, explain_inside, explain_remote
from flask_corsguard.explanations.inside import url_of
from flask_corsguard.explanations.remote import TIMEOUT
from flask_corsguard.explanations.stand_in import NoPolicy
from flask_corsguard.explanations.wire import Unreachable
from flask_corsguard.testing.differences import ENGINES
from flask_corsguard.testing.urls import HTTP_SCHEMES, parse_url

from .explained import as_dict, write_explanation
from .failures import FOUND, Failure
from .output import example, json_option, write_json
from .subject import context_of, load_subject


@click.command(
    "explain",
    epilog=example(
        "flask --app shop cors explain --origin https://app.example -X PUT /names/7",
        "corsguard explain --origin https://app.example --credentials https://api.example/names",
    ),
)
@click.option(
    "--origin", required=True, metavar="ORIGIN", help='The origin of the page; "null" for a sandbox.'
)
@click.option("-X", "--method", default=None, help="The method; GET by default, POST of a form.")
@click.option(
    "-H",
    "--header",
    "headers",
    multiple=True,
    metavar="NAME[: VALUE]",
    help="A header that the page sets; may be repeated.",
)
@click.option("--credentials", is_flag=True, help='The page asks for cookies: credentials: "include".')
@click.option("--no-cors", is_flag=True, help='The page does not read the response: mode: "no-cors".')
@click.option("--form", is_flag=True, help="The page submits a form.")
@click.option(
    "--engine", type=click.Choice(ENGINES), help="The engine whose verdict counts; the standard by default."
)
@click.option(
    "--run", "runs", is_flag=True, help="Have the application itself answer, and not its policies alone."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=TIMEOUT,
    show_default=True,
    help="How long a server may take to answer, in seconds.",
)
@json_option
@click.argument("target", metavar="URL-OR-PATH")
@click.pass_context
def command(
    ctx: click.Context, /, target: str, *, as_json: bool, timeout: float, runs: bool, **options: Any
) -> None:
    """Explain what a browser does with a request of a page, and which change would allow it.

    The output shows what is sent and what comes back, and which step of the standard allows or stops
    it. It names whose policy decides, and shows the change as code.

    For a PATH, the policies of the application answer, in this process, and nothing of the
    application runs unless --run is there. For a URL, the request is sent over the network, to
    whatever server is there: preflights first, as a browser does, and no redirect that it would not
    follow.

    The exit code is 1 if a browser, or the guard, would refuse the request.
    """
    try:
        explanation = _explanation(target, timeout=timeout, runs=runs, **options)
    except (NoPolicy, Unreachable) as failure:
        raise Failure(str(failure)) from failure
    except ValueError as error:
        raise click.UsageError(_sentence(str(error))) from error
    if as_json:
        write_json(as_dict(explanation))
    else:
        write_explanation(explanation)
    if explanation.is_refused:
        ctx.exit(FOUND)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _explanation(target: str, *, engine: Any, timeout: float, runs: bool, **options: Any) -> Explanation:
    if target.startswith("/"):
        loaded = load_subject()
        asked = _asked(url_of(target, loaded, options["origin"]), **options)
        with context_of(loaded):
            return explain_inside(asked, loaded, engine, runs=runs)
    url = parse_url(target)
    if url is None or url.scheme not in HTTP_SCHEMES:
        raise click.UsageError(
            f"{target!r} is neither a path of the application, such as /names, nor an http or https URL."
        )
    if runs:
        raise click.UsageError("--run is for a path: a URL is requested over the network.")
    return explain_remote(_asked(target, **options), engine, timeout)


def _asked(
    url: str,
    *,
    origin: str,
    method: str | None,
    headers: Sequence[str],
    credentials: bool,
    no_cors: bool,
    form: bool,
) -> Asked:
    if no_cors and form:
        raise click.UsageError("A request is either of --no-cors or of --form.")
    wrong = next((each for each in headers if not re.match(r"[^\s:]+\s*(?::|$)", each)), None)
    if wrong is not None:
        raise click.UsageError(f"{wrong!r} is not a header: write -H X-Tenant, or -H 'X-Tenant: 7'.")
    manner: Manner = "form" if form else "no-cors" if no_cors else "cors"
    return Asked(
        origin=origin,
        url=url,
        method=method or ("POST" if form else "GET"),
        headers=tuple(map(header_of, headers)),
        credentials=credentials,
        manner=manner,
    )
