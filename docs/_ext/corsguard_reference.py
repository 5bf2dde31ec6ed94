"""The reference of policies, made from the code, so that it is never out of date.

Each directive asks the library itself. Where a sentence needs an example, the example is run, and
the build fails if it does not do what it shows.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, get_type_hints

from corsguard_examples import MISSPELT, NOTES, ORIGINS, PROBLEMS, REASONS
from docutils import nodes
from flask import Flask
from sphinx.domains.std import StandardDomain
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import stringify_annotation

import flask_corsguard
from flask_corsguard import SAME_ORIGIN, Policy, PolicyError, Problem, Reason, Request, decide
from flask_corsguard.core.policy_fields import DEFAULTS, FIELDS
from flask_corsguard.core.problems import SENTENCES
from flask_corsguard.flask.config import PREFIX

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

#: The catalogue's chapters, and how the codes in them begin.
CHAPTERS: Final = {
    "The list of origins": ("origins.",),
    "One origin": ("origin.",),
    "Credentials": ("credentials.",),
    "Lists of names": ("list.", "method.", "request-header.", "response-header."),
    "Single values": ("flag.", "max-age.", "choice.", "private-network."),
    "Configuration": ("field.", "policy.", "policies.", "paths.", "path.", "blueprints.", "config."),
}

#: The policy of the table "what a response carries", and what it is asked.
LISTED: Final = Policy(
    origins=["https://app.example"],
    methods=["GET", "PUT"],
    expose_headers=["X-Total"],
    credentials=True,
    timing=True,
)
EVERYONE: Final = Policy(origins="*", methods=["GET", "PUT"], expose_headers=["X-Total"])


def code(text: str) -> nodes.literal:
    """Return *text* as inline code."""
    return nodes.literal(text, text)


def paragraph(*parts: nodes.Node | str) -> nodes.paragraph:
    """Return a paragraph of text and nodes."""
    return nodes.paragraph("", "", *(nodes.Text(part) if isinstance(part, str) else part for part in parts))


def program(text: str, language: str = "python") -> nodes.literal_block:
    """Return *text* as a block of code."""
    return nodes.literal_block(text, text, language=language)


def lines(parts: Iterable[str]) -> list[nodes.Node]:
    """Return one paragraph of code for each of *parts*."""
    return [paragraph(code(part)) for part in parts]


def table(head: Iterable[str], rows: Iterable[Iterable[list[nodes.Node]]], kind: str) -> nodes.table:
    """Return a table; *kind* is its class, by which the style sheet folds it on small screens."""
    titles = list(head)
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in titles), cols=len(titles))
    head_row = nodes.row("", *(nodes.entry("", paragraph(title)) for title in titles))
    body = [nodes.row("", *(nodes.entry("", *cell) for cell in row)) for row in rows]
    group += [nodes.thead("", head_row), nodes.tbody("", *body)]
    return nodes.table("", group, classes=[kind])


def problems_of(source: str) -> tuple[Problem, ...]:
    """Run the program *source* and give the problems that it is refused with."""
    app = Flask("example")
    names = {"re": re, "app": app, "application": app.wsgi_app} | vars(flask_corsguard)
    try:
        exec(source, names)  # noqa: S102 - our own examples; running them is what checks them
    except PolicyError as error:
        return error.problems
    raise ExtensionError(f"This example was to be refused: {source}")


class Generated(SphinxDirective):
    """A directive without arguments whose content comes from the code."""

    def anchored(self, name: str, title: str, node: nodes.Element) -> None:
        """Make *node* the target *name* for links from any page."""
        node["ids"].append(name)
        node["names"].append(name)
        domain = self.env.domains["std"]
        if isinstance(domain, StandardDomain):
            domain.anonlabels[name] = self.env.docname, name
            domain.labels[name] = self.env.docname, name, title

    def term(self, prefix: str, name: str) -> nodes.term:
        """Return a term that is its own link."""
        anchor = f"{prefix}-{name.replace('.', '-')}"
        link = nodes.reference("", "", code(name), refid=anchor, classes=["anchored"])
        term = nodes.term("", "", link)
        self.anchored(anchor, name, term)
        return term

    def section(self, anchor: str, title: nodes.Node, *content: nodes.Node) -> nodes.section:
        """Return a section with a heading."""
        section = nodes.section("", nodes.title("", "", title), *content)
        self.anchored(anchor, title.astext(), section)
        return section


def parameters_of(documented: object) -> dict[str, str]:
    """Return the meaning of each parameter, as the docstring has it."""
    fields = re.split(r"(?m)^:", inspect.getdoc(documented) or "")
    found = (re.fullmatch(r"param (\w+): (.*?)(?:\n\n.*)?", field, re.DOTALL) for field in fields)
    return {match[1]: " ".join(match[2].split()) for match in found if match}


class PolicySignature(Generated):
    """All fields and their defaults at a glance."""

    def run(self) -> list[nodes.Node]:
        """Return the signature as code."""
        said = "".join(f"    {name}={value!r},\n" for name, value in DEFAULTS.items()).replace("'", '"')
        return [program(f"Policy(\n    origins=...,  # required\n{said})")]


class PolicyFields(Generated):
    """A section for each field: what it means, takes and is by default, and its configuration key."""

    def run(self) -> list[nodes.Node]:
        """Return the sections, in the order of the fields."""
        meanings = parameters_of(Policy)
        types = get_type_hints(Policy.__init__)
        return [
            self.section(
                f"field-{name}",
                code(name),
                self._text(meanings[name][:1].upper() + meanings[name][1:]),
                *([self._text(NOTES[name])] if name in NOTES else []),
                self._facts(name, stringify_annotation(types[name], "smart")),
            )
            for name in FIELDS
        ]

    def _text(self, text: str) -> nodes.paragraph:
        parsed, messages = self.parse_inline(text.strip())
        if messages:
            raise ExtensionError(f"This is not plain text: {text}")
        return nodes.paragraph("", "", *parsed)

    def _facts(self, name: str, kind: str) -> nodes.field_list:
        spelling = re.sub(r"~(?:\w+\.)*", "", kind).replace("'", '"')
        default = repr(DEFAULTS[name]).replace("'", '"') if name in DEFAULTS else None
        facts = {
            "Takes": code(spelling),
            "Default": nodes.Text("none: it is required") if default is None else code(default),
            "Configuration": code(PREFIX + name.upper()),
        }
        return nodes.field_list(
            "",
            *(
                nodes.field("", nodes.field_name("", fact), nodes.field_body("", paragraph(value)))
                for fact, value in facts.items()
            ),
            classes=["facts"],
        )


class OriginForms(Generated):
    """The ways to write an origin, and which pages each allows."""

    def run(self) -> list[nodes.Node]:
        """Return the table, every cell of which has been asked of a policy."""
        for form in ORIGINS:
            policy = Policy(origins=[form.written])
            for origin, expected in [(o, True) for o in form.allows] + [(o, False) for o in form.refuses]:
                if decide(policy, Request(method="GET", origin=origin)).allowed is not expected:
                    raise ExtensionError(f"{form.written}: not so for {origin}")
        rows = [(lines([form.written]), lines(form.allows), lines(form.refuses)) for form in ORIGINS]
        return [table(("Written", "Allows", "Does not allow"), rows, "forms")]


class MisspeltOrigins(Generated):
    """What is refused as an origin, and with which words."""

    def run(self) -> list[nodes.Node]:
        """Return the table: each origin as written, and the error about it."""
        return [table(("Written", "The error"), map(self._row, MISSPELT), "misspelt")]

    def _row(self, text: str) -> tuple[list[nodes.Node], list[nodes.Node]]:
        (problem,) = problems_of(f"Policy(origins=[{text!r}])")
        anchor = f"problem-{problem.code.replace('.', '-')}"
        link = nodes.reference("", "", code(problem.code), refid=anchor)
        return lines([text]), [paragraph(problem.message, " ", problem.hint), paragraph(link)]


class ProblemCatalogue(Generated):
    """Every code, with its sentence, a program that is refused with it, and the hint it gets."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each chapter of the catalogue."""
        if (astray := SENTENCES.keys() ^ PROBLEMS.keys()) or (astray := set(self._without_chapter())):
            raise ExtensionError(f"Without an example or a chapter: {sorted(astray)}")
        sections: list[nodes.Node] = []
        for chapter, beginnings in CHAPTERS.items():
            items = (self._item(name) for name in SENTENCES if name.startswith(beginnings))
            catalogue = nodes.definition_list("", *items, classes=["catalogue"])
            anchor = f"problems-{chapter.lower().replace(' ', '-')}"
            sections.append(self.section(anchor, nodes.Text(chapter), catalogue))
        return sections

    def _without_chapter(self) -> Iterator[str]:
        beginnings = tuple(beginning for chapter in CHAPTERS.values() for beginning in chapter)
        return (name for name in SENTENCES if not name.startswith(beginnings))

    def _item(self, name: str) -> nodes.definition_list_item:
        source = PROBLEMS[name]
        problems = problems_of(source)
        if [problem.code for problem in problems] != [name]:
            raise ExtensionError(f"This example was to be refused with {name} alone: {source}")
        hint = nodes.paragraph("", "", nodes.Text(problems[0].hint), classes=["hint"])
        definition = nodes.definition("", paragraph(SENTENCES[name]), program(source), hint)
        return nodes.definition_list_item("", self.term("problem", name), definition)


