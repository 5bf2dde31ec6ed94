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
from mutants.court import affordable, is_about, stages_of
from mutants.recorder import Record
from mutants.swap import changed_functions

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


def test_a_mutant_has_the_same_name_when_its_module_changes_elsewhere(changes, tmp_path):
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
from mutants.court import Court
from mutants.recorder import Record
from mutants.source import mutants_of

names = {names!r}
mutants = mutants_of("flask_corsguard/core/guard.py")
body = next(each for each in mutants if each.after.endswith("not in authorities(origin)"))
constant = next(each for each in mutants if each.where == "module.OWN_SITES")
record = Record(dict.fromkeys([*names, "tests/core/test_guard.py::test_that_is_gone"], 1.0))
record.tests = {{body.module: {{body.line: set(names)}}}}
record.imported = {{body.module: {{constant.line}}}}
court = Court(mutants, record, budget=10)
print(*court.try_mutant(body)[:2])
print(*court.try_mutant(constant)[:2])
print(*court.unsound)
record.tests[body.module][body.line].remove(names[1])
del record.seconds[names[1]]
print(court.try_mutant(body).outcome)
court._budget = 0
print(court.try_mutant(body).outcome)
"""


@pytest.mark.slow
def test_a_trial_runs_the_tests_that_run_the_line_until_one_fails():
    """A mutant survives if those tests do not notice it; a constant is that of a package imported anew."""
    names = [
        "tests/core/test_request.py::test_a_request_cannot_be_changed",
        "tests/core/test_guard.py::test_the_closed_policy_is_open_to_its_own",
        "tests/test_tables.py::test_a_table_has_these_members_and_no_other[core.guard.OWN_SITES]",
    ]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(names=names)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "tests"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.splitlines() == [
        f"killed {names[1]}",
        f"killed {names[2]}",
        "tests/core/test_guard.py::test_that_is_gone",
        "survived",
        "uncovered",
    ], done.stderr


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("def f(a):\n    return a", "def f(a):\n    return None", ["f"]),
        ("class C:\n    def f(self): return 1", "class C:\n    def f(self): return 2", ["f"]),
        ("def f():\n    return lambda: 1", "def f():\n    return lambda: 2", ["f", "<lambda>"]),
        ("A = {1: lambda: 3}", "A = {1: lambda: 4}", ["<lambda>"]),
        ("A = 1", "A = 2", [None]),
        ("A = 1", "A = True", [None]),
        ("class C:\n    A = 1", "class C:\n    A = 2", [None]),
        ("def f(a=1): return a", "def f(a=2): return a", [None]),
        ("A = [1, lambda: 1]", "A = [1]", [None]),
        ("def f(): return 1\n", "def f(): return 1\n\n", []),
    ],
)
def test_code_that_runs_at_import_is_distinguished_from_that_of_a_function(before, after, changed):
    """Only a function can get other code once it is loaded."""
    pairs = changed_functions(compile(before, "a.py", "exec"), compile(after, "a.py", "exec"))

    assert [pair and pair[1].co_name for pair in pairs] == changed


@pytest.fixture
def record():
    """Return a record of three tests and two lines."""
    seconds = {
        "tests/core/test_guard.py::a": 3.0,
        "tests/core/test_request.py::b": 1.0,
        "tests/test_cves.py::c[|]": 2.0,
    }
    tests = {"flask_corsguard/core/guard.py": {1: set(), 2: set(seconds)}}
    return Record(
        seconds, tests, {"flask_corsguard/core/guard.py": {1}}, {"tests/test_cves.py": "0"}, unused={"d::d"}
    )


def test_a_record_is_read_as_it_was_written(record, tmp_path):
    """No test and no line is lost."""
    record.write(tmp_path / "record.json")

    assert Record.read(tmp_path / "record.json") == record
    assert Record.read(tmp_path / "none.json") == Record()


def test_tests_whose_file_has_changed_are_forgotten_and_added_again(record):
    """The others stay."""
    module = "flask_corsguard/core/guard.py"
    record.forget_files(["tests/core/test_guard.py", "tests/test_cves.py"])
    left = record.tests_of(module, 2)
    record.add(
        Record({"tests/test_cves.py::e": 1.0}, {module: {1: {"tests/test_cves.py::e"}}}, {module: {3}})
    )

    assert left == {"tests/core/test_request.py::b"}
    assert record.digests == {}
    assert record.tests_of(module, 1) == {"tests/test_cves.py::e"}
    assert record.all_tests_of(module) == set(record.seconds)
    assert [record.runs_at_import(module, line) for line in (1, 2, 3)] == [True, False, True]


def test_the_tests_of_a_line_follow_it_when_its_module_changes(record):
    """A line that is new has those of the lines around it, and one that is changed has its own."""
    module = "flask_corsguard/core/guard.py"
    names = list(record.seconds)
    record.tests[module] = {1: set(names[:1]), 2: set(names[1:2]), 3: set(names[2:])}
    record.texts[module] = "a = 1\nb = 2\nc = 3\n"

    record.follow(module, "a = 1\nb = 4\nc = 3\n")
    assert record.tests[module] == {1: set(names[:1]), 2: set(names[1:2]), 3: set(names[2:])}
    record.follow(module, "x = 0\na = 1\nb = 4\ny = 5\nz = 6\nc = 3\n")

    first, second, third = set(names[:1]), set(names[1:2]), set(names[2:])
    assert record.tests[module] == {
        1: first,
        2: first,
        3: second,
        4: second | third,
        5: second | third,
        6: third,
    }
    assert record.imported[module] == {1, 2}


def test_the_tests_about_a_module_come_first_and_of_these_the_fast_ones(record):
    """What a budget leaves out are the slow ones of those that are about something else."""
    mutant = next(each for each in source.mutants_of("flask_corsguard/core/guard.py"))
    record.tests[mutant.module][mutant.line] = set(record.seconds)
    stages = stages_of(mutant, record)

    assert stages == [
        ["tests/core/test_request.py::b", "tests/core/test_guard.py::a"],
        ["tests/test_cves.py::c[|]"],
    ]
    assert affordable(stages, record.seconds, 6.0) == stages
    assert affordable(stages, record.seconds, 5.0) == [stages[0], []]
    assert affordable(stages, record.seconds, 3.0) == [stages[0][:1], stages[1]]
    assert is_about("tests/flask/test_decorator.py::a", "flask_corsguard/flask/decorator.py")
    assert not is_about("tests/testing/test_urls.py::a", "flask_corsguard/testing/cookies.py")
