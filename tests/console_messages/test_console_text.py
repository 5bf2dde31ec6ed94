"""What is found in the text of a console: each message once, with the values that belong to it."""

from __future__ import annotations

import pytest

from flask_corsguard.console_messages.console_text import MAX_FINDINGS, findings_of

CHROMIUM = "Access to fetch at '{}' from origin 'https://app.example' has been blocked by CORS policy: "
NO_HEADER = "No 'Access-Control-Allow-Origin' header is present on the requested resource."
PREFLIGHT = "Response to preflight request doesn't pass access control check: "


def found_in(text):
    """Return the code and the values of each finding."""
    return [(finding.fault.code, dict(finding.values)) for finding in findings_of(text)]


def notes_in(text):
    """Return the notes of the only finding."""
    (finding,) = findings_of(text)
    return " ".join(finding.notes)


# What Chromium 156 wrote when it ran into each fault.
OBSERVED = [
    (NO_HEADER, "no-allow-origin"),
    (PREFLIGHT + NO_HEADER, "preflight-no-allow-origin"),
    (PREFLIGHT + "It does not have HTTP ok status.", "preflight-status"),
    (PREFLIGHT + "Redirect is not allowed for a preflight request.", "preflight-redirect"),
    (
        (
            "The 'Access-Control-Allow-Origin' header contains multiple values '*, https://app.example', but "
            "only one is allowed. Have the server send the header with a valid value."
        ),
        "multiple-allow-origin",
    ),
    (
        (
            "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be "
            "'true' when the request's credentials mode is 'include'."
        ),
        "allow-credentials",
    ),
    (
        (
            "Redirect location '' contains a username and password, which is disallowed for cross-origin "
            "requests."
        ),
        "redirect-with-password",
    ),
    (
        "Permission was denied for this request to access the `loopback` address space.",
        "local-network-permission",
    ),
]


@pytest.mark.parametrize(("message", "code"), OBSERVED, ids=[code for _, code in OBSERVED])
def test_what_chromium_was_seen_to_write_is_recognised(message, code):
    """With the page and the URL that it begins with."""
    ((found, values),) = found_in(CHROMIUM.format("https://api.example/a?b=c") + message)

    assert found == code
    assert values.items() >= {"url": "https://api.example/a?b=c", "origin": "https://app.example"}.items()


def test_the_panel_of_issues_lists_preflights_too():
    """It names neither the page nor the URL."""
    assert found_in(f"Access blocked by CORS policy: {PREFLIGHT}{NO_HEADER}") == [
        ("preflight-no-allow-origin", {})
    ]


def test_the_outcome_on_another_line_gives_the_method_and_the_status():
    """Chromium writes it in red below the message, or above."""
    text = CHROMIUM.format("https://api.example/a") + NO_HEADER
    outcome = "names.js:7 PUT https://api.example/a net::ERR_FAILED 502 (Bad Gateway)"

    ((_, values),) = found_in(f"{text}\n{outcome}")

    assert (values["method"], values["status"]) == ("PUT", "502")
    assert "A proxy got no answer" in notes_in(f"{outcome}\n{text}")


def test_an_outcome_may_be_the_message_itself():
    """Cross-Origin-Resource-Policy has no other."""
    assert found_in("GET https://api.example/a.png net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin 200 (OK)") == [
        ("resource-policy", {"method": "GET", "url": "https://api.example/a.png", "status": "200"})
    ]


def test_a_redirect_is_named():
    """The page could request the last URL directly."""
    text = (
        "Access to fetch at 'https://b.example/' (redirected from 'https://a.example/') from origin "
        f"'https://app.example' has been blocked by CORS policy: {NO_HEADER}"
    )

    assert "redirected from https://a.example/" in notes_in(text)


SAFARI = (
    "[Error] Origin http://localhost:3000 is not allowed by Access-Control-Allow-Origin. Status code: "
    "413\n[Error] Fetch API cannot load http://localhost:3001/upload due to access control "
    "checks.\n[Error] Failed to load resource: Origin http://localhost:3000 is not allowed by "
    "Access-Control-Allow-Origin. Status code: 413 (upload, line 0)"
)


def test_three_lines_of_safari_are_one_finding():
    """With the URL of the second, and the status of the first."""
    assert found_in(SAFARI) == [
        (
            "no-allow-origin",
            {"origin": "http://localhost:3000", "status": "413", "url": "http://localhost:3001/upload"},
        )
    ]
    assert "client_max_body_size" in notes_in(SAFARI)


