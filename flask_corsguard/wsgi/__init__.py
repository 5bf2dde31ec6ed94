"""The WSGI layer: a policy applied to any WSGI application (PEP 3333). It knows no framework."""
