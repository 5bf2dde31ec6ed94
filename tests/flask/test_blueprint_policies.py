"""Policies that an application configures for its blueprints, by their registered names."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask

from cases import EVIL, LISTED, SAME_ORIGIN, A
from flask_corsguard import CorsGuard, Policy, PolicyError, cors
from harness import call, preflight, warned

EVERYONE = Policy(origins="*")
PARTNER = Policy(origins=[EVIL])


def allowed(app, path, origin=EVIL):
    """Return ``Access-Control-Allow-Origin`` of the answer to a request to *path*."""
    return call(app, "GET", path, {"Origin": origin}).get("Access-Control-Allow-Origin")


def make_blueprint(name="api", **options):
    """Make a blueprint of one page, as a module defines it."""
    blueprint = Blueprint(name, __name__, **{"url_prefix": f"/{name}", **options})
    blueprint.add_url_rule("/page", "page", lambda **values: "x")
    return blueprint


@pytest.mark.parametrize("first", [True, False])
def test_two_applications_have_different_policies_for_one_blueprint(first):
    """Whether the extension or the blueprint comes first; pages, 404 and preflights have the policy."""
    blueprint = make_blueprint()
    apps = [Flask("one"), Flask("two")]
    for app, policy in zip(apps, (EVERYONE, PARTNER), strict=True):
        if first:
            CorsGuard(app, LISTED, blueprints={"api": policy})
        app.register_blueprint(blueprint)
        if not first:
            CorsGuard(app, LISTED, blueprints={"api": policy})

    with warned():
        for path in ("/api/page", "/api/missing"):
            assert [allowed(app, path) for app in apps] == ["*", EVIL]
            assert [preflight(app, A, path=path).code for app in apps] == [204, 403]
        assert [allowed(app, "/missing", A) for app in apps] == [A, A]


def test_the_policy_of_the_application_overrides_the_blueprints_own_mark():
    """A mark of the view comes before both, and both before a path."""
    app = Flask(__name__)
    blueprint = cors(PARTNER)(make_blueprint())
    blueprint.add_url_rule("/own", "own", cors(SAME_ORIGIN)(lambda: "x"))
    app.register_blueprint(blueprint)
    CorsGuard(app, LISTED, paths={"/api": LISTED}, blueprints={"api": EVERYONE})

    assert allowed(app, "/api/page") == "*"
    assert allowed(app, "/api/missing") == "*"
    assert allowed(app, "/api/own") is None


def test_a_blueprint_in_another_one_has_both_names():
    """The innermost one that has a policy counts."""
    app = Flask(__name__)
    outer, inner, other = make_blueprint("outer"), make_blueprint("inner"), make_blueprint("other")
    outer.register_blueprint(inner)
    outer.register_blueprint(other)
    app.register_blueprint(outer)
    CorsGuard(app, blueprints={"outer": EVERYONE, "outer.inner": PARTNER})

    assert allowed(app, "/outer/page") == allowed(app, "/outer/other/page") == "*"
    assert allowed(app, "/outer/missing") == allowed(app, "/outer/other/missing") == "*"
    assert allowed(app, "/outer/inner/page") == allowed(app, "/outer/inner/missing") == EVIL


def test_a_blueprint_that_is_registered_twice_has_two_names():
    """Each registration may have a policy of its own, and has a prefix of its own."""
    app = Flask(__name__)
    blueprint = make_blueprint()
    app.register_blueprint(blueprint, url_prefix="/one/")
    app.register_blueprint(blueprint, url_prefix="/<int:tenant>/two", name="again")
    CorsGuard(app, blueprints={"api": EVERYONE, "again": PARTNER})

    assert allowed(app, "/one/page") == allowed(app, "/one/missing") == "*"
    assert allowed(app, "/7/two/page") == allowed(app, "/7/two/missing") == EVIL
    assert allowed(app, "/x/two/missing") is None


@pytest.mark.parametrize("prefix", [None, "/v1"])
def test_a_blueprint_that_only_contains_others_has_the_prefix_that_they_show(prefix):
    """It has no rules of its own."""
    app = Flask(__name__)
    outer = Blueprint("outer", __name__, url_prefix="/outer")
    empty = Blueprint("empty", __name__)
    outer.register_blueprint(empty)
    outer.register_blueprint(make_blueprint("inner", url_prefix=prefix))
    app.register_blueprint(outer, url_prefix="/moved")
    CorsGuard(app, blueprints={"outer": EVERYONE})

    assert allowed(app, "/moved/missing") == "*"
    assert allowed(app, "/outer/missing") is None


def test_a_blueprint_without_any_rule_has_no_404():
    """Nothing tells its prefix, and nothing is there; other recorded functions are not called once more."""
    app = Flask(__name__)
    recorded = []
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    blueprint.record(recorded.append)
    app.register_blueprint(blueprint)
    CorsGuard(app, blueprints={"api": EVERYONE})

    assert allowed(app, "/api/missing") is None
    assert len(recorded) == 1


def test_a_rule_at_the_prefix_itself_shows_the_prefix():
    """Its text is empty in the blueprint; and a rule without an endpoint has the name of its view."""
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/api")

    @blueprint.route("")
    def index():
        return "x"

    app.register_blueprint(blueprint)
    CorsGuard(app, blueprints={"api": EVERYONE})

    assert allowed(app, "/api") == allowed(app, "/api/missing") == "*"


def test_a_blueprint_of_a_subdomain_has_its_404_there():
    """The same path elsewhere is the application's."""
    app = Flask(__name__, subdomain_matching=True)
    app.config["SERVER_NAME"] = "site.example"
    app.register_blueprint(make_blueprint(subdomain="api"))
    CorsGuard(app, blueprints={"api": EVERYONE})

    asked = {"Origin": EVIL}
    codes = [
        call(app, "GET", "/api/missing", asked, HTTP_HOST=host).get("Access-Control-Allow-Origin")
        for host in ("api.site.example", "site.example")
    ]
    assert codes == ["*", None]


