"""The engines, one module each; a new engine is a new module and a row here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_corsguard.edge.files import Format

from . import (
    apache,
    aws_http_api,
    caddy,
    envoy,
    gateway_api,
    gcs,
    haproxy,
    istio,
    nginx,
    s3,
    traefik,
    varnish,
)

#: By the name on the command line.
FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        each.name: each
        for each in (
            *(nginx.FORMAT, haproxy.FORMAT, caddy.FORMAT, envoy.FORMAT, apache.FORMAT, varnish.FORMAT),
            # For CORS alone.
            *(traefik.FORMAT, gateway_api.FORMAT, istio.FORMAT, aws_http_api.FORMAT, s3.FORMAT, gcs.FORMAT),
        )
    }
)
