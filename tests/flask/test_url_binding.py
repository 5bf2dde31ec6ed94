"""When one binding of the URL map serves all requests, and that it is bound as Flask does it otherwise."""

from __future__ import annotations

from functools import wraps
from itertools import product
from types import FunctionType, SimpleNamespace

import pytest
from flask import Flask, Request, abort
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, RequestRedirect

from cases import EVIL, LISTED, A
from flask_corsguard import CorsGuard
from flask_corsguard.flask.url_binding import UrlBinding
from harness import call, make_environ, preflight

CROSS_SITE = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}


class RequestOfItsOwn(Request):
    """A request that is made from its environ alone."""

    def __init__(self, environ):
        super().__init__(environ)


class RequestWithHosts(Request):
    """A request that names the hosts it trusts."""

    trusted_hosts = ["api.example"]


class RequestWithComputedHosts(Request):
    """A request that finds out which hosts it trusts."""

    @property
    def trusted_hosts(self):
        return ["api.example"]

    @trusted_hosts.setter
    def trusted_hosts(self, value):
        """Leave it as it is."""


class FlaskThatBinds(Flask):
    """An application that binds its map in its own way."""

    def create_url_adapter(self, request):
        return super().create_url_adapter(request)


class MapThatBinds(Map):
    """A map that is bound in its own way."""

    def bind_to_environ(self, *args, **kwargs):
        return super().bind_to_environ(*args, **kwargs)


class FlaskWithMap(Flask):
    """An application with such a map."""

    url_map_class = MapThatBinds


def make_app(make=Flask, *, config=(), request_class=Request, create_url_adapter=None, **arguments):
    """Make an application with a page, and with what is its own about it."""
    app = make(__name__, **arguments)
    app.config.update(config)
    app.request_class = request_class
    if create_url_adapter is not None:
        app.create_url_adapter = create_url_adapter(app)
    app.add_url_rule("/page", "page", lambda: "page", methods=["GET", "POST", "PUT"], host="api.example")
    return app


def another_adapter(app):
    """Replace the method that binds, with a function of the application's own."""
    return lambda request: Flask.create_url_adapter(app, request)


def adapter_of_another(app):
    """Replace the method that binds, with that of an application whose hosts matter."""
    other = make_app(host_matching=True, static_host="api.example")
    return other.create_url_adapter


OF_THEIR_OWN = {
    "host matching": lambda: make_app(host_matching=True, static_host="api.example"),
    "subdomain matching": lambda: make_app(subdomain_matching=True),
    "server name": lambda: make_app(config={"SERVER_NAME": "api.example"}),
    "trusted hosts": lambda: make_app(config={"TRUSTED_HOSTS": ["api.example"]}),
    "request class": lambda: make_app(request_class=RequestOfItsOwn),
    "hosts of the request class": lambda: make_app(request_class=RequestWithHosts),
    "computed hosts of it": lambda: make_app(request_class=RequestWithComputedHosts),
    "overridden method": lambda: make_app(FlaskThatBinds),
    "attribute of the application": lambda: make_app(create_url_adapter=another_adapter),
    "method of another application": lambda: make_app(create_url_adapter=adapter_of_another),
    "map": lambda: make_app(FlaskWithMap),
}


@pytest.mark.parametrize("name", OF_THEIR_OWN)
def test_an_application_for_which_the_host_may_matter_has_its_map_bound_for_each_request(name):
    """By its own way of doing so."""
    binding = UrlBinding(OF_THEIR_OWN[name]())

    assert binding.shared(make_environ()) is None
    assert binding.bind(make_environ(headers={"Host": "api.example"})).server_name == "api.example"


def test_every_request_is_bound_where_the_class_of_requests_trusts_some_hosts_alone(monkeypatch):
    """Flask has no setting for it in 3.0, so applications have set it there."""
    binding = UrlBinding(make_app())

    monkeypatch.setattr(Request, "trusted_hosts", ["api.example"])

    assert binding.shared(make_environ()) is None