def test_a_blueprint_without_a_subdomain_has_its_404_on_the_default_one():
    """As it has its pages there."""
    app = Flask(__name__, subdomain_matching=True)
    app.url_map.default_subdomain = "www"
    app.config["SERVER_NAME"] = "site.example"
    app.register_blueprint(cors(EVERYONE)(make_blueprint()))
    CorsGuard(app)

    asked = {"Origin": EVIL}
    allowed_at = [
        (host, path)
        for host in ("www.site.example", "site.example", "api.site.example")
        for path in ("/api/page", "/api/missing")
        if call(app, "GET", path, asked, HTTP_HOST=host).get("Access-Control-Allow-Origin")
    ]
    assert allowed_at == [("www.site.example", "/api/page"), ("www.site.example", "/api/missing")]


def test_a_rule_that_was_renamed_by_the_application_shows_no_prefix():
    """A rule may be added to the map under any endpoint; then the 404 is the application's."""
    app = Flask(__name__)
    blueprint = make_blueprint()
    app.register_blueprint(blueprint)
    for rule in app.url_map.iter_rules("api.page"):
        rule.rule = "/elsewhere"
    CorsGuard(app, blueprints={"api": EVERYONE})

    assert allowed(app, "/api/missing") is None


def test_the_configuration_takes_blueprints_too():
    """A text is split where the field is a list, as for paths."""
    app = Flask(__name__)
    app.config["CORSGUARD_BLUEPRINTS"] = {"api": {"origins": f"{A} {EVIL}"}}
    app.register_blueprint(make_blueprint())
    CorsGuard(app)

    assert [allowed(app, "/api/page", origin) for origin in (A, EVIL)] == [A, EVIL]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("apj", 'Did you mean "api"?'),
        ("inner", 'Did you mean "api.inner"? A blueprint in another one has the names of both.'),
        ("shop", "Choose one of: api, api.inner."),
    ],
)
def test_a_name_that_no_blueprint_has_is_warned_of(name, hint):
    """At the first request, because blueprints may be registered until then."""
    app = Flask(__name__)
    CorsGuard(app, blueprints={name: EVERYONE, "api": PARTNER})
    blueprint = make_blueprint()
    blueprint.register_blueprint(make_blueprint("inner"))
    app.register_blueprint(blueprint)

    with warned(
        f"blueprints={{{name!r}: ...}} has no effect: no blueprint is registered with that name. {hint}"
    ):
        call(app)
        call(app)


def test_a_name_in_an_application_without_blueprints_is_warned_of():
    """Then the blueprint is what is missing."""
    app = Flask(__name__)
    CorsGuard(app, blueprints={"api": EVERYONE})

    with warned(r"Write app.register_blueprint(...), or remove it."):
        call(app)


