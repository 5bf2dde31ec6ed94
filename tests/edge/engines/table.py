"""The engines that are tested."""

from __future__ import annotations

from typing import Final

from edge.engines import (
    apache_engine,
    caddy_engine,
    envoy_engine,
    haproxy_engine,
    nginx_engine,
    traefik_engine,
    varnish_engine,
)

#: All that have the guard, too.
ENGINES: Final = (
    *nginx_engine.ENGINES,
    *haproxy_engine.ENGINES,
    *caddy_engine.ENGINES,
    *envoy_engine.ENGINES,
    *apache_engine.ENGINES,
    *varnish_engine.ENGINES,
)

#: Those that have CORS alone.
CORS_ALONE: Final = traefik_engine.ENGINES
