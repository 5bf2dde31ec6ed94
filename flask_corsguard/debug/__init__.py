"""The debug page of a Flask application, at ``/_cors``: its policies, questions to them, and refusals, live."""
