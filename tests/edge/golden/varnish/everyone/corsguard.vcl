# Written by `corsguard --app policies:everyone export varnish`. Do not edit: write it again.
# For Varnish 7.1 or newer.
# Policies: sha256:e9b91e528c907479f6e16fb8d9a5084e40963343ba7a23e03f1de29bd20d56b4
import std;

sub corsguard_headers {
    if (req.http.cg-rule ~ "^(?:0)$") { unset resp.http.access-control-allow-credentials; }
    if (req.http.cg-rule ~ "^(?:0)$") { unset resp.http.access-control-allow-headers; }
    if (req.http.cg-rule ~ "^(?:0)$") { unset resp.http.access-control-allow-methods; }
    if (req.http.cg-rule ~ "^(?:0)$") { unset resp.http.access-control-allow-origin; }
    if (req.http.cg-rule ~ "^(?:0)$") { unset resp.http.access-control-allow-private-network; }
    if (req.http.cg-rule ~ "^(?:0)$") { unset resp.http.access-control-expose-headers; }
    if (req.http.cg-rule ~ "^(?:0)$") { unset resp.http.access-control-max-age; }
    if (req.http.cg-rule ~ "^(?:0)$") { unset resp.http.timing-allow-origin; }
    std.collect(resp.http.Vary);
    if (req.http.cg-key ~ "^(?:0r|0\.0r|0\.0p|0\.0u)$") { set resp.http.Access-Control-Allow-Origin = "*"; }
    if (req.http.cg-key ~ "^(?:0r|0\.0r)$") { set resp.http.Access-Control-Expose-Headers = "*"; }
    if (req.http.cg-key ~ "^(?:0r|0\.0r)$") { set resp.http.Timing-Allow-Origin = "*"; }
    if (req.http.cg-key ~ "^(?:0\.0p|0\.0u)$") { set resp.http.Access-Control-Allow-Methods = "*"; }
    if (req.http.cg-key ~ "^(?:0\.0p)$") { set resp.http.Access-Control-Allow-Headers = "*"; }
    if (req.http.cg-key ~ "^(?:0\.0p|0\.0u)$") { set resp.http.Access-Control-Max-Age = "600"; }
    if (req.http.cg-key ~ "^(?:0\.0p|0\.0u)$" && resp.http.Vary && !(resp.http.Vary ~ "(?i)(?:^|,)[ \t]*(?:origin|\*)[ \t]*(?:,|$)")) { set resp.http.Vary = resp.http.Vary + ", Origin, Access-Control-Request-Method, Access-Control-Request-Headers"; }
    if (req.http.cg-key ~ "^(?:0\.0p|0\.0u)$" && !resp.http.Vary) { set resp.http.Vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"; }
    if (req.http.cg-by == "edge") { set resp.http.X-CorsGuard = "edge"; }
}

sub vcl_recv {
    unset req.http.cg-origin;
    unset req.http.cg-preflight;
    unset req.http.cg-path;
    unset req.http.cg-rule;
    unset req.http.cg-method;
    unset req.http.cg-listed;
    unset req.http.cg-state;
    unset req.http.cg-kind;
    unset req.http.cg-key;
    unset req.http.cg-proto;
    unset req.http.cg-own;
    unset req.http.cg-passes;
    unset req.http.cg-by;
    std.collect(req.http.Origin);
    std.collect(req.http.Access-Control-Request-Method);
    std.collect(req.http.Access-Control-Request-Headers);
    std.collect(req.http.Sec-Fetch-Site);
    std.collect(req.http.Upgrade);
    if (req.http.Origin) { set req.http.cg-origin = req.http.Origin; }
    if (req.method == "OPTIONS" && (req.http.cg-origin ~ "^[^,]+$" || req.http.cg-origin ~ "^.{327}") && (req.http.Access-Control-Request-Method ~ "^[^,]+$" || req.http.Access-Control-Request-Method ~ "^.{257}")) { set req.http.cg-preflight = "p"; }
    set req.http.cg-rule = "0";
    if (req.http.cg-rule == "0") { set req.http.cg-state = "0"; }
    if (req.http.cg-rule == "0") { set req.http.cg-state = "0.0"; }
    set req.http.cg-kind = "r";
    if (req.http.cg-preflight == "p") { set req.http.cg-kind = "p"; }
    if (req.http.cg-preflight == "p" && req.http.cg-state == "0.0" && req.http.Access-Control-Request-Headers ~ "^.{4097}") { set req.http.cg-kind = "u"; }
    set req.http.cg-key = req.http.cg-state + req.http.cg-kind;
    if (req.http.cg-preflight == "p") { set req.http.cg-by = "edge"; }
    if (req.http.cg-preflight == "p" && req.http.cg-state ~ "\.") { return (synth(204)); }
    if (req.http.cg-preflight == "p") { return (synth(403)); }
    if (req.method ~ "^(?:GET|HEAD|OPTIONS)$" && req.http.Upgrade !~ "^(?:(?i:(?:.*[^!#$%&'*+.^_`|~0-9A-Za-z-])?websocket(?:[^!#$%&'*+.^_`|~0-9A-Za-z-].*)?))$" && req.http.Upgrade !~ "^.{257}") { set req.http.cg-passes = "yes"; }
    if (req.http.Sec-Fetch-Site ~ "^(?:same\-origin|none)$") { set req.http.cg-passes = "yes"; }
    if ((!req.http.Sec-Fetch-Site || req.http.Sec-Fetch-Site == "") && !req.http.cg-origin) { set req.http.cg-passes = "yes"; }
    set req.http.cg-proto = "http";
    if (req.http.X-Forwarded-Proto == "https") { set req.http.cg-proto = "https"; }
    set req.http.cg-own = req.http.cg-origin + "|" + req.http.cg-proto + "|" + req.http.Host;
    if ((!req.http.Sec-Fetch-Site || req.http.Sec-Fetch-Site == "") && req.http.cg-own ~ "^(?:http://(?P<corsguard_a>(?:(?=[^:/|]{1,253}(?:[:/|]))(?:[a-z0-9_-]{1,63}\.)*(?!(?:[0-9]+|0x[0-9a-f]*)\.?[:/|])[a-z0-9_-]{1,63}\.?|(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}|\[::1\]))(?::80)?/?\|http\|(?i:(?P=corsguard_a))(?::80)?|https://(?P<corsguard_b>(?:(?=[^:/|]{1,253}(?:[:/|]))(?:[a-z0-9_-]{1,63}\.)*(?!(?:[0-9]+|0x[0-9a-f]*)\.?[:/|])[a-z0-9_-]{1,63}\.?|(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}|\[::1\]))(?::443)?/?\|https?\|(?i:(?P=corsguard_b))(?::443)?|http://(?P<corsguard_c>(?:(?=[^:/|]{1,253}(?:[:/|]))(?:[a-z0-9_-]{1,63}\.)*(?!(?:[0-9]+|0x[0-9a-f]*)\.?[:/|])[a-z0-9_-]{1,63}\.?|(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}|\[::1\])):(?P<corsguard_d>(?!80/?\|)(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))/?\|http\|(?i:(?P=corsguard_c)):(?P=corsguard_d)|https://(?P<corsguard_e>(?:(?=[^:/|]{1,253}(?:[:/|]))(?:[a-z0-9_-]{1,63}\.)*(?!(?:[0-9]+|0x[0-9a-f]*)\.?[:/|])[a-z0-9_-]{1,63}\.?|(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}|\[::1\])):(?P<corsguard_f>(?!443/?\|)(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))/?\|https?\|(?i:(?P=corsguard_e)):(?P=corsguard_f))$") { set req.http.cg-passes = "yes"; }
    if (req.http.cg-state == "0.0" && !req.http.Cookie && req.method ~ "^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]{1,34})$" && req.method !~ "^(?i:CONNECT|TRACE|TRACK)$") { set req.http.cg-passes = "yes"; }
    if (req.http.cg-passes != "yes") { set req.http.cg-by = "edge"; }
    if (req.http.cg-passes != "yes") { return (synth(403)); }
}

sub vcl_backend_fetch {
    unset bereq.http.cg-origin;
    unset bereq.http.cg-preflight;
    unset bereq.http.cg-path;
    unset bereq.http.cg-rule;
    unset bereq.http.cg-method;
    unset bereq.http.cg-listed;
    unset bereq.http.cg-state;
    unset bereq.http.cg-kind;
    unset bereq.http.cg-key;
    unset bereq.http.cg-proto;
    unset bereq.http.cg-own;
    unset bereq.http.cg-passes;
    unset bereq.http.cg-by;
}

sub vcl_pipe {
    unset bereq.http.cg-origin;
    unset bereq.http.cg-preflight;
    unset bereq.http.cg-path;
    unset bereq.http.cg-rule;
    unset bereq.http.cg-method;
    unset bereq.http.cg-listed;
    unset bereq.http.cg-state;
    unset bereq.http.cg-kind;
    unset bereq.http.cg-key;
    unset bereq.http.cg-proto;
    unset bereq.http.cg-own;
    unset bereq.http.cg-passes;
    unset bereq.http.cg-by;
}

sub vcl_deliver {
    call corsguard_headers;
}

sub vcl_synth {
    call corsguard_headers;
    if (req.http.cg-by == "edge") { synthetic(""); return (deliver); }
}
