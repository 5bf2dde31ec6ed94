"""``why``: what the text of a browser's console means, and what to change."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from flask_corsguard.console_messages.console_text import MAX_TEXT_LENGTH, Finding, findings_of

from .failures import FOUND, Failure
from .loading import is_application_named
from .output import example, json_option, write, write_json
from .paragraphs import write_code, write_paragraph
from .subject import context_of, load_subject

if TYPE_CHECKING:
    from flask_corsguard.explanations.asked import Asked
    from flask_corsguard.explanations.explanation import Explanation


@click.command(
    "why", epilog=example("corsguard why < console.txt", "flask --app shop cors why < console.txt")
)
@click.argument("text", nargs=-1)
@json_option
@click.pass_context
def command(ctx: click.Context, text: Sequence[str], as_json: bool) -> None:  # noqa: FBT001 - click passes it by name
    """Explain an error of a browser's console: what happened, and what to change.

    TEXT is the text of the console of Chrome, Edge, Firefox or Safari; without it, standard input is
    read. All messages about CORS, Cross-Origin-Resource-Policy, private networks and mixed content
    are found in it, among any other text. With --app, the output also names the policy that applies
    in the application, and what has to change in it.

    As with grep, the exit code is 0 if a message was found and explained, and 1 if none was. It is 2
    if there is no text.
    """
    loaded = load_subject() if is_application_named() else None
    findings = findings_of(_text_of(text))
    explanations = [explanation_of(finding, loaded) for finding in findings]
    pairs = list(zip(findings, explanations, strict=True))
    if as_json:
        write_json({"findings": [as_dict(*pair) for pair in pairs]})
    for at, pair in enumerate([] if as_json else pairs):
        if at:
            write()
        _write(*pair)
    if not findings:
        if not as_json:
            write(
                "There is no message about CORS in this text. Copy the red lines of the console, or ask the "
                "server itself: flask cors explain --origin https://app.example URL",
                err=True,
            )
            if len(text) > 1:
                # A message is one argument, unless nobody has quoted it.
                write(
                    "A shell removes quotes. Put the text into a file: corsguard why < console.txt", err=True
                )
        ctx.exit(FOUND)


def _text_of(words: Sequence[str]) -> str:
    """Return the text that was given, or that of standard input."""
    if words:
        return " ".join(words)
    if sys.stdin.isatty():
        write("Paste the text of the console, then press Ctrl-D in a line of its own.", err=True)
    # A log may contain any bytes.
    text = sys.stdin.buffer.read(MAX_TEXT_LENGTH).decode(errors="replace")
    if not text.strip():
        raise Failure("There is no text: give it as an argument, or on standard input.")
    return text


def explanation_of(finding: Finding, loaded: object) -> Explanation | None:
    """Return the explanation of the request in a message, by the policies of an application.

    :param loaded: the application; ``None`` if there is none.
    :returns: ``None`` if the message does not name the page and the URL, or the application has no policy.
    """
    if loaded is None or not {"origin", "url"} <= finding.values.keys():
        return None
    # Not above: without an application it takes longer to load than all the rest.
    from flask_corsguard.explanations.explanation import explain_inside
    from flask_corsguard.explanations.stand_in import NoPolicy

    try:
        with context_of(loaded):
            return explain_inside(_asked(finding), loaded)
    except (NoPolicy, ValueError):
        return None


def _asked(finding: Finding) -> Asked:
    from flask_corsguard.explanations.asked import Asked, header_of

    values, code = finding.values, finding.fault.code
    headers = [values["header"]] if "header" in values else []
    method = values.get("method", "GET")
    if code.startswith("preflight-") and method == "GET" and not headers:
        # Something has made a preflight necessary; most often it is this.
        method, headers = "POST", ["Content-Type: application/json"]
    return Asked(
        origin=values["origin"],
        url=values["url"],
        method=method,
        headers=tuple(map(header_of, headers)),
        credentials=code in {"wildcard-with-credentials", "allow-credentials"},
    )


def as_dict(finding: Finding, explanation: Explanation | None) -> dict[str, Any]:
    """Return *finding* as ``--json`` writes it."""
    return {
        "code": finding.fault.code,
        "engine": finding.engine,
        "message": finding.text,
        "values": dict(finding.values),
        "meaning": finding.meaning,
        "notes": list(finding.notes),
        "remedy": finding.remedy,
        "change": finding.change,
        "link": finding.fault.link,
        "application": None if explanation is None else _of_application(explanation),
    }


def _of_application(explanation: Explanation) -> dict[str, Any]:
    from .explained import as_dict as dict_of

    whole = dict_of(explanation)
    return {name: whole[name] for name in ("refused", "verdict", "policy", "reason", "advice", "change")}


def _write(finding: Finding, explanation: Explanation | None) -> None:
    write_paragraph(f"{finding.engine}: {finding.text}", hanging="  ", colour="red")
    write()
    write_paragraph(f"What happened: {finding.meaning}", "  ")
    for note in finding.notes:
        write_paragraph(note, "  ")
    if explanation is None or not explanation.is_refused:
        write()
        write_paragraph(f"What to change: {finding.remedy}", "  ")
    if explanation is not None:
        from .explained import write_policy

        write_policy(explanation)
    elif finding.change:
        write()
        write_code(finding.change)
    write()
    write(f"  {finding.fault.code}: {finding.fault.link}")
