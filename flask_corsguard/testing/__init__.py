"""A model of a browser, for the tests of an application.

It answers one question: would a browser allow this page to do that? The model follows the Fetch standard
and related standards, sends requests to WSGI applications in the same process, and judges by their
responses alone. With the rest of this library it shares the terms of the standard, but no rule.

It leaves out the content of pages (nothing is parsed or run), user prompts, HTTP authentication, content
codings and service workers. It also leaves out Content-Security-Policy, Cross-Origin-Embedder-Policy, HSTS,
opaque response blocking, private network access, partitioned and blocked third-party cookies.
"""

from .assertions import assert_can_fetch as assert_can_fetch
from .assertions import assert_cannot_fetch as assert_cannot_fetch
from .browser import Browser as Browser
from .differences import DIFFERENCES as DIFFERENCES
from .differences import Difference as Difference
from .differences import Engine as Engine
from .exchanges import Exchange as Exchange
from .origin_source import OriginSource as OriginSource
from .pages import Page as Page
from .refusals import FetchRefused as FetchRefused
from .responses import Image as Image
from .responses import Response as Response
from .responses import Script as Script
