# Written by `corsguard --app policies:marked export varnish`. Do not edit: write it again.
# For Varnish 7.1 or newer.
# Policies: sha256:6247785ae292f721ac20cd5c9a4e7aeff8d7bcb870481dddaf85ec9470073f7c
if (req.http.cg-origin == "https://app.example") { set req.http.cg-listed = "yes"; }
if (req.http.cg-origin == "null") { set req.http.cg-listed = "yes"; }
