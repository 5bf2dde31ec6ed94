"""One origin, and the grammar of its serialization."""

from __future__ import annotations

import copy
import pickle

import pytest

from flask_corsguard import Origin
from flask_corsguard.core.origin import (
    DEFAULT_PORTS,
    MAX_HOST_LENGTH,
    MAX_ORIGIN_LENGTH,
    MAX_SCHEME_LENGTH,
    canonical_address,
    is_address,
    is_loopback_host,
)
from rows import for_each

LABEL = "a" * 63
LONGEST_HOST = f"{LABEL}.{LABEL}.{LABEL}.{'b' * 61}"
LONGEST = f"{'s' * MAX_SCHEME_LENGTH}://{LONGEST_HOST}:65535"


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port"),
    [
        ("https://app.example", "https", "app.example", None),
        ("http://localhost:3000", "http", "localhost", 3000),
        ("https://a_b.example", "https", "a_b.example", None),
        ("https://example.com.", "https", "example.com.", None),
        ("https://-a-.example", "https", "-a-.example", None),
        ("https://xn--mnchen-3ya.de", "https", "xn--mnchen-3ya.de", None),
        ("http://127.0.0.1:65535", "http", "127.0.0.1", 65535),
        ("http://[::1]:8080", "http", "[::1]", 8080),
        ("http://[2001:db8::1]", "http", "[2001:db8::1]", None),
        ("http://[::ffff:102:304]", "http", "[::ffff:102:304]", None),
        ("capacitor://localhost", "capacitor", "localhost", None),
        ("chrome-extension://abcdefghijklmnop", "chrome-extension", "abcdefghijklmnop", None),
        ("a+b-c.d1://host", "a+b-c.d1", "host", None),
        ("http://a.example:443", "http", "a.example", 443),
        ("app://.", "app", ".", None),
        ("app://-", "app", "-", None),
        ("app://A.b..c", "app", "A.b..c", None),
        ("app://127.1", "app", "127.1", None),
        ("app://a~b%20_c", "app", "a~b%20_c", None),
        ("app://[::1]:80", "app", "[::1]", 80),
        ("tauri://localhost", "tauri", "localhost", None),
        ("wails://wails.localhost:34115", "wails", "wails.localhost", 34115),
        ("safari-web-extension://0A1B-2C", "safari-web-extension", "0A1B-2C", None),
        (f"app://{'A' * MAX_HOST_LENGTH}:65535", "app", "A" * MAX_HOST_LENGTH, 65535),
        (LONGEST, "s" * 64, LONGEST_HOST, 65535),
    ],
)
def test_a_serialization_is_read_into_its_parts(text, scheme, host, port):
    """An origin that browsers send is read, and ``str()`` of it is the same text."""
    origin = Origin.parse(text)

    assert origin is not None
    assert (origin.scheme, origin.host, origin.port) == (scheme, host, port)
    assert str(origin) == text


@for_each(
    "text",
    [
        "",
        "null",
        "NULL",
        "app.example",
        "://app.example",
        "//app.example",
        "https:app.example",
        "https:/app.example",
        "https://",
        "https://app.example/",
        "https://app.example/path",
        "https://app.example?query",
        "https://app.example#fragment",
        "https://user@app.example",
        "https://user:password@app.example",
        "HTTPS://app.example",
        "https://App.example",
        "https://app.example:",
        "https://app.example:0",
        "https://app.example:443",
        "http://app.example:80",
        "https://app.example:0443",
        "https://app.example:65536",
        "https://app.example:123456",
        "https://app.example:x",
        "https://app.example: 1",
        "https://app..example",
        "https://.app.example",
        "https://app.example..",
        " https://app.example",
        "https://app.example ",
        "https://app.example\n",
        "https://app.example\x00",
        "https://app.example\x0b",
        "https://app.example,https://b.example",
        "https://app.example https://b.example",
        "https://app%2eexample",
        "https://m\xfcnchen.de",
        "https://*.app.example",
        "https://app.example:*",
        "1https://app.example",
        "https://127.0.0.01",
        "https://127.1",
        "https://2130706433",
        "https://0x7f000001",
        "https://0x",
        "https://1.2.3.4.",
        "https://1.2.3.256",
        "https://a.1",
        "http://[::0]:3",
        "http://[0:0:0:0:0:0:0:1]",
        "http://[::FFFF]",
        "http://[::1",
        "http://::1",
        "http://[::1%251]",
        "http://[::1]x",
        "http://[1.2.3.4]",
        "http://[::ffff:1.2.3.4]",
        "http://[app.example]",
        "http://[:::]",
        f"https://{LABEL}a.example",
        f"https://{LONGEST_HOST}c",
        f"{'s' * 65}://host",
        "file://",
        "app://",
        "app://:1",
        "app:///",
        "App://a",
        "app://a/",
        "app://a b",
        "app://a,b",
        "app://a@b",
        "app://a*",
        "app://\xe9",
        "app://a:0",
        "app://a:65536",
        "app://[::0]",
        "app://[A]",
        "wss://A",
        "ftp://.",
        f"app://{'A' * (MAX_HOST_LENGTH + 1)}",
        f"{LONGEST}0",
        "https://" + "a." * 100_000,
    ],
)
def test_a_text_outside_of_the_grammar_is_not_an_origin(text):
    """No text is repaired, because a repair would accept texts that no browser sends."""
    assert Origin.parse(text) is None


