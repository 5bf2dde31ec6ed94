"""The messages that browsers write to their console when CORS stops a request, and what they mean."""
