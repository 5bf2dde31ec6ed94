"""What the formats for CORS alone mean, by the documentation of those who read them.

Each is a few lines that read the exported files, and nothing of what wrote them. Where the documentation
leaves a choice, the one that grants most is taken.
"""

from __future__ import annotations

import json
import re

from flask_corsguard import Request
from flask_corsguard.edge.outcome import outcome

ACAO, ACAC = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
ACAM, ACAH = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"
ACEH, ACMA = "Access-Control-Expose-Headers", "Access-Control-Max-Age"


def document(text: str):
    """Return the content of a file: JSON, maybe with comments around it."""
    return json.loads("\n".join(line for line in text.split("\n") if not line.startswith("#")))


def names_in(request: Request) -> list[str]:
    """Return the requested headers."""
    return [each.strip() for each in (request.requested_headers or "").split(",") if each.strip()]


def told(origin: str, *, credentials: bool = False, exposed=(), methods=(), headers=(), age=None):
    """Return the headers of an answer."""
    found = [(ACAO, origin)]
    found += [(ACAC, "true")] if credentials else []
    lists = ((ACEH, exposed), (ACAM, methods), (ACAH, headers))
    found += [(name, ", ".join(values)) for name, values in lists if values]
    return found + ([] if age is None else [(ACMA, str(age))])


def passed(headers=()):
    """Return that the application answers."""
    return outcome(True, None, list(headers))


def of_aws(files, _path: str, request: Request):
    """Exact origins or a star; a preflight is always answered."""
    settings = document(files["cors.json"])
    if not settings or request.origin is None:
        return passed()
    allowed = settings["AllowOrigins"]
    if request.origin not in allowed and "*" not in allowed:
        return outcome(False, 204, []) if request.is_preflight else passed()
    origin = "*" if "*" in allowed else request.origin
    shared = {"credentials": settings["AllowCredentials"], "exposed": settings.get("ExposeHeaders", ())}
    if not request.is_preflight:
        return passed(told(origin, **shared))
    headers = settings.get("AllowHeaders", [])
    headers = names_in(request) if "*" in headers else headers
    methods = settings.get("AllowMethods", ())
    return outcome(False, 204, told(origin, **shared, methods=methods, headers=headers))


def of_s3(files, _path: str, request: Request):
    """The first rule that has the origin, the method and all requested headers."""
    method = request.requested_method if request.is_preflight else request.method
    for rule in document(files["cors.json"]).get("CORSRules", ()):
        origin = next((each for each in rule["AllowedOrigins"] if star(each, request.origin)), None)
        headers = rule.get("AllowedHeaders", ())
        has_all = all(any(star(each.lower(), name.lower()) for each in headers) for name in names_in(request))
        if origin is None or method not in rule["AllowedMethods"] or (request.is_preflight and not has_all):
            continue
        shared = {"credentials": origin != "*", "exposed": rule.get("ExposeHeaders", ())}
        answered = "*" if origin == "*" else request.origin
        if not request.is_preflight:
            return passed(told(answered, **shared))
        grant = told(answered, **shared, methods=rule["AllowedMethods"], headers=names_in(request))
        return outcome(False, 200, grant)
    return outcome(False, 403, []) if request.is_preflight else passed()


def star(pattern: str, text: str | None) -> bool:
    """Whether *text* matches *pattern*, in which one star matches any characters."""
    before, has_star, after = pattern.partition("*")
    if text is None or not has_star:
        return pattern == text
    return len(text) >= len(pattern) - 1 and text.startswith(before) and text.endswith(after)


def of_gcs(files, _path: str, request: Request):
    """The first entry that has the origin and the method; one list of headers."""
    method = request.requested_method if request.is_preflight else request.method
    for entry in document(files["cors.json"]):
        has_origin = request.origin is not None and {request.origin, "*"} & set(entry["origin"])
        if not has_origin or not {method, "*"} & set(entry["method"]):
            continue
        origin, names = "*" if "*" in entry["origin"] else request.origin, entry.get("responseHeader", ())
        if not request.is_preflight:
            return passed(told(origin, exposed=names))
        methods = [method] if "*" in entry["method"] else entry["method"]
        return outcome(False, 200, told(origin, exposed=names, methods=methods, headers=names))
    return outcome(False, 200, []) if request.is_preflight else passed()


