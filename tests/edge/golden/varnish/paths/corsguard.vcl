# Written by `corsguard --app policies:paths export varnish`. Do not edit: write it again.
# For Varnish 7.1 or newer.
# Policies: sha256:296027c4d07c6f5f202ae8984d4877249a5aac3c99779228a79fe38f37606956
import std;

sub corsguard_headers {
    if (req.http.cg-rule ~ "^(?:0|1|2|3|4|5|6|8|9)$") { unset resp.http.access-control-allow-credentials; }
    if (req.http.cg-rule ~ "^(?:0|1|2|3|4|5|6|8|9)$") { unset resp.http.access-control-allow-headers; }
    if (req.http.cg-rule ~ "^(?:0|1|2|3|4|5|6|8|9)$") { unset resp.http.access-control-allow-methods; }
    if (req.http.cg-rule ~ "^(?:0|1|2|3|4|5|6|8|9)$") { unset resp.http.access-control-allow-origin; }
    if (req.http.cg-rule ~ "^(?:0|1|2|3|4|5|6|8|9)$") { unset resp.http.access-control-allow-private-network; }
    if (req.http.cg-rule ~ "^(?:0|1|2|3|4|5|6|8|9)$") { unset resp.http.access-control-expose-headers; }
    if (req.http.cg-rule ~ "^(?:0|1|2|3|4|5|6|8|9)$") { unset resp.http.access-control-max-age; }
    if (req.http.cg-rule ~ "^(?:4|9)$") { unset resp.http.cross-origin-resource-policy; }
    if (req.http.cg-rule ~ "^(?:1|2|9)$") { unset resp.http.timing-allow-origin; }
    std.collect(resp.http.Vary);
    if (req.http.cg-key ~ "^(?:0r|1r|3r|4r|5r|6r|9r|0\.0r|1\.0r|3\.0r|4\.0r|5\.0r|6\.0r|6\.1r)$" && resp.http.Vary && !(resp.http.Vary ~ "(?i)(?:^|,)[ \t]*(?:origin|\*)[ \t]*(?:,|$)")) { set resp.http.Vary = resp.http.Vary + ", Origin"; }
    if (req.http.cg-key ~ "^(?:0r|1r|3r|4r|5r|6r|9r|0\.0r|1\.0r|3\.0r|4\.0r|5\.0r|6\.0r|6\.1r)$" && !resp.http.Vary) { set resp.http.Vary = "Origin"; }
    if (req.http.cg-key ~ "^(?:0p|3p|4p|5p|8p|9p|0\.0p|2\.0p|2\.0u|3\.0p|4\.0p|5\.0p|5\.0u|6\.0p|6\.1p)$" && resp.http.Vary && !(resp.http.Vary ~ "(?i)(?:^|,)[ \t]*(?:origin|\*)[ \t]*(?:,|$)")) { set resp.http.Vary = resp.http.Vary + ", Origin, Access-Control-Request-Method, Access-Control-Request-Headers"; }
    if (req.http.cg-key ~ "^(?:0p|3p|4p|5p|8p|9p|0\.0p|2\.0p|2\.0u|3\.0p|4\.0p|5\.0p|5\.0u|6\.0p|6\.1p)$" && !resp.http.Vary) { set resp.http.Vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"; }
    if (req.http.cg-key ~ "^(?:1p|1\.0p|1\.0n)$" && resp.http.Vary && !(resp.http.Vary ~ "(?i)(?:^|,)[ \t]*(?:origin|\*)[ \t]*(?:,|$)")) { set resp.http.Vary = resp.http.Vary + ", Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network"; }
    if (req.http.cg-key ~ "^(?:1p|1\.0p|1\.0n)$" && !resp.http.Vary) { set resp.http.Vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network"; }
    if (req.http.cg-key ~ "^(?:2r|6r|2\.0r|2\.0p|2\.0u|6\.1r|6\.1p)$") { set resp.http.Access-Control-Allow-Origin = "*"; }
    if (req.http.cg-key ~ "^(?:2r|2\.0r)$") { set resp.http.Access-Control-Expose-Headers = "*"; }
    if (req.http.cg-key ~ "^(?:2r|2\.0r)$") { set resp.http.Timing-Allow-Origin = "*"; }
    if (req.http.cg-key ~ "^(?:4r|9r|4\.0r)$") { set resp.http.Cross-Origin-Resource-Policy = "same-site"; }
    if (req.http.cg-key ~ "^(?:0\.0r|0\.0p|1\.0r|1\.0p|1\.0n|3\.0r|3\.0p|4\.0r|4\.0p|5\.0r|5\.0p|5\.0u|6\.0r|6\.0p)$") { set resp.http.Access-Control-Allow-Origin = req.http.cg-origin; }
    if (req.http.cg-key ~ "^(?:0\.0p|4\.0p|6\.0p|6\.1p)$") { set resp.http.Access-Control-Allow-Methods = "GET, HEAD, POST"; }
    if (req.http.cg-key ~ "^(?:0\.0p|3\.0p|4\.0p|6\.0p|6\.1p)$") { set resp.http.Access-Control-Allow-Headers = "Content-Type"; }
    if (req.http.cg-key ~ "^(?:0\.0p|2\.0p|2\.0u|3\.0p|5\.0p|5\.0u|6\.0p|6\.1p)$") { set resp.http.Access-Control-Max-Age = "600"; }
    if (req.http.cg-key ~ "^(?:1\.0r)$") { set resp.http.Timing-Allow-Origin = req.http.cg-origin; }
    if (req.http.cg-key ~ "^(?:1\.0r|1\.0p|1\.0n|6\.0r|6\.0p)$") { set resp.http.Access-Control-Allow-Credentials = "true"; }
    if (req.http.cg-key ~ "^(?:1\.0r)$") { set resp.http.Access-Control-Expose-Headers = "X-Total, ETag"; }
    if (req.http.cg-key ~ "^(?:1\.0p|1\.0n)$") { set resp.http.Access-Control-Allow-Methods = "GET, PUT, DELETE"; }
    if (req.http.cg-key ~ "^(?:1\.0p|1\.0n)$") { set resp.http.Access-Control-Allow-Headers = "X-Token, Authorization"; }
    if (req.http.cg-key ~ "^(?:1\.0p|1\.0n)$") { set resp.http.Access-Control-Max-Age = "0"; }
    if (req.http.cg-key ~ "^(?:1\.0n)$") { set resp.http.Access-Control-Allow-Private-Network = "true"; }
    if (req.http.cg-key ~ "^(?:2\.0p|2\.0u|5\.0p|5\.0u)$") { set resp.http.Access-Control-Allow-Methods = "*"; }
    if (req.http.cg-key ~ "^(?:2\.0p)$") { set resp.http.Access-Control-Allow-Headers = "*"; }
    if (req.http.cg-key ~ "^(?:3\.0p)$") { set resp.http.Access-Control-Allow-Methods = "GET"; }
    if (req.http.cg-key ~ "^(?:5\.0p)$") { set resp.http.Access-Control-Allow-Headers = "*, Authorization"; }
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
    set req.http.cg-path = regsub(req.url, "\?.*$", "");
    set req.http.cg-rule = "9";
    if (req.http.cg-path ~ "^(?:/.*)$") { set req.http.cg-rule = "8"; }
    if (req.http.cg-path ~ "^(?:(?:/|%2[Ff])(?:o|%6[Ff])(?:f|%66)(?:f|%66)(?:(?:/|%2[fF]).*)?)$") { set req.http.cg-rule = "4"; }
    if (req.http.cg-path ~ "^(?:(?:/|%2[Ff])(?:a|%61)(?:p|%70)(?:i|%69)(?:(?:/|%2[fF]).*)?)$") { set req.http.cg-rule = "1"; }
    if (req.http.cg-path ~ "^(?:(?:/|%2[Ff])(?:r|%72)(?:e|%65)(?:a|%61)(?:d|%64)(?:(?:/|%2[fF]).*)?)$") { set req.http.cg-rule = "3"; }
    if (req.http.cg-path ~ "^(?:(?:/|%2[Ff])(?:o|%6[Ff])(?:p|%70)(?:e|%65)(?:n|%6[Ee])(?:(?:/|%2[fF]).*)?)$") { set req.http.cg-rule = "2"; }
    if (req.http.cg-path ~ "^(?:(?:/|%2[Ff])(?:c|%63)(?:a|%61)(?:f|%66)(?:\xc3|%[Cc]3)(?:\xa9|%[Aa]9)(?:(?:/|%2[fF]).*)?)$") { set req.http.cg-rule = "5"; }
    if (req.http.cg-path ~ "^(?:(?:/|%2[Ff])(?:b|%62)(?:o|%6[Ff])(?:t|%74)(?:h|%68)(?:(?:/|%2[fF]).*)?)$") { set req.http.cg-rule = "6"; }
    if (req.http.cg-path ~ "^(?:(?:/|%2[Ff])(?:p|%70)(?:r|%72)(?:o|%6[Ff])(?:x|%78)(?:i|%69)(?:e|%65)(?:d|%64)(?:(?:/|%2[fF]).*)?)$") { set req.http.cg-rule = "7"; }
    if (req.http.cg-path ~ "^(?:(?:/|%2[Ff])(?:a|%61)(?:p|%70)(?:i|%69)(?:/|%2[Ff])(?:d|%64)(?:e|%65)(?:e|%65)(?:p|%70)(?:(?:/|%2[fF]).*)?)$") { set req.http.cg-rule = "0"; }
    if ((req.http.cg-path !~ "^/" || req.http.cg-path ~ "(?:/|%2[fF])(?:/|%2[fF])|\\|%5[cC]|%00|%(?:25(?:2|%32)|%32)(?:[eEfF]|%[46][56])|%2%[46][56]|%(?:25(?:5|%35)|%35)(?:[cC]|%[46]3)|%5%[46]3|%[uU]|(?:/|%2[fF])(?:\.|%2[eE])(?:\.|%2[eE])?(?:(?:/|%2[fF])|$)")) { set req.http.cg-rule = "9"; }
    if (req.http.cg-path ~ "^(?:[^?#]*(?:/|%2[fF])(?:\.|%2[eE])(?:\.|%2[eE])?#|(?:/|%2[Ff])(?:a|%61)(?:p|%70)(?:i|%69)(?:/|%2[Ff])(?:d|%64)(?:e|%65)(?:e|%65)(?:p|%70)#|(?:/|%2[Ff])(?:p|%70)(?:r|%72)(?:o|%6[Ff])(?:x|%78)(?:i|%69)(?:e|%65)(?:d|%64)#|(?:/|%2[Ff])(?:b|%62)(?:o|%6[Ff])(?:t|%74)(?:h|%68)#|(?:/|%2[Ff])(?:c|%63)(?:a|%61)(?:f|%66)(?:\xc3|%[Cc]3)(?:\xa9|%[Aa]9)#|(?:/|%2[Ff])(?:o|%6[Ff])(?:p|%70)(?:e|%65)(?:n|%6[Ee])#|(?:/|%2[Ff])(?:r|%72)(?:e|%65)(?:a|%61)(?:d|%64)#|(?:/|%2[Ff])(?:a|%61)(?:p|%70)(?:i|%69)#|(?:/|%2[Ff])(?:o|%6[Ff])(?:f|%66)(?:f|%66)#)") { set req.http.cg-rule = "9"; }
    if (req.http.cg-rule == "0") { set req.http.cg-state = "0"; }
    unset req.http.cg-listed;
    if (req.http.cg-rule == "0") {
        include "/etc/varnish/corsguard/origins-0.vcl";
    }
    if (req.http.cg-rule == "0" && req.http.cg-listed == "yes") { set req.http.cg-state = "0.0"; }
    if (req.http.cg-rule == "1") { set req.http.cg-state = "1"; }
    unset req.http.cg-listed;
    if (req.http.cg-rule == "1") {
        include "/etc/varnish/corsguard/origins-1.vcl";
    }
    if (req.http.cg-rule == "1" && req.http.cg-listed == "yes") { set req.http.cg-state = "1.0"; }
    if (req.http.cg-rule == "1" && req.http.cg-origin ~ "^(?:app://[A-Za-z0-9_.~%-]{0,251}\.shell\.example)$" && req.http.cg-origin ~ "^(?:[^:]+://[^:]{1,253}(?::[0-9]+)?)$") { set req.http.cg-state = "1.0"; }
    if (req.http.cg-rule == "1" && req.http.cg-origin ~ "^(?:http://localhost(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?)$" && req.http.cg-origin !~ "^(?:[^:]+://.*:80)$") { set req.http.cg-state = "1.0"; }
    if (req.http.cg-rule == "1" && req.http.cg-origin ~ "^(?:https://(?:[a-z0-9_-]{1,63}\.)+co-op\.example:8443)$" && req.http.cg-origin ~ "^(?:[^:]+://[^:]{1,253}(?::[0-9]+)?)$") { set req.http.cg-state = "1.0"; }
    if (req.http.cg-rule == "1" && req.http.cg-origin ~ "^(?:https://(?:[a-z0-9_-]{1,63}\.)+dev\.example(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?)$" && req.http.cg-origin ~ "^(?:[^:]+://[^:]{1,253}(?::[0-9]+)?)$" && req.http.cg-origin !~ "^(?:[^:]+://.*:443)$") { set req.http.cg-state = "1.0"; }
    if (req.http.cg-rule == "1" && req.http.cg-origin ~ "^(?:https://(?:[a-z0-9_-]{1,63}\.)+partner\.example)$" && req.http.cg-origin ~ "^(?:[^:]+://[^:]{1,253}(?::[0-9]+)?)$") { set req.http.cg-state = "1.0"; }
    if (req.http.cg-rule == "2") { set req.http.cg-state = "2"; }
    if (req.http.cg-rule == "2") { set req.http.cg-state = "2.0"; }
    if (req.http.cg-rule == "3") { set req.http.cg-state = "3"; }
    unset req.http.cg-listed;
    if (req.http.cg-rule == "3") {
        include "/etc/varnish/corsguard/origins-2.vcl";
    }
    if (req.http.cg-rule == "3" && req.http.cg-listed == "yes") { set req.http.cg-state = "3.0"; }
    if (req.http.cg-rule == "4") { set req.http.cg-state = "4"; }
    unset req.http.cg-listed;
    if (req.http.cg-rule == "4") {
        include "/etc/varnish/corsguard/origins-3.vcl";
    }
    if (req.http.cg-rule == "4" && req.http.cg-listed == "yes") { set req.http.cg-state = "4.0"; }
    if (req.http.cg-rule == "5") { set req.http.cg-state = "5"; }
    unset req.http.cg-listed;
    if (req.http.cg-rule == "5") {
        include "/etc/varnish/corsguard/origins-4.vcl";
    }
    if (req.http.cg-rule == "5" && req.http.cg-listed == "yes") { set req.http.cg-state = "5.0"; }
    if (req.http.cg-rule == "5" && req.http.cg-origin ~ "^(?:https://(?:[a-z0-9_-]{1,63}\.)+partner\.example)$" && req.http.cg-origin ~ "^(?:[^:]+://[^:]{1,253}(?::[0-9]+)?)$") { set req.http.cg-state = "5.0"; }
    if (req.http.cg-rule == "6") { set req.http.cg-state = "6"; }
    if (req.http.cg-rule == "6") { set req.http.cg-state = "6.1"; }
    unset req.http.cg-listed;
    if (req.http.cg-rule == "6") {
        include "/etc/varnish/corsguard/origins-3.vcl";
    }
    if (req.http.cg-rule == "6" && req.http.cg-listed == "yes") { set req.http.cg-state = "6.0"; }
    if (req.http.cg-rule == "7") { set req.http.cg-state = "7"; }
    if (req.http.cg-rule == "8") { set req.http.cg-state = "8"; }
    if (req.http.cg-rule == "9") { set req.http.cg-state = "9"; }
    if (req.http.cg-state == "7") { unset req.http.cg-preflight; }
    set req.http.cg-kind = "r";
    if (req.http.cg-preflight == "p") { set req.http.cg-kind = "p"; }
    if (req.http.cg-preflight == "p" && req.http.cg-state == "1.0" && req.http.Access-Control-Request-Private-Network == "true" && req.http.Access-Control-Request-Method ~ "^(?:DELETE|GET|HEAD|POST|PUT)$" && req.http.Access-Control-Request-Headers !~ "^.{91}" && (!req.http.Access-Control-Request-Headers || req.http.Access-Control-Request-Headers ~ "^(?:(?i:[ \t]*(?:(?:authorization|x-token)[ \t]*)?(?:,[ \t]*(?:(?:authorization|x-token)[ \t]*)?)*))$")) { set req.http.cg-kind = "n"; }
    if (req.http.cg-preflight == "p" && req.http.cg-state == "2.0" && req.http.Access-Control-Request-Headers ~ "^.{4097}") { set req.http.cg-kind = "u"; }
    if (req.http.cg-preflight == "p" && req.http.cg-state == "5.0" && req.http.Access-Control-Request-Headers ~ "^.{4097}") { set req.http.cg-kind = "u"; }
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
    if (req.http.cg-state == "4") { set req.http.cg-passes = "yes"; }
    if (req.http.cg-state == "7") { set req.http.cg-passes = "yes"; }
    if (req.http.cg-state == "0.0" && !req.http.Cookie && req.method ~ "^(?:GET|HEAD|POST)$") { set req.http.cg-passes = "yes"; }
    if (req.http.cg-state == "1.0" && req.method ~ "^(?:DELETE|GET|PUT)$") { set req.http.cg-passes = "yes"; }
    if (req.http.cg-state == "2.0" && !req.http.Cookie && req.method ~ "^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]{1,34})$" && req.method !~ "^(?i:CONNECT|TRACE|TRACK)$") { set req.http.cg-passes = "yes"; }
    if (req.http.cg-state == "3.0" && !req.http.Cookie && req.method ~ "^(?:GET)$") { set req.http.cg-passes = "yes"; }
    if (req.http.cg-state == "4.0") { set req.http.cg-passes = "yes"; }
    if (req.http.cg-state == "5.0" && !req.http.Cookie && req.method ~ "^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]{1,34})$" && req.method !~ "^(?i:CONNECT|TRACE|TRACK)$") { set req.http.cg-passes = "yes"; }
    if (req.http.cg-state == "6.0" && req.method ~ "^(?:GET|HEAD|POST)$") { set req.http.cg-passes = "yes"; }
    if (req.http.cg-state == "6.1" && !req.http.Cookie && req.method ~ "^(?:GET|HEAD|POST)$") { set req.http.cg-passes = "yes"; }
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
