"""The faults beside CORS: private networks, embedding, mixed content."""

from __future__ import annotations

from typing import Final

from .faults import FETCH, Fault

LOCAL_NETWORK: Final = "https://wicg.github.io/local-network-access/"
PRIVATE_NETWORK: Final = "https://wicg.github.io/private-network-access/"
MIXED_CONTENT: Final = "https://w3c.github.io/webappsec-mixed-content/"
RESOURCE_POLICY: Final = f"{FETCH}#cross-origin-resource-policy-header"
EMBEDDER_POLICY: Final = "https://html.spec.whatwg.org/multipage/browsers.html#coep"

NETWORK_FAULTS: Final = (
    Fault(
        code="local-network-permission",
        meaning="A page from the internet asks for a server in the local network, or on this very "
        "computer, and the person has not allowed that. Nothing was sent. No header of the server changes "
        "it.",
        remedy="Serve the page over https, and allow access to the local network when the browser asks "
        "(or in the settings of the site). For development, open the page from localhost as well.",
        link=LOCAL_NETWORK,
    ),
    Fault(
        code="local-network-insecure-page",
        meaning="A page that was loaded over plain http asks for a server in a more private network. "
        "Browsers allow this only to pages over https.",
        remedy="Serve the page over https, or from localhost.",
        link=LOCAL_NETWORK,
    ),
    Fault(
        code="private-network-header",
        meaning="A page from the internet asks for a server in a private network. The browser asked for "
        "permission in the preflight, and the answer has no Access-Control-Allow-Private-Network: true.",
        remedy="Have that server grant it to this one origin. Current versions of Chromium ask the person "
        "instead and ignore the header.",
        change='Policy(origins=["{origin}"], private_network=True)',
        link=PRIVATE_NETWORK,
    ),
    Fault(
        code="private-network-device",
        meaning="A page asks for a device in a private network over plain http, and the answer to the "
        "preflight does not name the device. That was an experiment of Chromium, which has ended.",
        remedy="Update the browser; it then asks the person for permission.",
        link=PRIVATE_NETWORK,
    ),
    Fault(
        code="address-space",
        meaning="The page declared, or the browser expected, that the server is in another kind of network "
        "(public, private, this computer) than it is. A name that resolves to a private address is the "
        "usual cause.",
        remedy="Correct targetAddressSpace in the request, or the name in the DNS.",
        link=LOCAL_NETWORK,
    ),
    Fault(
        code="resource-policy",
        meaning="The page embeds {url} without CORS, as an <img> or a <script> does. The answer's "
        "Cross-Origin-Resource-Policy allows that only to pages of its own origin or site.",
        remedy="Have the server send Cross-Origin-Resource-Policy: cross-origin with this resource. In "
        "Express, helmet sets same-origin by default.",
        change='Policy(origins="*", resource_policy="cross-origin")',
        link=RESOURCE_POLICY,
    ),
    Fault(
        code="embedder-policy",
        meaning="The page has Cross-Origin-Embedder-Policy, so everything that it embeds has to allow "
        "that, and the answer to {url} does not.",
        remedy="Have the server send Cross-Origin-Resource-Policy: cross-origin with this resource, or "
        'load it with CORS (crossorigin="anonymous").',
        change='Policy(origins="*", resource_policy="cross-origin")',
        link=EMBEDDER_POLICY,
    ),
    Fault(
        code="opaque-response",
        meaning="The page embeds {url} without CORS, and the answer is not what an <img>, a <script> or a "
        "<video> can use: usually an error page in HTML, or JSON.",
        remedy="Look at the answer with curl -i {url}: correct its status and its Content-Type. To read "
        "data, use fetch() and allow the page with CORS.",
        change='Policy(origins=["{origin}"])',
        link=f"{FETCH}#orb",
    ),
    Fault(
        code="mixed-content",
        meaning="A page that was loaded over https asks for {url}, which is plain http. Nothing was sent. "
        "No header of the server changes it.",
        remedy="Request https. If an https URL turns into http on the way, the server redirects: behind a "
        "proxy it has to know that the outside is https (ProxyFix, X-Forwarded-Proto).",
        link=MIXED_CONTENT,
    ),
    Fault(
        code="websocket-refused",
        meaning="The server answered the handshake of the WebSocket with status {status} instead of 101. "
        "CORS does not apply to WebSockets: the server itself looks at Origin.",
        remedy="Have the server allow the origin of the page; the guard of a policy does that for "
        "handshakes, too.",
        change='Policy(origins=["{origin}"], credentials=True)',
        link="https://websockets.spec.whatwg.org/#websocket-opening-handshake",
    ),
)
