"""README and documentation are whole: links lead somewhere, the build is clean, every public name is there.

Their examples are run in tests/test_pages.py, their recipes in tests/test_recipes.py.
"""

from __future__ import annotations

import ast
import json
import re
import runpy
from html import unescape
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest
import quickjs
from pygments.styles import get_style_by_name

import flask_corsguard
import flask_corsguard.testing
from browsers.cases import CASES
from built_docs import Built, build_docs
from flask_corsguard import Reason
from flask_corsguard.core.findings import FINDINGS
from flask_corsguard.core.policy_fields import FIELDS
from flask_corsguard.core.problems import SENTENCES
from flask_corsguard.flask.config import KEYS
from flask_corsguard.testing.differences import DIFFERENCES
from pages import DOCS, PAGES, ROOT, blocks_of

MAX_README_LINES: Final = 120


def test_the_readme_is_short():
    """A stranger has ten minutes, and the README is to leave some of them."""
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()

    assert len(lines) <= MAX_README_LINES


_LINK = re.compile(
    r"(?m)\]\((?P<inline>[^()\s]+)[^()]*\)|^\[[^\]]+\]: *(?P<reference>\S+)|src=\"(?P<source>[^\"]+)\""
)


def links_of(page: str) -> list[str]:
    """Return the targets of the relative links of a page, without those in its code."""
    for block in reversed(blocks_of(page)):
        page = page[: block.start] + page[block.end :]
    found = _LINK.finditer(re.sub(r"`[^`\n]*`", "", page))
    targets = [link["inline"] or link["reference"] or link["source"] for link in found]
    return [target for target in targets if not re.match(r"[a-z]+:|#|<", target)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_relative_link_leads_to_a_file(path):
    """Nothing that a page points to is missing."""
    targets = {target.partition("#")[0] for target in links_of(path.read_text("utf-8"))}

    assert [target for target in sorted(targets) if not (path.parent / target).exists()] == []


def test_links_are_found_outside_of_code_only():
    """Inline links, references and sources of images count, code and addresses do not."""
    page = (
        "[a](x.md#y) `[b](c.md)` ![d](e.png) [f](https://g.example) [h](#i)\n"
        '[j]: k.md\n<img src="l.png">\n```text\n[m](n.md)\n```\n[o](p.md)\n'
    )

    assert links_of(page) == ["x.md#y", "e.png", "k.md", "l.png", "p.md"]


class _Reader(HTMLParser):
    """Reads the anchors and the text of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.text = ""
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.anchors |= {value for name, value in attrs if name == "id" and value}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the documentation as for readers."""
    return build_docs(tmp_path_factory.mktemp("docs"))


@pytest.fixture(scope="session")
def policy_page(built: Built) -> _Reader:
    """Read the reference of policies."""
    return _Reader(built.html / "policy.html")


def test_the_documentation_builds_without_a_warning(built):
    """Every reference resolves, and every example of the reference does what it shows."""
    assert built.warnings == ""
    assert built.status == 0


@pytest.mark.parametrize("code", SENTENCES)
def test_every_problem_is_documented(code, policy_page):
    """A code has an anchor, to which a message can point, and its sentence."""
    assert f"problem-{code.replace('.', '-')}" in policy_page.anchors
    assert SENTENCES[code] in policy_page.text


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_documented(name, policy_page):
    """A field has an anchor."""
    assert f"field-{name}" in policy_page.anchors


@pytest.mark.parametrize("key", KEYS)
def test_every_configuration_key_is_documented(key, built, policy_page):
    """A key is in the table of all keys, and that of a field beside the field, too."""
    keys = _Reader(built.html / "configuration-keys.html")
    field = key.removeprefix("CORSGUARD_").lower()

    assert re.search(rf"\b{key}\b", keys.text)
    assert re.search(rf"\b{key}\b", policy_page.text) or field not in FIELDS


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_every_reason_is_documented(reason, policy_page):
    """A reason has an anchor."""
    assert f"reason-{reason}" in policy_page.anchors


PUBLIC: Final = [
    name
    for name, value in vars(flask_corsguard).items()
    if not name.startswith("_") and not isinstance(value, ModuleType)
]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_documented(name, built):
    """Whatever can be imported from the package is on the page of the API."""
    assert f"flask_corsguard.{name}" in _Reader(built.html / "api.html").anchors


FOR_TESTS: Final = [
    name
    for name, value in vars(flask_corsguard.testing).items()
    if not name.startswith("_") and not isinstance(value, ModuleType)
]


@pytest.mark.parametrize("name", FOR_TESTS)
def test_every_public_name_for_tests_is_documented(name, built):
    """Whatever can be imported from the browser model is on the page of the API."""
    assert f"flask_corsguard.testing.{name}" in _Reader(built.html / "api.html").anchors


def test_the_layer_for_asgi_is_documented(built):
    """Under the name by which it is imported."""
    assert "flask_corsguard.asgi.CorsMiddleware" in _Reader(built.html / "api.html").anchors


CONFORMANCE: Final = (DOCS / "conformance.md").read_text("utf-8")
TESTS: Final = Path(__file__).parent


def named_on_the_page_of_conformance(pattern: str) -> list[str]:
    """Return what the page of conformance names, once each."""
    found = sorted(set(re.findall(pattern, CONFORMANCE)))
    assert found
    return found


@pytest.mark.parametrize("name", named_on_the_page_of_conformance(r"`(flask_corsguard(?:\.[a-z_]+)+)`"))
def test_every_module_of_the_conformance_page_can_be_imported(name):
    """No row leads to a module that has been moved."""
    assert import_module(name).__name__ == name


@pytest.mark.parametrize("name", named_on_the_page_of_conformance(r"\{test\}`([^`]+)`"))
def test_every_test_of_the_conformance_page_exists(name):
    """No row leans on a test that nobody runs."""
    file, _, function = name.partition("::")
    tree = ast.parse((TESTS / file).read_text("utf-8"))

    assert function in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("name", named_on_the_page_of_conformance(r"\{case\}`([^`]+)`"))
def test_every_case_of_the_conformance_page_is_asked_of_engines(name):
    """No row leans on a case that is not in their table."""
    assert name in {case.id for case in CASES}


def test_no_group_of_cases_is_missing_from_the_conformance_page():
    """What engines are asked has a row that explains why."""
    named = set(named_on_the_page_of_conformance(r"\{case\}`([^`]+)`"))

    assert {case.group for case in CASES if case.id in named} == {case.group for case in CASES}


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.code)
def test_every_difference_of_engines_is_documented(difference, built):
    """A difference has an anchor, its sentence, and what the standard requires and each engine does."""
    page = _Reader(built.html / "conformance.html")
    said = (
        difference.sentence,
        difference.standard,
        difference.chromium,
        difference.firefox,
        difference.webkit,
    )

    assert f"difference-{difference.code}" in page.anchors
    assert [words for words in said if words.replace("`", "") not in page.text] == []


