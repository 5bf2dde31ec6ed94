"""Moves applications from Flask-CORS: a program that edits them, and a function for run time."""
