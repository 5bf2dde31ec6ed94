"""What is wrong with a policy: every problem at once, each with the text that corrects it.

A code is stable and is never used again for another problem. Its sentence explains why the value is refused.
The hint shows what to write instead, and is made for the value itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

#: Characters of a refused value that a message shows; enough to recognise it, too few to flood a log.
SHOWN_VALUE_LENGTH: Final = 120


@dataclass(frozen=True)
class Problem:
    """One reason why a policy, or the configuration of one, is refused.

    :ivar code: stable and never reused, such as ``"origin.trailing-slash"``; the key for programs.
    :ivar field: the field or the configuration key as the user wrote it.
    :ivar value: the refused value itself.
    :ivar message: one sentence: why it is refused.
    :ivar hint: one sentence: what to write instead. Never empty.
    """

    __module__ = "flask_corsguard"

    code: str
    field: str
    value: object
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.field}: {shown(self.value)} [{self.code}]\n    {self.message}\n    {self.hint}"


class PolicyError(ValueError):
    """The policy or its configuration has problems, and cannot be used.

    :ivar problems: every :class:`Problem` found, in the order of the fields; at least one.
    """

    __module__ = "flask_corsguard"

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        return "\n".join([f"{head} in the CORS policy:", *(f"  {p}" for p in self.problems)])


def problem(code: str, field: str, value: object, hint: str) -> Problem:
    """Return the :class:`Problem` whose message is the sentence of *code* in :data:`SENTENCES`.

    :raises KeyError: if the catalogue lacks *code*.
    """
    # A hint may spell the value, and half of a surrogate pair could not be printed.
    printable = hint.encode("utf-8", "backslashreplace").decode()
    return Problem(code, field, value, SENTENCES[code], printable)


def did_you_mean(name: str, known: Sequence[str], *, cutoff: float = 0.6) -> str:
    """Return the hint for an unknown *name*: the most similar known one, or all known ones.

    :param cutoff: how similar the known name has to be, from 0 to 1.
    """
    near = get_close_matches(name, known, n=1, cutoff=cutoff)
    return f'Did you mean "{near[0]}"?' if near else f"Choose one of: {', '.join(known)}."


def shown(value: object) -> str:
    """Return the ``ascii()`` of *value*, cut to :data:`SHOWN_VALUE_LENGTH` characters, for a message.

    A value that has none, such as a number of thousands of digits, is shown by its type.
    """
    try:
        # Cut first, so that a megabyte is neither escaped nor copied. Escaping can make it too long again.
        text = ascii(value[: SHOWN_VALUE_LENGTH + 1] if isinstance(value, str) else value)
    except Exception:  # noqa: BLE001 - a method of the user's own type
        return f"<{type(value).__name__}>"
    return text if len(text) <= SHOWN_VALUE_LENGTH else f"{text[:SHOWN_VALUE_LENGTH]}..."


#: By code, why each value is refused.
SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # The list of origins.
        "origins.missing": "A policy must list the origins that it allows; there is no default.",
        "origins.none": "None is what an unset variable gives; it never means everyone.",
        "origins.empty": "An empty list allows nobody, which is rarely what was meant.",
        "origins.redundant": '"*" allows every origin, so any other origin in the list has no effect.',
        "origins.type": "An origin is a string, a compiled regular expression, a callable or a live set.",
        "origins.async": "An origin check is never awaited, so it cannot be a coroutine function.",
        "origins.bytes-regex": "A regular expression over bytes cannot match an origin, which is text.",
        # One origin.
        "origin.empty": "An empty string is not an origin.",
        "origin.null": (
            'Every sandboxed frame and every local file sends "null" (some web views "file://"), no matter '
            "who made it."
        ),
        "origin.white-space": "Browsers send an origin without white space, and it is compared byte by byte.",
        "origin.list": "These are several origins in one string.",
        "origin.regex": "A string is never read as a regular expression.",
        "origin.unicode": "Browsers send an international host name in its ASCII form (Punycode).",
        "origin.punycode": 'A label that begins with "xn--" must be Punycode; no browser loads this host.',
        "origin.upper-case": "Browsers send scheme and host in lower case, and compare origins byte by byte.",
        "origin.scheme-missing": "An origin begins with its scheme: http and https are two origins.",
        "origin.scheme": "This is not the scheme of a URL.",
        "origin.scheme-misspelled": "This scheme is nearly http or https, and no page has it.",
        "origin.opaque-scheme": 'Pages with this scheme have an opaque origin; most of them send "null".',
        "origin.user-info": "An origin has no user name and no password.",
        "origin.path": "An origin has no path: it means every page of its host.",
        "origin.trailing-slash": "An origin ends with its host or port; the slash would begin a path.",
        "origin.query": "An origin has no query.",
        "origin.fragment": "An origin has no fragment.",
        "origin.host-missing": "An origin has a host, and this one has none.",
        "origin.characters": "The host contains a character that no host can have.",
        "origin.label-missing": "The host has an empty label: two dots in a row, or one at the beginning.",
        "origin.label-length": "A label of the host is too long for DNS.",
        "origin.host-length": "The host is too long for DNS.",
        "origin.ipv4": "Browsers send an IPv4 address as four decimal numbers, without leading zeros.",
        "origin.ipv6": "Browsers send an IPv6 address in brackets and in its one shortest form.",
        "origin.port": "This is not a port.",
        "origin.default-port": "Browsers leave the default port out, so this would never match.",
        "origin.wildcard": "* can only replace the labels left of a domain, or the port.",
        # Credentials.
        "credentials.any-origin": (
            "With credentials, allowing any origin gives every site the data of every signed-in user."
        ),
        "credentials.null-origin": (
            "With credentials, this gives every sandboxed frame or local file the data of every signed-in "
            "user."
        ),
        "credentials.any-extension": (
            "With credentials, this gives every extension that a user installs the data of that user."
        ),
        "credentials.insecure-origin": (
            "With credentials, an origin over plain http allows anyone on the network to act as that page."
        ),
        "credentials.public-suffix": (
            "Strangers own the sites below a public suffix; with credentials they get the data of every user."
        ),
        "credentials.unproven-regex": (
            "With credentials, a regular expression must be confined to sites that it spells out, provably; "
            "this one is not."
        ),
        "credentials.exposed-wildcard": 'With credentials, browsers read "*" as the name of a header.',
        # Lists of names.
        "list.string": "A string is not a list.",
        "list.type": "This is not a list of strings.",
        "method.token": "This is not a method: methods are tokens (RFC 9110, section 5.6.2).",
        "method.forbidden": "Browsers never send this method for a page.",
        "method.wildcard": "Browsers read this as the name of one method, which nobody sends.",
        "method.case": "Methods are case-sensitive, and this one must be in upper case.",
        "request-header.token": "This is not a header name: names are tokens (RFC 9110, section 5.6.2).",
        "request-header.forbidden": "Browsers never allow a page to set this request header.",
        "request-header.wildcard": "A star within a name is not a wildcard: browsers read it as a character.",
        "request-header.underscore": (
            'Servers may read "_" in the name of a header as "-", and browsers never allow a page '
            "to set that one."
        ),
        "request-header.response-only": "This is a response header; requests do not have it.",
        "response-header.token": "This is not a header name: names are tokens (RFC 9110, section 5.6.2).",
        "response-header.wildcard": (
            "A star within a name is not a wildcard: browsers read it as a character."
        ),
        "response-header.forbidden": "Browsers never allow a page to read this response header.",
        "response-header.request-only": "No response that a page can read has this header.",
        # Single values.
        "flag.type": "The value must be a boolean, true or false.",
        "max-age.type": "The age must be a whole number of seconds, or a timedelta of whole seconds.",
        "max-age.bounds": "The age is out of bounds: no browser caches a preflight for longer than a day.",
        "choice.unknown": "The field does not accept this value.",
        "private-network.any-origin": (
            "Any origin together with private networks allows every site to reach into every home network."
        ),
        # Where the policy is given.
        "field.unknown": "There is no such field.",
        "policy.type": "This is not a policy.",
        "policy.unmanaged": "A policy that is unmanaged has no fields, because nothing applies them.",
        "policies.empty": "A list of policies needs one at least.",
        "policies.nobody": "This policy allows nobody, so it is only used if it is the last one of the list.",
        "policies.shadowed": "An earlier policy of the list allows the same, so this would never be used.",
        "policies.unmanaged": "A list is searched by origin, and UNMANAGED neither allows nor refuses one.",
        "policy.twice": "The policy is given twice, and one of the two would be ignored.",
        "blueprints.type": "Blueprints must be a mapping from registered name to policy.",
        "blueprints.name": "This is not the registered name of a blueprint.",
        "paths.type": "Paths must be a mapping from path to policy.",
        "path.spelling": "A path rule must be a decoded path in its normal spelling, without wildcards.",
        "path.unreachable": "An earlier rule already covers this path, so this one would never be used.",
        "config.empty": "The variable is set, but to nothing.",
        "config.quotes": "The quotes and brackets are a part of the text here; in a shell they are not.",
        "config.json": "This is not JSON, in which names and texts have double quotes.",
        "config.unknown": "There is no such configuration key.",
        "config.twice": "The field is set in the code and in the configuration; one would be ignored.",
    }
)