def test_no_other_difference_is_documented(built):
    """What is no longer so is gone from the page, too."""
    anchors = _Reader(built.html / "conformance.html").anchors
    documented = {anchor for anchor in anchors if anchor.startswith("difference-")}

    assert documented == {f"difference-{difference.code}" for difference in DIFFERENCES}


def test_every_finding_is_documented(built):
    """A code has an anchor, why it matters and what to do; and no other code is documented."""
    page = _Reader(built.html / "findings.html")

    assert {anchor for anchor in page.anchors if anchor.startswith("finding-")} == {
        f"finding-{code.replace('.', '-')}" for code in FINDINGS
    }
    assert [code for code, each in FINDINGS.items() if each.why not in page.text] == []
    assert [code for code, each in FINDINGS.items() if each.remedy not in page.text] == []


#: What the scripts of the search want of a browser, which is not there.
_NO_PAGE: Final = """
const window = globalThis;
const document = {getElementById: () => null};
const localStorage = {setItem() {}};
const SPHINX_HIGHLIGHT_ENABLED = false;
const _ready = () => {};
const _ = (text) => text;
"""


@pytest.fixture(scope="session")
def search(built):
    """Return what searches the built pages: the scripts of Sphinx, in a JavaScript engine."""
    context = quickjs.Context()
    static = built.html / "_static"
    scripts = [static / "language_data.js", static / "searchtools.js", built.html / "searchindex.js"]
    # One script, because the constants of a script are not seen by the next one.
    source = "\n".join([_NO_PAGE, *(path.read_text("utf-8") for path in scripts)])
    context.eval(
        f"{source}\nglobalThis.find = (query) =>"
        " JSON.stringify(Search._performSearch(...Search._parseQuery(query)).reverse());"
    )

    def search(query: str) -> list[str]:
        found = json.loads(context.get("find")(query))
        return list(dict.fromkeys(result[0] for result in found))

    return search


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("No 'Access-Control-Allow-Origin' header", "questions"),
        ("No 'Access-Control-Allow-Origin' header is present on the requested resource", "questions"),
        ("credentials mode", "questions"),
        ("preflight 405", "questions"),
        ("axios", "guides/cookies"),
        ("Vite", "local-development"),
        ("React", "local-development"),
        ("localhost", "local-development"),
        ("127.0.0.1", "local-development"),
        (".env", "local-development"),
        ("environment variables", "configuration-keys"),
        ("Content-Disposition", "guides/downloads"),
        ("uploads", "guides/uploads"),
        ("EventSource", "guides/events"),
        ("SSE", "guides/events"),
        ("WebSocket", "guides/websockets"),
        ("Flask-SocketIO", "guides/websockets"),
        ("sendBeacon", "guides/beacons"),
        ("X-Accel-Redirect", "guides/nginx"),
        ("Capacitor", "guides/shells"),
        ("Electron", "guides/shells"),
        ("blueprints", "guides/blueprints"),
        ("tenants", "guides/tenants"),
        ("previews", "guides/previews"),
        ("fonts", "guides/static-files"),
        ("CDN", "guides/cdn"),
        ("cookies", "guides/cookies"),
        ("withCredentials", "guides/cookies"),
        ("Authorization", "guides/tokens"),
        ("nginx", "guides/nginx"),
        ("CSRF", "threat-model"),
        ("contains multiple values", "questions"),
        ("subdomains", "questions"),
        ("Postman", "questions"),
        ("is not allowed by Access-Control-Allow-Headers", "questions"),
        ("Flask-CORS", "flask-cors"),
        ("migrate", "flask-cors"),
        ("Redis", "live-origins"),
        ("export", "scale-out"),
        ("threat model", "threat-model"),
        ("quickstart", "quickstart"),
    ],
)
def test_the_search_finds_the_right_page_first(query, page, search):
    """A reader who types what they have, or what the browser shows, lands on the page that answers."""
    assert search(query)[:1] == [page]