def test_any_other_map_is_bound_once():
    """It is bound again if the application gets another one, or another default subdomain."""
    app = Flask(__name__)
    binding = UrlBinding(app)
    adapter = binding.shared(make_environ())

    assert binding.shared(make_environ(headers={"Host": "other.example"})) is adapter
    app.url_map = Map()
    assert binding.shared(make_environ()).map is app.url_map
    app.url_map.default_subdomain = "www"
    assert binding.shared(make_environ()).subdomain == "www"


@pytest.mark.parametrize(
    "sent",
    [{"headers": {"Upgrade": "websocket"}}, {"wsgi.url_scheme": "wss"}],
    ids=["upgrade", "scheme"],
)
def test_a_handshake_has_the_map_bound_for_it(sent):
    """Rules for WebSockets are matched by the scheme."""
    assert UrlBinding(Flask(__name__)).shared(make_environ(**sent)) is None


def outcome(adapter, path, method):
    """Return what an adapter answers to a request, but for where it redirects to."""
    try:
        rule, values = adapter.match(path, method, return_rule=True)
    except RequestRedirect:
        return RequestRedirect
    except HTTPException as error:
        return type(error), sorted(getattr(error, "valid_methods", None) or ())
    return rule, values


HOSTS = ["api.example", "www.api.example", "other.example:8443", "127.0.0.1", "[::1]:5000", "", "-", "a b"]
PATHS = ["/", "/page", "/page/", "/slash", "/slash/", "/sub", "/7", "//page", "/missing"]
SETTINGS = [
    {},
    {"SERVER_NAME": "api.example"},
    {"SERVER_NAME": "elsewhere.example"},
    {"TRUSTED_HOSTS": ["api.example"]},
]


@pytest.mark.parametrize("arguments", [{}, {"subdomain_matching": True}, {"host_matching": True}], ids=str)
@pytest.mark.parametrize("default_subdomain", ["", "www"])
@pytest.mark.parametrize("config", SETTINGS, ids=str)
def test_the_one_adapter_matches_as_that_of_each_request_does(arguments, default_subdomain, config):
    """Whatever the host is: by routing each request with both, where there are both."""
    # The static route would need a host where hosts are matched.
    app = make_app(config=config, static_folder=None, **arguments)
    app.url_map.default_subdomain = default_subdomain
    app.add_url_rule("/slash/", "slash", lambda: "slash")
    app.add_url_rule("/sub", "sub", lambda: "sub", subdomain="www")
    app.add_url_rule("/<int:number>", "number", lambda number: "number", methods=["DELETE"])
    binding = UrlBinding(app)
    shared = 0

    for host, scheme, script in product(HOSTS, ["http", "https"], ["", "/mounted"]):
        environ = make_environ(headers={"Host": host}, **{"wsgi.url_scheme": scheme, "SCRIPT_NAME": script})
        adapter = binding.shared(environ)
        if adapter is None:
            continue
        own = binding.bind(environ)
        shared += 1
        for path, method in product(PATHS, ["GET", "PUT", "DELETE", "OPTIONS"]):
            assert outcome(adapter, path, method) == outcome(own, path, method)

    assert bool(shared) == (not arguments and not config)


# Other releases of Flask, as they could be.

BINDS = Flask.create_url_adapter


def reads_another_setting(app, request):
    """Bind a map where a setting that nobody knows counts, too."""
    if app.config.get("ALLOWED_HOSTS"):
        abort(400)
    return BINDS(app, request)


def inner_function(app):
    """Read such a setting within a function that reads nothing else."""
    return app.config.get("ALLOWED_HOSTS")


#: Flask's own method, with a function inside of it that reads another setting.
reads_it_within = FunctionType(
    BINDS.__code__.replace(co_consts=(*BINDS.__code__.co_consts, inner_function.__code__)),
    BINDS.__globals__,
)


@wraps(Flask.create_url_adapter)
def wrapper(*args):
    """Bind a map as Flask does, in a function that looks like its own."""
    return BINDS(*args)


