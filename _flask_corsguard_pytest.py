"""A pytest plugin: the fixture ``cors_browser``.

It is a module of its own, and imports nothing of the library before the fixture is used: every run
of pytest wherever the library is installed imports this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask_corsguard.testing import Browser

_NO_APP = """\
the fixture cors_browser is a browser in front of your application, which it takes from a fixture
named app. Write one:

    @pytest.fixture
    def app():
        return create_app()

or make the browser yourself: flask_corsguard.testing.Browser(application)"""


@pytest.fixture
def cors_browser(request: pytest.FixtureRequest) -> Browser:
    """Give a model of a browser in front of the application of the fixture ``app``."""
    from flask_corsguard.testing import Browser

    try:
        app = request.getfixturevalue("app")
    except pytest.FixtureLookupError as error:
        if error.argname != "app":
            raise
        pytest.fail(_NO_APP, pytrace=False)
    return Browser(app)
