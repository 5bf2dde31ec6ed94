# Written by `corsguard --app policies:marked export varnish`. Do not edit: write it again.
# For Varnish 7.1 or newer.
# Policies: sha256:9fb37e1d6082adabdc97400e9e157a1db60d374e649421e9b2fc7aca1b99d2da
if (req.http.cg-origin ~ "^(?:app://\.|http://localhost:3000|https://\[2001:db8::1\]|https://app\.example|https://app\.example:8443|safari\-web\-extension://0A1B\-2C)$") { set req.http.cg-listed = "yes"; }