def of_gateway_api(files, _path: str, request: Request):
    """Origins, maybe with ``*.`` for any labels; stars are echoed."""
    (rule,) = document(files["corsguard.yaml"])["spec"]["rules"]
    cors = next((each["cors"] for each in rule.get("filters", ()) if each["type"] == "CORS"), None)
    if cors is None or request.origin is None:
        return passed()
    if not any(each == "*" or star(each, request.origin) for each in cors["allowOrigins"]):
        return outcome(False, 200, []) if request.is_preflight else passed()
    shared = {"credentials": cors.get("allowCredentials", False), "exposed": cors.get("exposeHeaders", ())}
    if not request.is_preflight:
        return passed(told(request.origin, **shared))
    methods, headers = cors.get("allowMethods", []), cors.get("allowHeaders", [])
    methods = [request.requested_method] if "*" in methods else methods
    headers = names_in(request) if "*" in headers else headers
    age = cors.get("maxAge", 5)
    return outcome(False, 200, told(request.origin, **shared, methods=methods, headers=headers, age=age))


def of_istio(files, path: str, request: Request):
    """The first route that matches; Envoy's filter then answers, with the lists as they are."""
    for route in document(files["corsguard.yaml"])["spec"]["http"]:
        if any(_matches(each["uri"], path) for each in route.get("match", [{"uri": {"prefix": ""}}])):
            return _by_filter(route.get("corsPolicy"), request)
    raise AssertionError("the last route matches everything")


def _matches(condition, text: str) -> bool:
    ((kind, value),) = condition.items()
    if kind == "regex":
        return re.fullmatch(value, text) is not None
    return text == value if kind == "exact" else text.startswith(value)


def _by_filter(policy, request: Request):
    if policy is None or request.origin is None:
        return passed()
    # A matcher that matches a star allows everyone.
    origins = policy["allowOrigins"]
    if not any(_matches(each, "*") or _matches(each, request.origin) for each in origins):
        return outcome(False, 200, []) if request.is_preflight else passed()
    credentials = policy["allowCredentials"]
    if not request.is_preflight:
        exposed = policy.get("exposeHeaders", ())
        return passed(told(request.origin, credentials=credentials, exposed=exposed))
    lists = {"methods": policy.get("allowMethods", ()), "headers": policy.get("allowHeaders", ())}
    return outcome(False, 200, told(request.origin, credentials=credentials, **lists))


def of_traefik(files, path: str, request: Request):
    """The router of the highest priority; its middleware answers, and tells strangers all but the origin."""
    http = document(files["corsguard.yaml"])["http"]
    for router in sorted(http["routers"].values(), key=lambda each: -each["priority"]):
        kind, pattern = re.fullmatch(r"(\w+)\(`(.*)`\)", router["rule"], re.DOTALL).groups()
        if kind == "PathPrefix" or re.search(pattern, path):
            names = router.get("middlewares")
            return _by_headers(http["middlewares"][names[0]]["headers"] if names else {}, request)
    raise AssertionError("the last router matches everything")


def _by_headers(settings, request: Request):
    listed = settings.get("accessControlAllowOriginList", [])
    patterns = settings.get("accessControlAllowOriginListRegex", [])
    origin = next((each for each in listed if each in {"*", request.origin}), None)
    if origin is None and any(re.search(each, request.origin or "") for each in patterns):
        origin = request.origin
    grant = [(ACAO, origin)] if origin else []
    grant += [(ACAC, "true")] if settings.get("accessControlAllowCredentials") else []
    if not request.is_preflight:
        exposed = settings.get("accessControlExposeHeaders")
        return passed([*grant, *([(ACEH, ",".join(exposed))] if exposed else [])])
    if not listed and not patterns:
        return passed()
    lists = ((ACAM, "accessControlAllowMethods"), (ACAH, "accessControlAllowHeaders"))
    grant += [(name, ",".join(settings[key])) for name, key in lists if key in settings]
    return outcome(False, 200, grant)


#: By the name of the format.
MEANINGS = {
    "traefik": of_traefik,
    "gateway-api": of_gateway_api,
    "istio": of_istio,
    "aws-http-api": of_aws,
    "s3": of_s3,
    "gcs": of_gcs,
}
