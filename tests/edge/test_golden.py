"""The files of every format, as they are meant to be: what changes in them is seen in a review."""

from __future__ import annotations

import json
import os
import re
from itertools import product
from pathlib import Path

import pytest

from edge.policies import NAMES, marked
from edge.policies import source as source_named
from flask_corsguard import Policy, PolicyError
from flask_corsguard.edge.export import export
from flask_corsguard.edge.formats import FORMATS
from flask_corsguard.edge.formats.envoy import MAX_EXPRESSION as ENVOY_EXPRESSION
from flask_corsguard.edge.formats.states import MAX_EXPRESSION, alternatives
from flask_corsguard.edge.losses import ACCEPTABLE
from flask_corsguard.edge.source import source_of

GOLDEN = Path(__file__).parent / "golden"
OWN = ("https://api.example", "http://localhost:8000")


def made(form: str, name: str) -> dict[str, str]:
    """Return the files of an export, with all losses accepted."""
    command = f"corsguard --app policies:{name.replace(' ', '_')} export {form}"
    own = OWN if name == "marked" or form == "envoy" else ()
    accepted = () if FORMATS[form].is_full else ACCEPTABLE
    return export(source_named(name), FORMATS[form], own=own, accepted=accepted, command=command).files


def recorded():
    """Yield the exports that are recorded: by what a format can do."""
    for form, known in FORMATS.items():
        names = ("paths", "everyone", "marked")
        if known.limits is not None:
            names = ("no root", "everyone") if known.limits.paths else ("one", "patterns")
        yield from ((form, name) for name in names)


@pytest.mark.parametrize(("form", "name"), [*recorded()])
def test_an_export_is_as_recorded(form, name):
    """Byte for byte; WRITE_GOLDEN=1 records it."""
    directory = GOLDEN / form / name
    files = made(form, name)
    if os.environ.get("WRITE_GOLDEN"):
        directory.mkdir(parents=True, exist_ok=True)
        for old in directory.iterdir():
            old.unlink()
        for file, text in files.items():
            (directory / file).write_text(text, "utf-8")

    assert files == {file.name: file.read_text("utf-8") for file in directory.iterdir()}


@pytest.mark.parametrize(
    ("form", "name"), [*product([form for form in FORMATS if FORMATS[form].is_full], NAMES), *recorded()]
)
def test_the_same_input_gives_the_same_files(form, name):
    """And each file begins with the command that made it, and a digest of the policies."""
    files = made(form, name)

    assert files == made(form, name)
    for file, text in files.items():
        if file == "cors.json":
            # It can have no comment: the note beside it has the head.
            continue
        first, second, third = text.split("\n")[:3]
        assert f"`corsguard --app policies:{name.replace(' ', '_')} export {form}`" in first
        assert FORMATS[form].engine in second
        assert "sha256:" in third


@pytest.mark.parametrize("form", FORMATS)
def test_a_change_of_origins_changes_lists_alone(form):
    """The configuration stays as it is, but for the digest in its head."""
    before, after = (
        export(
            source_of(Policy(origins=origins, credentials=True)), FORMATS[form], own=OWN, accepted=ACCEPTABLE
        )
        for origins in (["https://a.example"], ["https://a.example", "https://b.example"])
    )

    changed = {
        name
        for name, text in after.files.items()
        if text.split("\n")[3:] != before.files[name].split("\n")[3:]
    }
    assert changed <= after.data


def test_different_policies_have_different_digests():
    """Other policies, other places, another digest; the same ones in another object, the same."""

    def digest(source) -> str:
        text = export(source, FORMATS["nginx"]).files["http.conf"]
        return text.split("sha256:")[1].split("\n")[0]

    one, same = (digest(source_of({"/a": Policy(origins=["https://a.example"])})) for _ in range(2))

    assert one == same
    assert len({one, digest(source_of({"/b": Policy(origins=["https://a.example"])})), digest(marked())}) == 3


MANY = [f"https://tenant-{number}.customers.example" for number in range(12_000)]


@pytest.mark.parametrize(
    ("form", "policy", "code", "value"),
    [
        ("nginx", Policy(origins=["https://a.example"], expose_headers=["X-$a"]), "edge.token", "X-$a"),
        ("envoy", Policy(origins=["https://a.example"]), "edge.own", None),
        ("varnish", Policy(origins=MANY), "edge.too-many", 12_000),
    ],
    ids=lambda each: str(each)[:12],
)
def test_what_an_engine_cannot_do_is_refused(form, policy, code, value):
    """With a code, the value, and what to do."""
    with pytest.raises(PolicyError) as raised:
        export(source_of(policy), FORMATS[form])

    (problem,) = raised.value.problems
    assert (problem.code, problem.value) == (code, value)
    assert problem.hint


def test_an_engine_that_guards_nothing_need_not_know_its_own_origins():
    """Nothing is asked about them."""
    assert export(source_of(Policy(origins=["https://a.example"], guard="off")), FORMATS["envoy"]).files


def test_a_hash_of_nginx_is_as_large_as_its_keys_need():
    """Neither directive is written where the default does."""
    small = export(source_of(Policy(origins=["https://a.example"])), FORMATS["nginx"]).files["http.conf"]
    origins = [f"https://{'a' * 50}{number}.example" for number in range(1500)]
    large = export(source_of(Policy(origins=origins)), FORMATS["nginx"]).files["http.conf"]

    assert "map_hash" not in small
    assert "map_hash_bucket_size 128;" in large
    assert "map_hash_max_size 4096;" in large


def test_the_origins_of_envoy_are_written_in_expressions_of_bounded_length():
    """And each of them is in one."""
    text = export(source_of(Policy(origins=MANY, guard="off")), FORMATS["envoy"]).files["corsguard.yaml"]

    found = [each for each in re.findall(r'"regex": (".*")', text) if "tenant" in each]
    expressions = list(dict.fromkeys(json.loads(each) for each in found))
    assert len(expressions) > 1
    assert max(map(len, expressions)) <= ENVOY_EXPRESSION
    assert "|".join(expressions).split("|") == [re.escape(each) for each in sorted(MANY)]


def test_many_paths_are_written_in_expressions_of_bounded_length():
    """And each of them is in one."""
    patterns = [f"/view/{number}" for number in range(5000)]

    found = alternatives(patterns)

    assert len(found) > 1
    assert max(map(len, found)) <= MAX_EXPRESSION
    assert "|".join(found).split("|") == patterns
