"""Formats for CORS alone: never more than the policy, and everything that is lost has a name."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.meanings import MEANINGS, document
from edge.policies import NAMES, A
from edge.policies import source as source_named
from flask_corsguard import SAME_ORIGIN, UNMANAGED, Policy, PolicyError, Request
from flask_corsguard.core.compiled import compiled
from flask_corsguard.core.origin import Origin
from flask_corsguard.edge.export import export
from flask_corsguard.edge.formats import FORMATS
from flask_corsguard.edge.levels import is_level_a, is_level_b
from flask_corsguard.edge.limits import codes_of
from flask_corsguard.edge.losses import ACCEPTABLE, SENTENCES
from flask_corsguard.edge.outcome import answered
from flask_corsguard.edge.paths import path_of
from flask_corsguard.edge.places import Place, Source
from flask_corsguard.edge.source import source_of
from flask_corsguard.edge.vectors import Site, expected, vectors_of
from reach import met, reaching
from strategies import policies_and_requests

SCHEMAS = Path(__file__).with_name("schemas")
FORMS = sorted(MEANINGS)
SITE = Site("https", "api.example")

PLAIN = Policy(origins=[A], methods=["GET", "PUT"], allow_headers=["X-A"], expose_headers=["X-B"])
ONE = {
    "plain": PLAIN,
    "credentials": PLAIN.replace(credentials=True),
    "patterns": PLAIN.replace(
        origins=[A, "https://*.a.example", "http://localhost:*", "https://*.b.example:*"], credentials=True
    ),
    "everyone": Policy(
        origins="*", methods="*", allow_headers=["*", "Authorization"], expose_headers="*", timing="*"
    ),
    "closed": SAME_ORIGIN,
    "unmanaged": UNMANAGED,
    "shells": PLAIN.replace(origins=["app://.", "https://[2001:db8::1]", A], credentials=True, max_age=0),
    "null": Policy(origins=[A, "null"], dangerously_allow=["null-origin"], max_age=None),
    "private": PLAIN.replace(private_network=True, resource_policy="same-site", methods=["PURGE", "PUT"]),
}


def made(form: str, policy, **options):
    """Return the files of an export, with all losses accepted."""
    source = policy if hasattr(policy, "places") else source_of(policy)
    return export(source, FORMATS[form], accepted=ACCEPTABLE, **options).files


def codes(form: str, policy, accepted=()) -> list[str]:
    """Return the codes of what is refused."""
    with pytest.raises(PolicyError) as raised:
        export(source_of(policy), FORMATS[form], accepted=accepted)
    return [each.code for each in raised.value.problems]


def as_told(seen, wanted):
    """Return *seen* without what only the guard decides on."""
    return seen if not wanted.passes and wanted.status in {204, 403} else replace(seen, passes=wanted.passes)


def exported(form: str, policy):
    """Return the files of an export; ``None`` if they would grant more than the policy does."""
    try:
        return made(form, policy)
    except PolicyError as error:
        found = {each.code for each in error.problems}
    assert not found & ACCEPTABLE
    return None


@pytest.mark.parametrize("form", FORMS)
def test_no_random_policy_grants_more(form):
    """No origin that a browser can send, and no method or header, is granted that the policy does not."""

    @reaching
    @given(policies_and_requests(), st.booleans())
    def grants_no_more(drawn, everyone):
        policy, request = drawn
        if everyone and not policy.credentials:
            policy = policy.replace(origins="*", private_network=False, timing=False)
        files = exported(form, policy)
        is_sent = request.origin in {None, "null"} or Origin.parse(request.origin) is not None
        if met(files is not None and is_sent):
            wanted = answered(compiled(policy), request)
            seen = MEANINGS[form](files, "/any", request)
            if not request.is_preflight:
                seen = replace(seen, passes=wanted.passes)
            assert is_level_a(seen, request, [(wanted, request)])

    grants_no_more()


@pytest.mark.slow
@pytest.mark.parametrize("name", [*ONE, *NAMES])
@pytest.mark.parametrize("form", FORMS)
def test_no_vector_is_granted_more(form, name):
    """Of those that a browser can send; other clients ignore the headers of an answer."""
    source = source_of(ONE[name]) if name in ONE else source_named(name)
    files = exported(form, source)
    if files is None:
        return
    for vector in vectors_of(source, SITE):
        if vector.is_sendable:
            request, wanted = vector.request, expected(source, vector)
            seen = MEANINGS[form](files, path_of(vector.target), request)
            if not request.is_preflight:
                seen = replace(seen, passes=wanted.passes)
            assert is_level_a(seen, request, [(wanted, request)]), f"{vector} {seen} {wanted}"


@pytest.mark.parametrize("form", FORMS)
def test_a_browser_comes_to_the_same_verdict_on_an_ordinary_policy(form):
    """With exact origins, and credentials where the format has them, nothing is stricter."""
    policy = Policy(origins=[A], credentials=form != "gcs", expose_headers=["Content-Type"])
    source = source_of(policy)
    files = made(form, policy)

    for vector in vectors_of(source, SITE):
        request, wanted = vector.request, expected(source, vector)
        if vector.is_sendable and (request.is_preflight or request.method == "GET"):
            seen = MEANINGS[form](files, path_of(vector.target), request)
            if not request.is_preflight:
                seen = replace(seen, passes=wanted.passes)
            assert is_level_b(seen, wanted, request), f"{vector} {seen} {wanted}"


@pytest.mark.parametrize("name", [*ONE, *NAMES])
@pytest.mark.parametrize("form", FORMS)
def test_an_export_fits_the_schema_of_its_reader(form, name):
    """Every file that is not a note."""
    files = exported(form, ONE.get(name) or source_named(name))
    schema = json.loads((SCHEMAS / f"{form}.json").read_text())

    for file, text in (files or {}).items():
        if not file.endswith(".txt"):
            jsonschema.validate(document(text), schema)


@pytest.mark.parametrize("form", FORMS)
def test_a_schema_refuses_what_its_reader_does(form):
    """A key that is none, and no content at all."""
    schema = json.loads((SCHEMAS / f"{form}.json").read_text())

    assert schema["$comment"].startswith("Source: https://")
    for wrong in ({"corsguard": 1}, 7):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


MANY = [f"https://{number}.{'a' * 60}.example" for number in range(999)]
ALWAYS = ["edge.no-guard", "edge.status", "edge.vary"]


@pytest.mark.parametrize(
    ("form", "policy", "lost"),
    [
        ("traefik", PLAIN, ["edge.no-guard", "edge.status"]),
        ("istio", PLAIN.replace(timing=True), [*ALWAYS, "edge.timing"]),
        ("istio", PLAIN.replace(resource_policy="same-site"), [*ALWAYS, "edge.resource-policy"]),
        ("istio", PLAIN.replace(private_network=True), [*ALWAYS, "edge.private-network"]),
        ("istio", PLAIN.replace(guard="report"), ALWAYS[1:]),
        ("istio", SAME_ORIGIN, ["edge.no-guard"]),
        ("gateway-api", PLAIN, ALWAYS),
        ("gateway-api", PLAIN.replace(max_age=0), [*ALWAYS, "edge.max-age-zero"]),
        ("gateway-api", PLAIN.replace(methods=["PURGE"]), [*ALWAYS, "edge.method"]),
        ("gateway-api", PLAIN.replace(origins=["app://."]), [*ALWAYS, "edge.origin-form"]),
        ("gateway-api", PLAIN.replace(origins=["app://*.a"]), [*ALWAYS, "edge.origin-form"]),
        ("gateway-api", PLAIN.replace(origins=["http://localhost:*"]), [*ALWAYS, "edge.any-port"]),
        ("aws-http-api", PLAIN.replace(origins=["https://*.a.example"]), [*ALWAYS, "edge.patterns"]),
        ("s3", PLAIN.replace(credentials=True), ALWAYS),
        (
            "s3",
            PLAIN.replace(origins=["https://*.a.example:*"], credentials=True),
            [*ALWAYS, "edge.any-port"],
        ),
        ("s3", Policy(origins="*", methods="*"), ["edge.no-guard", "edge.status", "edge.method"]),
        ("s3", Policy(origins="*", expose_headers="*"), ["edge.no-guard", "edge.status", "edge.any-exposed"]),
        ("gcs", PLAIN.replace(expose_headers=["X-A"]), ALWAYS),
        ("gcs", PLAIN, [*ALWAYS, "edge.one-list"]),
        (
            "gcs",
            PLAIN.replace(expose_headers=["X-A"], credentials=True),
            [*ALWAYS, "edge.no-credentials"],
        ),
    ],
)
def test_a_loss_has_to_be_accepted_by_name(form, policy, lost):
    """Each with the field, a reason and a remedy; with all accepted, there is an export."""
    assert codes(form, policy) == lost
    with pytest.raises(PolicyError) as raised:
        export(source_of(policy), FORMATS[form])
    for problem in raised.value.problems:
        assert problem.field.startswith("policy")
        assert f"--accept {problem.code}" in problem.hint
    assert export(source_of(policy), FORMATS[form], accepted=lost).files


@pytest.mark.parametrize(
    ("form", "policy", "code"),
    [
        ("s3", {"/": PLAIN}, "edge.paths"),
        ("gateway-api", {"/a": PLAIN}, "edge.paths"),
        ("istio", [PLAIN, Policy(origins="*")], "edge.audiences"),
        ("aws-http-api", Policy(origins="*", allow_headers="*"), "edge.any-header"),
        ("s3", PLAIN, "edge.credentials"),
        ("s3", PLAIN.replace(origins=MANY, credentials=True), "edge.too-many"),
        ("gateway-api", PLAIN.replace(origins=MANY), "edge.too-many"),
        ("gateway-api", PLAIN.replace(allow_headers=[f"X-{n}" for n in range(65)]), "edge.too-many"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_what_would_grant_more_or_has_no_place_is_refused(form, policy, code):
    """It cannot be accepted."""
    assert codes(form, policy, accepted=ACCEPTABLE) == [code]
    assert code not in ACCEPTABLE


@pytest.mark.parametrize("form", FORMS)
def test_the_losses_of_a_format_are_known_without_a_policy(form):
    """The documentation lists them; each is one of an export that was refused, or of another limit."""
    found = set()
    for policy in (*ONE.values(), {"/a": PLAIN}, [PLAIN, Policy(origins="*")]):
        with suppress_losses(found):
            export(source_of(policy), FORMATS[form])

    assert found <= codes_of(FORMATS[form].limits)
    assert codes_of(FORMATS[form].limits) <= set(SENTENCES)


def test_every_code_is_in_the_documentation():
    """In a table of *Scale out*, by hand or from the limits of formats."""
    page = (Path(__file__).parents[2] / "docs" / "scale-out.md").read_text("utf-8")
    generated = set().union(*(codes_of(form.limits) for form in FORMATS.values() if form.limits))

    assert [code for code in SENTENCES if f"`{code}`" not in page and code not in generated] == []


@contextmanager
def suppress_losses(found: set[str]):
    """Add the codes of what is refused to *found*."""
    try:
        yield
    except PolicyError as error:
        found.update(each.code for each in error.problems)


def test_views_of_one_path_with_several_policies_are_refused():
    """No route of these formats sees which method a preflight requests."""
    with pytest.raises(PolicyError) as raised:
        made("istio", source_named("marked"))

    assert [each.code for each in raised.value.problems] == ["edge.paths"]
    assert raised.value.problems[0].field == "/blue/view"


@pytest.mark.parametrize("form", ["istio", "traefik"])
def test_routes_have_the_policies_of_their_paths(form):
    """Exact ones first, then the longest prefix; other spellings have the closed one."""
    files = made(form, {"/api/v1": Policy(origins=["https://v1.example"]), "/api": PLAIN, "/": SAME_ORIGIN})
    source = source_of({"/": SAME_ORIGIN})

    def is_read(path: str, origin: str) -> bool:
        request = next(iter(vectors_of(source, SITE))).request
        seen = MEANINGS[form](files, path, replace(request, origin=origin))
        return ("access-control-allow-origin", origin) in seen.headers

    assert is_read("/api", A)
    assert is_read("/api/x", A)
    assert not is_read("/apix", A)
    assert not is_read("/api/v1", A)
    assert is_read("/api/v1/x", "https://v1.example")
    assert not is_read("/api//x", A)
    assert not is_read("/api/%2fx", A)


@pytest.mark.parametrize("form", ["istio", "traefik"])
def test_a_view_has_the_policy_of_its_path_alone(form):
    """What lies below it has that of the prefix."""
    root, view = compiled(SAME_ORIGIN), compiled(PLAIN)
    places = (Place("/", root, "application"), Place("/view", view, "GET /view", exact=True))
    files = made(form, Source(places, root, lambda path, _: view if path == "/view" else root))

    def granted(path: str) -> bool:
        seen = MEANINGS[form](files, path, Request(method="GET", origin=A))
        return ("access-control-allow-origin", A) in seen.headers

    assert granted("/view")
    assert not granted("/view/x")
    assert not granted("/viewx")


@pytest.mark.parametrize("form", FORMS)
def test_an_export_has_a_note_that_the_guard_stays(form):
    """In a comment, or in a note beside a file that can have none, with the command that applies it."""
    files = made(form, PLAIN.replace(credentials=True), command=f"corsguard export {form}")
    text = files.get("corsguard.yaml") or files["cors.txt"]

    assert "the guard stays in the application" in text
    assert f"corsguard export {form}" in text
    assert "sha256:" in text


@pytest.mark.parametrize("form", ["aws-http-api", "s3", "gcs"])
def test_the_export_of_a_closed_policy_explains_how_to_allow_nobody(form):
    """The configuration is deleted."""
    files = made(form, SAME_ORIGIN)

    assert not document(files["cors.json"])
    assert "delete" in files["cors.txt"] or "--clear-cors" in files["cors.txt"]


def test_every_origin_of_s3_with_a_port_is_written_with_its_default_one():
    """``:*`` matches any port and none."""
    files = made("s3", Policy(origins=["http://localhost:*", "https://*.a.example:8443"], credentials=True))

    (rule,) = document(files["cors.json"])["CORSRules"]
    assert rule["AllowedOrigins"] == ["http://localhost", "http://localhost:*", "https://*.a.example:8443"]
