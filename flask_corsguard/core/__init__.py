"""The pure core: from a policy and a request to a decision.

Nothing in here knows Flask, Werkzeug or WSGI, reads a clock, or writes a log.
"""
