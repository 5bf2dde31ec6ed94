"""A model of a browser, for the tests of an application.

Would a browser let this page do that? The model is made from the Fetch standard and its
neighbours, talks to WSGI applications in the same process, and judges by their answers alone: it
shares with the rest of this library the vocabulary of the standard, and no rule.

What it leaves out: the content of pages (nothing is parsed or run), user prompts and HTTP
authentication, content codings, service workers, Content-Security-Policy, Cross-Origin-Embedder-Policy,
HSTS, opaque response blocking, private network access, partitioned and blocked third-party cookies.
"""

from .assertions import assert_can_fetch as assert_can_fetch
from .assertions import assert_cannot_fetch as assert_cannot_fetch
from .browser import Browser as Browser
from .differences import DIFFERENCES as DIFFERENCES
from .differences import Difference as Difference
from .differences import Engine as Engine
from .exchanges import Exchange as Exchange
from .pages import Page as Page
from .refusals import FetchRefused as FetchRefused
from .responses import Image as Image
from .responses import Response as Response
from .responses import Script as Script