class NotAFunction:
    """A method that no function is: compiled, or a descriptor of another library."""

    __code__ = Flask.create_url_adapter.__code__

    def __get__(self, app, owner):
        return self if app is None else BINDS.__get__(app)


@pytest.mark.parametrize(
    "binds",
    [reads_another_setting, reads_it_within, wrapper, NotAFunction()],
    ids=["another setting", "within", "wrapper", "not a function"],
)
def test_a_flask_that_binds_in_another_way_is_bound_for_each_request(binds, monkeypatch):
    """Even where every application and every setting is as ever."""
    app = make_app()
    assert UrlBinding(app).shared(make_environ()) is not None

    monkeypatch.setattr(Flask, "create_url_adapter", binds)

    assert UrlBinding(app).shared(make_environ()) is None
    assert UrlBinding(app).bind(make_environ(headers={"Host": "api.example"})).server_name == "api.example"


class Missing:
    """An attribute that there is no more."""

    def __get__(self, instance, owner):
        raise AttributeError("no more")

    def __set__(self, instance, value):
        """Store nothing."""


class LaterFlask(Flask):
    """A Flask that opens its requests in another way; those below have, beside that, something no more."""

    def request_context(self, environ):
        return SimpleNamespace(url_adapter=self.url_map.bind_to_environ(environ))


class WithoutSubdomainMatching(LaterFlask):
    """It may be the map's business."""

    subdomain_matching = Missing()


class WithoutRequestClass(LaterFlask):
    """It may be the context's business."""

    request_class = Missing()


class WithoutUrlAdapter(LaterFlask):
    """The method may have another name."""

    create_url_adapter = Missing()


class WithoutServerName(LaterFlask):
    """The setting may have another name."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.config["SERVER_NAME"]


@pytest.mark.parametrize(
    "make", [WithoutSubdomainMatching, WithoutRequestClass, WithoutUrlAdapter, WithoutServerName]
)
def test_a_flask_that_lacks_what_is_asked_is_bound_for_each_request(make):
    """Preflights are answered by the policy of the view, and forged requests are refused."""
    app = make_app(make)
    CorsGuard(app, LISTED)

    assert UrlBinding(app).shared(make_environ()) is None
    granted = preflight(app, A, "PUT", path="/page")
    assert granted.get("Access-Control-Allow-Methods") == "GET, HEAD, POST, PUT"
    assert preflight(app, EVIL, "PUT", path="/page").code == 403
    assert call(app, "POST", "/page", CROSS_SITE).code == 403


class WithoutContext(WithoutSubdomainMatching):
    """A Flask that has no request contexts."""

    request_context = Missing()


def test_an_application_that_cannot_be_bound_at_all_is_closed(caplog):
    """Nobody is granted anything where the view, and with it the policy, cannot be found."""
    app = make_app(WithoutContext)
    CorsGuard(app, LISTED)

    assert preflight(app, A, "PUT", path="/page").code == 403
    assert call(app, "POST", "/page", CROSS_SITE).code == 403
    assert "the URL map raised; the closed policy applies" in caplog.messages


def test_binding_leaves_the_environ_as_it_is():
    """What Flask stores there belongs to the request that Flask opens."""
    environ = make_environ()
    before = dict(environ)

    UrlBinding(make_app()).bind(environ)

    assert environ == before


def test_a_host_that_the_application_does_not_answer_for_has_no_adapter():
    """The exception is that with which Flask answers."""
    app = make_app(create_url_adapter=lambda app: lambda request: abort(410))

    with pytest.raises(HTTPException) as caught:
        UrlBinding(app).bind(make_environ())

    assert caught.value.code == 410


def test_an_application_that_binds_nothing_has_no_adapter():
    """No view answers such a request."""
    app = make_app(create_url_adapter=lambda app: lambda request: None)

    with pytest.raises(NotFound):
        UrlBinding(app).bind(make_environ())
