"""Exceptions of an application, in debug mode and outside of it."""

from __future__ import annotations

import pytest

from cases import EVIL, LISTED, VARY, A, allow
from flask_corsguard import CorsMiddleware, Policy, Request, decide, judge
from flask_corsguard.wsgi.refusal import PREFLIGHT_REFUSAL_TEXT
from harness import assert_headers_exactly, call, make_environ

GRANTED = [allow(A), ("Access-Control-Expose-Headers", "X-Total"), VARY]


def raising(environ, start_response):
    """Fail before anything is answered."""
    raise ValueError("secret \u2603")


def test_without_debug_an_exception_goes_on_as_it_is():
    """What the application raises is the server's to answer."""
    with pytest.raises(ValueError, match="secret"):
        call(CorsMiddleware(raising, LISTED), headers={"Origin": A})


def test_in_debug_an_allowed_origin_reads_the_name_of_the_exception(caplog):
    """It gets a plain 500, and the log the traceback."""
    result = call(CorsMiddleware(raising, LISTED, debug=True), headers={"Origin": A})

    assert result.status == "500 Internal Server Error"
    assert result.body.decode() == "ValueError: secret \u2603\n"
    assert result.get("Content-Type") == "text/plain; charset=utf-8"
    assert_headers_exactly(result.headers, GRANTED)
    (record,) = caplog.records
    assert record.exc_info[1].args == ("secret \u2603",)


def test_in_debug_the_name_of_an_exception_may_have_several_lines():
    """As its traceback has them, but for the frames."""

    def misspelt(environ, start_response):
        raise SyntaxError("bad", ("f.py", 1, 2, "a b", 1, 3))

    result = call(CorsMiddleware(misspelt, LISTED, debug=True), headers={"Origin": A})

    assert result.body == b'  File "f.py", line 1\n    a b\n     ^\nSyntaxError: bad\n'


@pytest.mark.parametrize("headers", [{}, {"Origin": EVIL}, {"Origin": "null"}], ids=str)
def test_in_debug_nobody_else_learns_anything_of_an_exception(headers):
    """Without an allowed origin it goes on to the debugger, or whatever is outside."""
    with pytest.raises(ValueError, match="secret"):
        call(CorsMiddleware(raising, LISTED, debug=True), headers=headers)


def test_in_debug_a_response_to_an_exception_starts_with_exc_info():
    """PEP 3333 requires it of error handlers, whether or not headers were sent before."""
    started = []

    CorsMiddleware(raising, LISTED, debug=True)(
        make_environ(headers={"Origin": A}), lambda *args: started.append(args)
    )

    ((_, _, exc_info),) = started
    assert exc_info[0] is ValueError


def test_in_debug_a_response_that_has_started_starts_again_with_exc_info():
    """A server that has sent the headers can then raise the exception again."""

    def app(environ, start_response):
        start_response("200 OK", [])
        raise ValueError("late")

    result = call(CorsMiddleware(app, LISTED, debug=True), headers={"Origin": A})

    assert result.code == 500


def test_the_end_of_the_program_is_not_an_error_of_the_application():
    """``SystemExit`` is not an ``Exception``, so the layer does not answer it."""

    def leave(environ, start_response):
        raise SystemExit

    with pytest.raises(SystemExit):
        call(CorsMiddleware(leave, Policy(origins=[A]), debug=True), headers={"Origin": A})


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            SyntaxError("bad", ("f.py", 1, 2, "a b", 1, 3)),
            b'  File "f.py", line 1\n    a b\n     ^\nSyntaxError: bad\n',
        ),
        (LookupError("a\udc80b"), b"LookupError: a\\udc80b\n"),
    ],
)
def test_the_answer_to_an_exception_is_the_text_of_its_traceback_but_for_the_frames(error, text):
    """It may have several lines, or contain bytes that are not Unicode."""

    def application(environ, start_response):
        raise error

    result = call(CorsMiddleware(application, LISTED, debug=True), headers={"Origin": A})

    assert (result.code, result.body) == (500, text)


PREFLIGHT = {"Origin": EVIL, "Access-Control-Request-Method": "DELETE"}


@pytest.mark.parametrize("debug", [True, False])
def test_the_text_of_a_refused_preflight_is_one_line(debug):
    """In debug mode it is the explanation; otherwise it is the same for everyone."""
    result = call(
        CorsMiddleware(raising, LISTED, debug=debug), "OPTIONS", headers={"Host": "api.example", **PREFLIGHT}
    )
    decision = decide(LISTED, Request(method="OPTIONS", origin=EVIL, requested_method="DELETE"))
    text = decision.explain() if debug else PREFLIGHT_REFUSAL_TEXT.removesuffix("\n")

    assert result.code == 403
    assert result.body.decode() == f"{text}\n"


@pytest.mark.parametrize("debug", [True, False])
def test_the_text_of_a_refused_request_is_one_line(debug):
    """In debug mode it is the explanation; otherwise it names the reason alone."""
    headers = {"Host": "api.example", "Origin": EVIL}
    result = call(CorsMiddleware(raising, LISTED, debug=debug), "DELETE", headers=headers)
    decision = judge(LISTED, Request(method="DELETE", origin=EVIL, host="api.example"))
    told = f"Refused: {decision.explain()}" if debug else "Refused (origin-not-allowed): the CORS policy"

    assert result.code == 403
    assert result.body.decode().startswith(told)
    assert result.body.endswith(b"\n")
    assert result.body.count(b"\n") == 1
