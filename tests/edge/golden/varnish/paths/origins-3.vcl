# Written by `corsguard --app policies:paths export varnish`. Do not edit: write it again.
# For Varnish 7.1 or newer.
# Policies: sha256:296027c4d07c6f5f202ae8984d4877249a5aac3c99779228a79fe38f37606956
if (req.http.cg-origin ~ "^(?:https://app\.example)$") { set req.http.cg-listed = "yes"; }
