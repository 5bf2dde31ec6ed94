"""Explanations: what a browser does with a request, whose policy decides, and the change that allows it."""
