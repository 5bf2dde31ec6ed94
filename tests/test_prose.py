"""The prose linter finds the words and sentences that it is for, and no others."""

from __future__ import annotations

import re

import pytest

from prose import CHECKED, INSTALLED, lint

pytestmark = pytest.mark.skipif(not INSTALLED.exists(), reason="`make prose` installs textlint")

LONG = " ".join(["word"] * 26)
SHORT = " ".join(["word"] * 25)


@pytest.fixture
def found(tmp_path):
    """Return what finds the rules that a text breaks, with the lines."""

    def found(text: str) -> list[tuple[int, str]]:
        page = tmp_path / "page.md"
        page.write_text(text, "utf-8")
        lines = re.findall(r":(\d+):\d+: .* \[Error/([a-z-]+)\]", lint(page).stdout)
        return [(int(line), rule) for line, rule in lines]

    return found


def test_words_that_are_not_technical_terms_are_found(found):
    """In each of their forms, in headings, lists and tables, too."""
    words = ["says", "held", "stands", "keep", "lets", "heeds", "told", "hears", "whoever"]
    text = "# It holds\n\n" + "".join(f"- The policy {word} it.\n" for word in words)
    text += "\n| a | b |\n|---|---|\n| it is kept | x |\n\nAn origin is no host.\n"

    broken = found(text)

    assert {rule for _, rule in broken} == {"plain-words"}
    assert [line for line, _ in broken] == [1, *range(3, 12), 15, 17]


def test_words_of_code_and_quotations_are_not_the_authors(found):
    """Names and messages stay as they are; and so do words that only contain one of these."""
    assert (
        found(
            "(saying-it)=\n\n"
            "The standard outlet understands `keep=let`. There is no `hold`.\n\n"
            "It is no longer a standing order.\n\n"
            "> The server said no, and he who says so holds it.\n\n"
            "```python\nsays = kept\n```\n"
        )
        == []
    )


def test_a_long_sentence_is_found(found):
    """Code is one word, and what follows a colon is read alone."""
    code = "`" + LONG + "`"

    broken = found(
        f"{LONG}.\n\n{SHORT}.\n\n{SHORT}: {SHORT}. {SHORT}.\n\n{code} {code} is short.\n\n- {LONG}\n"
    )

    assert broken == [(1, "short-sentences"), (9, "short-sentences")]


def test_every_page_that_people_write_is_checked():
    """New pages are, too, without being listed."""
    names = {path.name for path in CHECKED}

    assert {"README.md", "CONTRIBUTING.md", "SECURITY.md", "index.md", "policy.md", "cookies.md"} <= names
