"""The mutator: which mistakes it makes, what it leaves alone, and that a test notices one."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mutants import source
from mutants.__main__ import read_equivalents, sample_of

ROOT = Path(__file__).parent.parent


@pytest.fixture
def changes(tmp_path, monkeypatch):
    """Return a function that gives the changes that are made to a text, and checks that each is Python."""
    monkeypatch.setattr(source, "ROOT", tmp_path)

    def changes_of(text):
        (tmp_path / "module.py").write_text(text)
        mutants = source.mutants_of("module.py")
        for mutant in mutants:
            compile(source.tree_of(mutant), "module.py", "exec")
        assert len({mutant.key for mutant in mutants}) == len(mutants)
        return {ast.unparse(source.tree_of(mutant)) for mutant in mutants}

    return changes_of


#: What is left of the expression without one of its characters, where that is one, too.
SHORTER = ("[|]+", "[a]+", "[a|]", "a|]+")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 256", {"x = 257", "x = 255"}),
        ("x = True", {"x = False"}),
        ("a < b", {"a <= b", "a >= b"}),
        ("a is b", {"a is not b"}),
        ("x = not a", {"x = a"}),
        ("x = a and b", {"x = a or b", "x = a", "x = b"}),
        ("x = a | b", {"x = a", "x = b"}),
        ("x = {'a', 'b'}", {"x = {'aX', 'b'}", "x = {'a', 'bX'}", "x = {'a'}", "x = {'b'}"}),
        ("x = a.strip()", {"x = a"}),
        ("f(a, key=b)", {"f(a)", "pass"}),
        ("if a:\n    b", {"if not a:\n    b"}),
        ("x = [a for a in b if a]", {"x = [a for a in b]"}),
        ("def f():\n    return g()", {"def f():\n    return None"}),
        ("for a in b:\n    continue", {"for a in b:\n    break"}),
        ("raise A", {"pass"}),
        (
            "x = re.compile('[a|]+')",
            {f"x = re.compile('{each}')" for each in SHORTER},
        ),
        ("x = f'{a}://{b}'", {"x = f'{a}{b}'"}),
    ],
)
def test_a_mistake_of_each_kind_is_made(changes, text, expected):
    """These changes, and no other."""
    assert changes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "'''Words of a docstring.'''",
        "def f():\n    '''One.'''",
        "x = 'the words of a sentence'",
        "x = f'the words {a} of a sentence'",
        "if TYPE_CHECKING:\n    x = 1",
        "@overload\ndef f(x=1): ...",
        "class A:\n    __slots__ = ('a', 'b')",
        "x: Literal['a'] = a",
        "x = cast('A', a)",
        "import a",
    ],
)
def test_what_no_caller_sees_is_left_alone(changes, text):
    """Types, slots and the words of sentences are not behaviour."""
    assert changes(text) == set()


def test_a_mutant_keeps_its_name_when_its_module_changes_elsewhere(changes, tmp_path):
    """An outcome, and an entry of the equivalents, stays true when lines move."""
    changes("def f(a):\n    return a < 1")
    before = [mutant.key for mutant in source.mutants_of("module.py")]

    (tmp_path / "module.py").write_text("x = y\n\n\ndef f(a):\n    return a < 1")

    assert [mutant.key for mutant in source.mutants_of("module.py")] == before


def test_a_sample_is_the_same_for_a_seed():
    """Another seed has others, and a larger sample has the smaller one in it."""
    mutants = source.mutants_of("flask_corsguard/core/guard.py")

    assert sample_of(mutants, "a", 9) == sample_of(list(reversed(mutants)), "a", 20)[:9]
    assert sample_of(mutants, "a", 9) != sample_of(mutants, "b", 9)
    assert len(sample_of(mutants, "a", 0)) == len(mutants)


def test_every_module_has_mutants_and_each_of_them_compiles():
    """So each is tried for what it does, and not for how it is written."""
    for mutant in source.mutants_of("flask_corsguard/core/request.py"):
        compile(source.tree_of(mutant), "request.py", "exec")
    assert "flask_corsguard/testing/urls.py" in source.modules()
    assert read_equivalents([]) == set()


PROGRAM = """
from mutants.recorder import Record
from mutants.source import mutants_of
from mutants.trial import try_mutant, warm

warm()
tests = {names!r}
record = Record(dict.fromkeys(tests, 1.0), {{}})
mutants = mutants_of("flask_corsguard/core/guard.py")
changed = next(each for each in mutants if each.after.endswith("not in authorities(origin)"))
print(try_mutant(None, [tests], record).outcome)
print(*try_mutant(changed, [tests[:1], tests], record)[:2])
print(try_mutant(changed, [tests[:1]], record).outcome)
"""


@pytest.mark.slow
def test_a_trial_runs_the_named_tests_until_one_fails():
    """Without a mutant all pass; and a mutant that the named tests do not reach survives."""
    names = [
        "tests/core/test_request.py::test_a_request_cannot_be_changed",
        "tests/core/test_guard.py::test_the_closed_policy_is_open_to_its_own",
    ]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(names=names)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "tests"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.splitlines() == ["survived", f"killed {names[1]}", "survived"], done.stderr
