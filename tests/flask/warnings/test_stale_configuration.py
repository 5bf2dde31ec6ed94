"""The warnings about keys of the configuration that nobody reads."""

from __future__ import annotations

import flask_cors
import pytest
from flask import Flask

from cases import EVIL, A
from flask_corsguard import CorsGuard, Policy, policy_from_flask_cors
from harness import call, preflight, warned

CLOSED = {"never-matched": "closed"}


def change(config, **keys):
    """Set keys, and delete those that are to be None."""
    for key, value in keys.items():
        if value is None:
            del config[key]
        else:
            config[key] = value


@pytest.mark.parametrize(
    "after",
    [
        lambda config: change(config, CORSGUARD_ORIGINS=EVIL),
        lambda config: change(config, CORSGUARD_ORIGINS=None),
        lambda config: config["CORSGUARD_ORIGINS"].append(EVIL),
        lambda config: change(config, CORSGUARD_PATHS={"/open": {"origins": "*"}}),
        lambda config: change(config, CORSGUARD_MISSPELT=1),
        lambda config: config["CORSGUARD_BLUEPRINTS"]["b"]["origins"].append(EVIL),
    ],
    ids=["another value", "deleted", "changed in place", "added", "added and unknown", "changed within"],
)
def test_a_key_that_changes_after_it_was_read_is_warned_of(after):
    """The policy was built by then; the message names the keys that changed."""
    app = Flask(__name__)
    app.config["CORSGUARD_ORIGINS"] = [A]
    app.config["CORSGUARD_BLUEPRINTS"] = {"b": {"origins": [A]}}
    CorsGuard(app)
    after(app.config)

    with warned("changed after CorsGuard had read the configuration", "blueprints={'b'"):
        assert preflight(app, EVIL).code == 403
        call(app)


def test_every_key_that_changed_is_named():
    """In the order of the alphabet."""
    app = Flask(__name__)
    CorsGuard(app)
    app.config.update(CORSGUARD_ORIGINS=[A], CORSGUARD_MAX_AGE=5)

    with warned("CORSGUARD_MAX_AGE, CORSGUARD_ORIGINS changed after"):
        call(app)


def test_a_configuration_that_was_complete_when_it_was_read_is_not_warned_of():
    """The remedy recommends it; keys of others, and keys that are not text, may change."""
    app = Flask(__name__)
    guard = CorsGuard()
    app.config.update(CORSGUARD_ORIGINS=[A], CORSGUARD_PATHS={"/open": {"origins": "*"}})
    guard.init_app(app)
    app.config["SECRET_KEY"] = "test"
    app.config[3] = "three"

    with warned():
        assert preflight(app, A).code == 204


@pytest.mark.parametrize(
    ("keys", "remedy"),
    [
        (
            {"CORS_ORIGINS": [A], "CORS_SEND_WILDCARD": False, "CORS_SUPPORTS_CREDENTIALS": True},
            "Put it into the policy, or write CORSGUARD_ORIGINS, CORSGUARD_CREDENTIALS, and remove them.",
        ),
        ({"CORS_VARY_HEADER": True}, "Remove them."),
    ],
)
def test_keys_of_flask_cors_that_are_left_over_are_warned_of(keys, remedy):
    """They are what somebody meant; the new names are named."""
    app = Flask(__name__)
    app.config.update(keys)
    CorsGuard(app)

    with warned(f"{', '.join(keys)}: keys of Flask-CORS, which have no effect here. {remedy}"):
        call(app)
        call(app)


@pytest.mark.parametrize(
    "policy",
    [
        policy_from_flask_cors(origins=[A, f"{A}/"], supports_credentials=True, answers=CLOSED),
        policy_from_flask_cors(origins=[], supports_credentials=True, guard="report"),
        Policy(origins=[A], credentials=True),
    ],
)
def test_keys_that_the_application_reads_itself_are_not_warned_of(policy):
    """They may come from the environment of its users, and stay."""
    app = Flask(__name__)
    app.config.update(CORS_ORIGINS=[A], CORS_SUPPORTS_CREDENTIALS=True)
    CorsGuard(app, paths={"/": policy})

    with warned():
        call(app)


def test_keys_that_the_application_does_not_read_are_warned_of_beside_others():
    """Each is compared for itself."""
    app = Flask(__name__)
    app.config.update(CORS_ORIGINS=A, CORS_METHODS=["PUT"], CORS_VARY_HEADER=True, CORS_MAX_AGE=None)
    CorsGuard(app, origins=[A])

    with warned("CORS_MAX_AGE, CORS_METHODS, CORS_VARY_HEADER: keys of Flask-CORS"):
        call(app)


def test_every_key_that_flask_cors_reads_is_known():
    """Its own list of options tells."""
    options = [*flask_cors.core.CONFIG_OPTIONS]
    app = Flask(__name__)
    app.config.update(dict.fromkeys(options, None))
    CorsGuard(app)

    with warned(", ".join(sorted(options))):
        call(app)


def test_keys_of_flask_cors_that_flask_cors_reads_are_not_warned_of_by_themselves():
    """That it is there is the warning."""
    app = Flask(__name__)
    app.config["CORS_ORIGINS"] = [A]
    flask_cors.CORS(app)
    CorsGuard(app)

    with warned("Flask-CORS is initialised"):
        call(app)


def test_a_key_of_the_applications_own_is_not_warned_of():
    """Not everything that begins like one of Flask-CORS is one."""
    app = Flask(__name__)
    app.config["CORS_ALLOWED_TENANTS"] = []
    CorsGuard(app)

    with warned():
        call(app)
