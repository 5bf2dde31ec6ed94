"""The debug page of a Flask application: its policies, questions to them, and refusals, live."""
