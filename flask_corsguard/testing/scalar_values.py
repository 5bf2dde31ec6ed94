"""The strings of scripts, as the standards' algorithms get them."""

from __future__ import annotations


def scalar_value_string(text: str) -> str:
    """Return *text* with U+FFFD for each surrogate that is not one of a pair.

    The binding between a script and the browser converts every text like this that becomes bytes
    (https://webidl.spec.whatwg.org/#js-USVString).
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
