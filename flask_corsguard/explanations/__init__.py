"""Explanations: what a browser makes of a request, whose policy decides, and the change that lets it pass."""
