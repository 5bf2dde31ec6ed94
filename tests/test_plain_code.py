"""What people read in the code has the plain words of the pages: ``tests/prose/code.py``."""

from __future__ import annotations

from typing import Final

import pytest

from pages import ROOT
from prose.code import EXCEPTIONS, long_sentences, max_words, texts_of, words, wrong_words

PACKAGE: Final = sorted((ROOT / "flask_corsguard").rglob("*.py"))

#: What is read in the files of each folder. The texts of tests are mostly data: pages, errors and headers.
KINDS: Final = {
    "flask_corsguard": ("message", "docstring", "comment"),
    "examples": ("message", "docstring", "comment"),
    "benchmarks": ("message", "docstring", "comment"),
    "docs": ("message", "docstring", "comment"),
    "tests": ("name", "docstring", "comment"),
}
#: Programs of others, as they wrote them.
FOREIGN: Final = ROOT / "tests" / "migration" / "programs"
FOLDERS: Final = sorted(
    {path.parent for name in KINDS for path in (ROOT / name).rglob("*.py") if FOREIGN not in path.parents}
)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_names_of_tests_and_messages_docstrings_and_comments_are_plain(folder):
    """None has a word that is not a technical term."""
    kinds = KINDS[folder.relative_to(ROOT).parts[0]]
    wrong = [
        f"{path.relative_to(ROOT)}:{word}"
        for path in folder.glob("*.py")
        for word in wrong_words(path.read_text("utf-8"), *kinds)
    ]

    assert wrong == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_sentences_of_messages_docstrings_and_comments_are_short(folder):
    """They are no longer than those of the pages."""
    kinds = KINDS[folder.relative_to(ROOT).parts[0]]
    found = [
        f"{path.relative_to(ROOT)}:{sentence}"
        for path in folder.glob("*.py")
        for sentence in long_sentences(path.read_text("utf-8"), *kinds)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ('"""{long}."""\n', 1),
        ('"""{short}. {short}: {short}.\n\n    :param x: {short}.\n    :param y: {long}.\n"""\n', 4),
        ("x = 1\n    # {short}\n    #: word\nx = 1  # {short}\n", 2),
        ('"""{short}::\n\n    {long}\n\n{short}\n\n>>> {long}\n``{long}``\n"""\n# {short}\n', None),
        ('x = "{short}. {short}:\\n{short}\\n" "{short}"\n', None),
        ('raise ValueError(\n    "{short} "\n    "word."\n)\n', 2),
        ('x = f"{short} {{x!r}}"\n', 1),
        ('def x():\n    return "{short} " + x\n', 2),
    ],
)
def test_a_long_sentence_is_found(source, line):
    """Code, examples and literal blocks are not read."""
    short = " ".join(["word"] * max_words())

    source = source.format(short=short, long=f"{short} word")
    found = list(long_sentences(source, "message", "docstring", "comment"))

    assert [each.split(":")[0] for each in found] == ([] if line is None else [str(line)])


def test_the_words_are_those_of_the_pages():
    """Each entry of the list in JavaScript is read."""
    assert [better for pattern, better in words() if pattern.search("It is kept.")] == [
        "store, cache or continue"
    ]
    assert len(words()) == 10


@pytest.mark.parametrize(
    ("source", "beginning"),
    [
        ('"""It says so."""\n', "1: docstring: 'says'"),
        ("def of():\n    '''Return ``it\n    there``.\n\n    It is held.\n    '''\n", "5: docstring: 'held'"),
        ("class Kept:\n    '''What stands there.'''\n", "2: docstring: 'stands'"),
        ("X = 1  # It is kept.\n", "1: comment: 'kept'"),
        ('raise ValueError("It is told.")\n', "1: message: 'told'"),
        ('raise ValueError(f"{X} lets it pass.")\n', "1: message: 'lets'"),
        ("def test_an_origin_is_no_host():\n    pass\n", "1: name: 'is no'"),
    ],
)
def test_each_kind_of_text_is_checked(source, beginning):
    """A word in it is found, with its line."""
    (wrong,) = wrong_words(source, "message", "docstring", "comment", "name")

    assert wrong.startswith(beginning)


@pytest.mark.parametrize(
    "source",
    [
        '"""Return ``keep``, `let` or *told*, but no longer `hold`.\n\n>>> say(kept)\n"""\n',
        "says = held = 1\n",
        'X = "keep-alive"\n',
        "def told():\n    pass\n",
    ],
)
def test_code_is_not_checked(source):
    """Names, examples and values without a space stay as they are."""
    assert list(wrong_words(source, "message", "docstring", "comment", "name")) == []


@pytest.mark.parametrize("exception", EXCEPTIONS)
def test_each_exception_is_needed(exception):
    """The package has the text, and it would be wrong without the exception."""
    sources = (path.read_text("utf-8") for path in PACKAGE)
    texts = [each.text for source in sources if exception in source for each in texts_of(source)]

    assert any(pattern.search(text) for text in texts if exception in text for pattern, _ in words())