class Reasons(Generated):
    """Every reason, with its meaning and an example of what ``explain()`` makes of it."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        return [nodes.definition_list("", *map(self._item, Reason), classes=["catalogue"])]

    def _item(self, reason: Reason) -> nodes.definition_list_item:
        answer = REASONS[reason]
        decision = answer.ask(answer.policy, answer.request)
        if decision.reason is not reason:
            raise ExtensionError(f"This example was to be {reason}, not {decision.reason}")
        hint = nodes.paragraph("", "", nodes.Text(decision.explain()), classes=["hint"])
        definition = nodes.definition("", paragraph(answer.means), hint)
        return nodes.definition_list_item("", self.term("reason", reason.value), definition)


class ResponseHeaders(Generated):
    """What a response carries, for each kind of request."""

    def run(self) -> list[nodes.Node]:
        """Return the table; a row for several requests is checked to be the same for all."""
        own, other = "https://app.example", "https://other.example"
        strangers = (other, "null", "https://app.example/", None)
        rows = [
            ("Any origin: every response but a preflight's", EVERYONE, "GET", (None, own, other, "null")),
            ("Any origin: preflight", EVERYONE, "OPTIONS", (own, other, "null")),
            ("Listed origins: Origin is one of them", LISTED, "GET", (own,)),
            ("Listed origins: Origin is another, malformed, null or missing", LISTED, "GET", strangers),
            ("Listed origins: preflight from one of them", LISTED, "OPTIONS", (own,)),
            ("Listed origins: preflight from anyone else", LISTED, "OPTIONS", strangers[:3]),
            ("Closed policy: every response but a preflight's", SAME_ORIGIN, "GET", (own, *strangers)),
            ("Closed policy: preflight", SAME_ORIGIN, "OPTIONS", (own, *strangers[:3])),
        ]
        head = ("Policy and request", "Status", "Headers of the policy")
        return [table(head, (self._row(*row) for row in rows), "carries")]

    def _row(
        self, title: str, policy: Policy, method: str, origins: Iterable[str | None]
    ) -> tuple[list[nodes.Node], ...]:
        requested = "PUT" if method == "OPTIONS" else None
        asked = [
            decide(policy, Request(method=method, origin=origin, requested_method=requested))
            for origin in origins
        ]
        if len({(decision.headers, decision.status) for decision in asked}) != 1:
            raise ExtensionError(f"Not the same for all: {title}")
        status = "the application's" if asked[0].status is None else str(asked[0].status)
        headers = lines(f"{name}: {value}" for name, value in asked[0].headers)
        return [paragraph(title)], [paragraph(status)], headers or [paragraph("none")]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives."""
    app.add_directive("policy-signature", PolicySignature)
    app.add_directive("policy-fields", PolicyFields)
    app.add_directive("origin-forms", OriginForms)
    app.add_directive("misspelt-origins", MisspeltOrigins)
    app.add_directive("problem-catalogue", ProblemCatalogue)
    app.add_directive("reasons", Reasons)
    app.add_directive("response-headers", ResponseHeaders)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