def test_a_message_without_a_reason_is_explained_if_there_is_no_other():
    """The page saw no more than that."""
    assert [code for code, _ in found_in("TypeError: Failed to fetch")] == ["type-error"]
    assert [code for code, _ in found_in(f"TypeError: Failed to fetch\n{NO_HEADER}")] == ["no-allow-origin"]


def test_a_message_that_occurs_twice_is_found_once():
    """A page that tries again repeats it."""
    text = CHROMIUM.format("https://api.example/a") + NO_HEADER

    assert len(found_in(f"{text}\n{text}\n{CHROMIUM.format('https://api.example/b') + NO_HEADER}")) == 2


@pytest.mark.parametrize("message", [NO_HEADER, PREFLIGHT + NO_HEADER])
def test_the_origin_null_is_a_fault_of_its_own(message):
    """No policy should allow it."""
    beginning = "Access to fetch at 'https://a.example/' from origin 'null' has been blocked by CORS policy: "

    assert [code for code, _ in found_in(beginning + message)] == ["null-origin"]


@pytest.mark.parametrize(
    ("allowed", "note"),
    [
        ("https://app.example/", "slash at the end"),
        ("http://app.example", "the scheme or the port"),
        ("https://app.example:8443", "the scheme or the port"),
        ("https://www.app.example", "www."),
        ("https://other.example", ""),
    ],
)
def test_the_difference_of_two_origins_is_named(allowed, note):
    """It is easily overlooked."""
    text = f"header has a value '{allowed}' that is not equal to the supplied origin."

    assert note in notes_in(
        f"{CHROMIUM.format('https://api.example/a')}The 'Access-Control-Allow-Origin' {text}"
    )


def test_there_is_no_note_about_origins_that_are_not_named():
    """Firefox does not name that of the page."""
    assert (
        notes_in("(Reason: CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://a.example’).")
        == ""
    )


@pytest.mark.parametrize(
    ("status", "note"),
    [
        ("401", "A login answered the preflight"),
        ("307", "follow no redirect"),
        ("418", "The status is 418."),
        ("200", ""),
        ("(null)", ""),
    ],
)
def test_the_status_of_a_preflight_is_explained(status, note):
    """If it explains something."""
    assert note in notes_in(f"(Reason: CORS preflight response did not succeed). Status code: {status}.")


def test_a_redirect_without_headers_has_a_note_about_its_status():
    """The fault explains what happened."""
    text = "(Reason: CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 302."

    assert notes_in(text) == "The status is 302."


def test_airplay_is_suspected_at_port_5000():
    """It answers 403 where a Mac's user expects Flask."""
    text = f"{CHROMIUM.format('http://localhost:5000/a')}{PREFLIGHT}It does not have HTTP ok status."

    assert "AirPlay" in notes_in(f"{text}\nGET http://localhost:5000/a net::ERR_FAILED 403 (Forbidden)")


def test_methods_in_lower_case_and_authorization_have_notes():
    """They are what people stumble over."""
    method = "Method patch is not allowed by Access-Control-Allow-Methods in preflight response."
    header = "Request header field authorization is not allowed by Access-Control-Allow-Headers."

    assert "PATCH" in notes_in(method)
    assert "by its name" in notes_in(header)


def test_control_characters_do_not_reach_the_reader():
    """A log could otherwise move the cursor of a terminal."""
    (finding,) = findings_of(CHROMIUM.format("https://api.example/a") + f"\x1b {NO_HEADER}\x1b[2J")

    assert "\x1b" not in finding.text + "".join(finding.values.values())


@pytest.mark.parametrize("text", ["", "hello", "CORS is difficult", "TypeError: undefined is not a function"])
def test_other_texts_contain_no_message(text):
    """Whatever they are about."""
    assert findings_of(text) == []


LENGTH = 200_000
HOSTILE = [
    "Access to fetch at 'http://" + "a" * LENGTH,
    "Access to fetch at 'h" * (LENGTH // 20),
    "‘" * LENGTH,
    " " * LENGTH,
    "The page at x requested " * (LENGTH // 20),
    "GET http://x " * (LENGTH // 10),
    "The 'Access-Control-Allow-Origin' header has a value '" * (LENGTH // 50),
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:24].strip() or "spaces")
def test_no_text_takes_long(text):
    """With a pattern that is not linear, this would not end."""
    assert findings_of(text) == []


def test_a_console_of_many_messages_is_explained_in_part():
    """Nobody would read more."""
    lines = "\n".join(f"{CHROMIUM.format(f'https://api.example/{at}')}{NO_HEADER}" for at in range(400))

    assert len(findings_of(lines)) == MAX_FINDINGS
