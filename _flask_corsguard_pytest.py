"""A pytest plugin: the fixture ``cors_browser``.

It is a separate module, and imports the library only when the fixture is used: pytest imports this
module in every run, wherever the library is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask_corsguard.testing import Browser

_NO_APP = """\
the fixture cors_browser is a browser in front of your application, and gets it from a fixture named
app. Define that fixture:

    @pytest.fixture
    def app():
        return create_app()

or create the browser in the test: flask_corsguard.testing.Browser(application)"""


@pytest.fixture
def cors_browser(request: pytest.FixtureRequest) -> Browser:
    """Return a new :class:`flask_corsguard.testing.Browser` for the application of the fixture ``app``."""
    from flask_corsguard.testing import Browser

    try:
        app = request.getfixturevalue("app")
    except pytest.FixtureLookupError as error:
        if error.argname != "app":
            raise
        pytest.fail(_NO_APP, pytrace=False)
    return Browser(app)
