# Written by `corsguard --app policies:marked export varnish`. Do not edit: write it again.
# For Varnish 7.1 or newer.
# Policies: sha256:9fb37e1d6082adabdc97400e9e157a1db60d374e649421e9b2fc7aca1b99d2da
if (req.http.cg-origin ~ "^(?:https://app\.example)$") { set req.http.cg-listed = "yes"; }
