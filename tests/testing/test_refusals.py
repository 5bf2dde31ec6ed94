"""Refusals: the text of a FetchRefused."""

from __future__ import annotations

import pytest

from flask_corsguard.testing import FetchRefused, assert_cannot_fetch
from testing.scripted import ALLOWED, API, APP, answering, page_of

ACAO = "Access-Control-Allow-Origin"
ACAC = "Access-Control-Allow-Credentials"


def test_a_refusal_shows_everything_that_a_stranger_needs():
    """It shows the page, the request, the step, the reason, the remedy and the exchanges."""
    headers = [*ALLOWED.items(), ("Content-Type", "text/plain"), ("X-Noise", "1"), ("Vary", "Origin")]
    refused = assert_cannot_fetch(page_of(answering(headers)), f"{API}/x", credentials="include")

    assert str(refused) == "\n".join(
        [
            f"A browser does not allow a page of {APP} to fetch GET {API}/x",
            "",
            "Step:    CORS check",
            f'Because: a request with credentials needs {ACAC} to be exactly "true", and it is missing.',
            f'Needed:  {ACAO}: {APP} and {ACAC}: true (a policy with origins=["{APP}"], credentials=True)',
            "",
            "The request itself was sent, so the server may have executed it:",
            "",
            "> GET /x HTTP/1.1",
            "> Host: api.example",
            "> Accept: */*",
            "> Accept-Language: en",
            f"> Referer: {APP}/",
            f"> Origin: {APP}",
            "> Sec-Fetch-Dest: empty",
            "> Sec-Fetch-Mode: cors",
            "> Sec-Fetch-Site: cross-site",
            "> User-Agent: Mozilla/5.0 (flask_corsguard.testing)",
            "< HTTP/1.1 200",
            f"< Access-Control-Allow-Origin: {APP}",
            "< Content-Type: text/plain",
            "< Vary: Origin",
        ]
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"method": "PUT"}, "\nOnly the preflight was sent:\n\n> OPTIONS / HTTP/1.1\n"),
        ({"method": "TRACE"}, "\nNothing was sent."),
        ({}, "\nThe request itself was sent, so the server may have executed it:\n"),
    ],
)
def test_a_refusal_shows_how_far_the_request_got(arguments, text):
    """It tells whether the server may have executed the request."""
    assert text in str(assert_cannot_fetch(page_of(answering()), API, **arguments))


def test_a_refusal_hides_the_network_error_behind_it():
    """The traceback of the network error would repeat the reason."""
    with pytest.raises(FetchRefused) as refused:
        page_of(answering()).fetch(API)

    assert refused.value.__suppress_context__