def test_the_longest_origin_is_as_long_as_its_parts():
    """The bound on the length of an origin refuses no origin that the grammar allows."""
    assert len(LONGEST_HOST) == MAX_HOST_LENGTH
    assert len(LONGEST) == MAX_ORIGIN_LENGTH == 326


@pytest.mark.parametrize(
    ("scheme", "port"), [("ftp", 21), ("http", 80), ("https", 443), ("ws", 80), ("wss", 443)]
)
def test_a_default_port_is_left_out_of_a_serialization(scheme, port):
    """Each special scheme but file has one; any other scheme has none."""
    assert DEFAULT_PORTS[scheme] == port
    assert Origin.parse(f"{scheme}://a.example:{port}") is None
    assert Origin.parse(f"{scheme}://a.example:{port + 1}") is not None
    assert Origin.parse(f"other://a.example:{port}") is not None


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("::", "[::]"),
        ("::1", "[::1]"),
        ("1::", "[1::]"),
        ("1:0:0:2:0:0:0:3", "[1:0:0:2::3]"),
        ("1:0:0:2:3:0:0:4", "[1::2:3:0:0:4]"),
        ("1:0:2:3:4:5:6:7", "[1:0:2:3:4:5:6:7]"),
        ("10:0:0:0:0:0:0:0", "[10::]"),
        ("::ffff:1.2.3.4", "[::ffff:102:304]"),
        ("fe80::1%eth0", None),
        ("1.2.3.4", "1.2.3.4"),
        ("1.2.3.04", None),
        ("host", None),
    ],
)
def test_an_address_has_one_spelling(address, host):
    """It is the spelling of the URL standard, in every version of Python."""
    assert canonical_address(address) == host


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("localhost.", True),
        ("a.b.localhost", True),
        ("127.0.0.1", True),
        ("127.255.0.9", True),
        ("[::1]", True),
        ("localhost.evil.example", False),
        ("notlocalhost", False),
        ("127.0.0.1.evil.example", False),
        ("128.0.0.1", False),
        ("[::2]", False),
    ],
)
def test_loopback_is_the_machine_itself(host, loopback):
    """A name that only looks like a loopback name is not one."""
    assert is_loopback_host(host) is loopback
    assert Origin("http", host, None).is_loopback is loopback


def test_an_origin_is_a_value():
    """It is equal, hashable, and survives copying and pickling."""
    origin = Origin.parse("https://app.example:8443")

    assert origin == Origin("https", "app.example", 8443)
    assert hash(origin) == hash(Origin("https", "app.example", 8443))
    assert pickle.loads(pickle.dumps(origin)) == copy.deepcopy(origin) == origin
    with pytest.raises(AttributeError):
        origin.host = "evil.example"


@pytest.mark.parametrize("digit", "0123456789")
def test_whatever_an_address_ends_in_it_is_one(digit):
    """A name may end in a digit as well."""
    assert is_address(f"10.0.0.{digit}")
    assert not is_address(f"a{digit}")
    assert not is_address(f"a.example{digit}")
    assert is_address(f"[::{digit}]")


@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss", "ftp"])
def test_a_host_of_the_web_is_never_opaque(scheme):
    """Its letters are in lower case; a scheme that only begins alike has hosts of its own."""
    assert Origin.parse(f"{scheme}://app.example") is not None
    for host in ("A.example", "a~b", "a%20b", ".", "-.", "a..b", "1.2.3"):
        assert Origin.parse(f"{scheme}://{host}") is None or host == "-."
    for other in (
        f"{scheme}x",
        f"x{scheme}",
        f"{scheme}+x",
        f"{scheme}.x",
        f"{scheme}-x",
        scheme[:-1] or "h",
    ):
        if other not in {"http", "ws"}:
            assert Origin.parse(f"{other}://A~B") == Origin(other, "A~B", None)


@pytest.mark.parametrize("digit", "0123456789abcdef")
def test_a_label_of_hexadecimal_digits_at_the_end_is_a_number(digit):
    """See https://url.spec.whatwg.org/#ends-in-a-number-checker; only a whole address may end in one."""
    for host in (f"a.0x{digit}", f"a.0x1{digit}.", f"0x{digit}{digit}"):
        assert Origin.parse(f"https://{host}") is None
    assert Origin.parse(f"https://a.0x{digit}g") is not None
    assert (Origin.parse(f"https://a.{digit}") is None) is digit.isdigit()
