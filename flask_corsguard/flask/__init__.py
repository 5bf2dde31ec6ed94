"""The Flask extension: from marks and the application's URL map to the policy of a request."""