def test_every_question_has_its_answer_one_click_away():
    """The table has the fifteen questions, and each row leads to a section of its page."""
    page = (DOCS / "questions.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| .*\? \| \[\]\(#([a-z0-9-]+)\) \|$", page)
    sections = re.findall(r"(?m)^## (.+)$", page)
    slugs = [re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in sections]

    assert len(rows) == 15
    assert rows == slugs
    assert "(questions.md)" in (DOCS / "index.md").read_text("utf-8")


#: Characters of code that a column of a table on a phone takes without a break.
LONGEST_PART: Final = 24


def parts_of_code_in_cells(page: str) -> set[str]:
    """Return the words of code in the tables of a page, cut where a line can end."""
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)
    words = re.findall(r'<span class="pre[^"]*">((?:[^<]|<wbr[^>]*>)*)</span>', "".join(cells))
    return {unescape(part) for word in words for part in re.split(r"<wbr[^>]*>", word)}


def test_long_code_in_a_table_breaks_between_the_parts_of_a_name(built):
    """No part is wider than a column, but for a name without parts."""
    parts = {
        part
        for path in built.html.rglob("*.html")
        # The requests of this page break at their spaces.
        if path.name != "engines.html"
        for part in parts_of_code_in_cells(path.read_text("utf-8"))
    }

    assert "CORSGUARD_" in parts
    long = {part for part in parts if len(part) > LONGEST_PART}
    assert {part for part in long if not re.fullmatch(r"[a-z]+://\w+", part)} == set()


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour of six hexadecimal digits: WCAG 2."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_code_can_be_read_in_both_themes(theme):
    """The contrast of every token with the background is 4.5 or more: WCAG 2, level AA."""
    pytest.importorskip("furo")
    conf = runpy.run_path(str(DOCS / "conf.py"))
    style = get_style_by_name(conf["pygments_style" if theme == "light" else "pygments_dark_style"])
    variables = conf["html_theme_options"].get(f"{theme}_css_variables", {})
    background = luminance(variables.get("color-code-background", style.background_color).lstrip("#"))

    contrasts = {}
    for token, looks in style:
        if looks["color"]:
            darker, lighter = sorted((luminance(looks["color"]), background))
            contrasts[str(token)] = (lighter + 0.05) / (darker + 0.05)

    assert len(contrasts) > 20
    assert {token: round(each, 2) for token, each in contrasts.items() if each < 4.5} == {}