@pytest.mark.parametrize(
    ("blueprints", "field", "code"),
    [
        ([EVERYONE], "blueprints", "blueprints.type"),
        ({"": EVERYONE}, "blueprints", "blueprints.name"),
        ({"api.": EVERYONE}, "blueprints", "blueprints.name"),
        ({3: EVERYONE}, "blueprints", "blueprints.name"),
        ({"api": "*"}, "blueprints['api']", "policy.type"),
        (
            {"api": {"origins": "*", "credentials": True}},
            "blueprints['api'].origins",
            "credentials.any-origin",
        ),
    ],
)
def test_a_mapping_that_is_wrong_is_refused(blueprints, field, code):
    """In code and in the configuration alike, with the name of what was written."""
    with pytest.raises(PolicyError) as caught:
        CorsGuard(Flask(__name__), blueprints=blueprints)
    assert [(each.field, each.code) for each in caught.value.problems] == [(field, code)]

    app = Flask(__name__)
    app.config["CORSGUARD_BLUEPRINTS"] = blueprints
    with pytest.raises(PolicyError) as caught:
        CorsGuard(app)
    assert [(each.field, each.code) for each in caught.value.problems] == [
        (field.replace("blueprints", "CORSGUARD_BLUEPRINTS"), code)
    ]


def test_blueprints_in_the_code_and_in_the_configuration_are_refused():
    """One of the two would be ignored."""
    app = Flask(__name__)
    app.config["CORSGUARD_BLUEPRINTS"] = {"api": EVERYONE}

    with pytest.raises(PolicyError) as caught:
        CorsGuard(app, EVERYONE, blueprints={"api": PARTNER})

    assert [each.code for each in caught.value.problems] == ["config.twice"]


def test_an_application_gives_its_own_arguments_to_init_app():
    """One extension serves several applications, and has the policies that apply to all of them."""
    guard = CorsGuard(paths={"/open": EVERYONE})
    apps = [Flask("one"), Flask("two")]
    guard.init_app(apps[0], origins=[A])
    apps[1].register_blueprint(make_blueprint())
    guard.init_app(apps[1], PARTNER, blueprints={"api": LISTED})

    assert [allowed(app, "/x", A) for app in apps] == [A, None]
    assert [allowed(app, "/x") for app in apps] == [None, EVIL]
    assert [allowed(app, "/open") for app in apps] == ["*", "*"]
    assert allowed(apps[1], "/api/page", A) == A


@pytest.mark.parametrize(
    ("constructed", "initialised", "fields"),
    [
        ({"policy": EVERYONE}, {"policy": PARTNER}, ["policy"]),
        ({"policy": EVERYONE}, {"credentials": True}, ["credentials"]),
        ({"origins": [A]}, {"max_age": 5, "timing": True}, ["max_age, timing"]),
        ({"origins": [A]}, {"policy": PARTNER}, ["policy"]),
        ({"paths": {}}, {"paths": {}}, ["paths"]),
        ({"blueprints": {}, "paths": {}}, {"blueprints": {}, "paths": {}}, ["blueprints", "paths"]),
    ],
)
def test_what_the_constructor_was_given_is_not_given_to_init_app(constructed, initialised, fields):
    """Policies are never merged, and none is dropped."""
    guard = CorsGuard(**constructed)

    with pytest.raises(PolicyError) as caught:
        guard.init_app(Flask(__name__), **initialised)

    assert [(each.field, each.code) for each in caught.value.problems] == [
        (field, "policy.twice") for field in fields
    ]
    assert all("or to init_app(app, ...), for one" in each.hint for each in caught.value.problems)


@pytest.mark.parametrize("name", ["Xapi", "X", "api"])
def test_a_marked_blueprint_may_have_any_name(name):
    """Its first letter belongs to it."""
    app = Flask(__name__)
    CorsGuard(app)
    app.register_blueprint(cors(origins=[A])(Blueprint(name, __name__, url_prefix="/x")))

    assert call(app, path="/x/none", headers={"Origin": A}).get("Access-Control-Allow-Origin") == A


@pytest.mark.parametrize("prefix", ["/Xapi", "/X", "/api", "/x/X"])
def test_a_prefix_may_begin_with_any_letter(prefix):
    """Whichever way its blueprint has a policy."""
    app = Flask(__name__)
    api = Blueprint("api", __name__, url_prefix=prefix)
    api.add_url_rule("/page", "page", lambda: "page")
    app.register_blueprint(api)
    CorsGuard(app, blueprints={"api": Policy(origins=[A])})

    assert call(app, path=f"{prefix}/none", headers={"Origin": A}).get("Access-Control-Allow-Origin") == A
    assert call(app, path="/none", headers={"Origin": A}).get("Access-Control-Allow-Origin") is None
