"""How the documentation is built: ``sphinx-build -W -n -b html docs docs/_build/html``."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "flask-corsguard"
author = "The flask-corsguard maintainers"
project_copyright = f"{author}"
version = release = version_of("flask-corsguard")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "corsguard_attributes",
    "corsguard_breaks",
    "corsguard_differences",
    "corsguard_findings",
    "corsguard_messages",
    "corsguard_flask_cors",
    "corsguard_losses",
    "corsguard_names",
    "corsguard_probes",
    "corsguard_reference",
    "corsguard_verdicts",
]
# _figures is what pages include.
exclude_patterns = ["_build", "_figures"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# What is quoted is quoted byte by byte.
smartquotes = False

autodoc_member_order = "bysource"
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True

nitpick_ignore_regex = [
    # Names of Python and of other projects: their inventories would have to be fetched.
    (r"py:.*", r"(collections|datetime|flask|os|re|redis|sqlalchemy|typing|werkzeug|wsgiref|_typeshed)\..*"),
    (r"py:class", r"Any|ASGIApplication|Callable|Flask|Load|Iterable|Mapping|Unpack|WSGIApplication"),
    # Aliases in annotations: the description of the parameter explains them.
    (r"py:class", r"BlueprintsArgument|Engine|Headers?|OnRefusal|PathsArgument|PolicyArgument|PolicyFields"),
    (r"py:class", r"ResponseType"),
    (r"py:class", r"flask_corsguard\.flask\.decorator\.T"),
    # What str() is for: a page's origin in the browser model.
    (r"py:class", r"flask_corsguard\.testing\.urls\..*"),
]

html_theme = "furo"
html_theme_options = {"light_css_variables": {"color-code-background": "#f4f5f6"}}
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_copy_source = False
html_show_sphinx = False
# The same source gives the same pages.
html_last_updated_fmt = None
# The contrast of every token is 4.5 or more.
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
