"""Values that are written somewhere in the project, or known only at run time."""

from __future__ import annotations

import pytest

from migration.moving import HEAD, call_of, moved

A = '"https://a.example"'
TAIL = 'allow_headers=["*", "Authorization"], guard="report")'


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("ONE = 'https://a.example'", "ONE", "[ONE]"),
        ("ONE: str = 'https://a.example'", "ONE", "[ONE]"),
        ("ONE, TWO = 'https://a.example', 1", "ONE", "[ONE]"),
        ("MANY = ['https://a.example']", "MANY", "MANY"),
        ("MANY = ('https://a.example',)", "MANY", "MANY"),
        ("MANY = {'https://a.example'}", "MANY", "MANY"),
        ("MANY = ['https://a.example'] + ['https://b.example']", "MANY", "MANY"),
        ("HOST = 'a.example'", "f'https://{HOST}'", "[f'https://{HOST}']"),
        ("HOST = 'a.example'", "'https://%s' % HOST", "['https://%s' % HOST]"),
        ("HOST = 'a.example'", "'https://' + HOST", "['https://' + HOST]"),
        ("TEXT = 'https://a.example,https://b.example'", "TEXT.split(',')", "TEXT.split(',')"),
        ("TEXT = 'https://a.example, '", "[t.strip() for t in TEXT.split(',') if t.strip()]", None),
        ("", "['https://a.example', *['https://b.example']]", None),
        ("", "list(('https://a.example',))", None),
        ("", "'*' if app.debug else ['https://a.example']", None),
        ("", "None or 'https://a.example'", "[None or 'https://a.example']"),
        ("D = {'o': ['https://a.example']}", "D['o']", None),
        ("D = dict(o=['https://a.example'])", "D.get('o')", None),
        ("class C:\n    O = ['https://a.example']", "C.O", None),
        ("class C:\n    O = ['https://a.example']\n\n\nclass E(C):\n    pass", "E.O", None),
        ("class C:\n    O = ['https://a.example']\n\n\nc = C()", "c.O", None),
        ("class C:\n    def __init__(self):\n        self.o = ['https://a.example']", "C().o", None),
        ("class Sites:\n    A, B = 'https://a.example', 2", "Sites.A", "[Sites.A]"),
        ("if app.debug:\n    O = '*'\nelse:\n    O = ['https://a.example']", "O", None),
        ("import datetime", "'*', max_age=datetime.timedelta(days=1)", None),
        ("", "'*', max_age=60 * 60", None),
        ("", "'*', supports_credentials=not True", "'*', credentials=not True"),
        ("", "('https://a.example')", "(['https://a.example'])"),
        ("", "'HTTPS://A.example'", '["https://a.example"]'),
        ("", "['HTTPS://A.example', 'https://b.example']", "[\"https://a.example\", 'https://b.example']"),
        ("", "['', 'https://b.example']", "['https://b.example']"),
        ("", "[None]", ""),
        ("import re", "re.compile('^https://a.example$')", "[re.compile('^https://a.example$')]"),
        ("import re", "re.compile('^https://a$', re.I | re.A)", "[re.compile('^https://a$', re.I | re.A)]"),
        ("import re", "re.compile(r'https://.*\\.example\\.com')", '["https://*.example.com"]'),
        ("", "r'https://[a-z\"]+.example$'", "[re.compile('https://[a-z\"]+.example$')]"),
        ("", "'*', max_age=-1", "'*', max_age=None"),
        ("", "'*', max_age=10 ** 9", "'*', max_age=86400"),
        ("import datetime as d", "'*', max_age=d.timedelta(hours=30)", "'*', max_age=d.timedelta(days=1)"),
        ("", "'*', methods=('get',)", "'*', methods=[\"GET\"]"),
    ],
)
def test_a_value_that_is_written_somewhere_stays_where_it_is(before, value, after, tmp_path):
    """What a policy takes stays as it is written; only what it does not take is written anew."""
    after = value if after is None else after
    text = call_of(tmp_path, f"{before}\nCORS(app, origins={value})\n")

    found = text[text.index("CorsGuard(") :].replace("( app", "(app").replace(", )", ")")
    expected = f"CorsGuard(app, origins={after}, {TAIL}" if after else 'CorsGuard(app, guard="report")'
    assert found == expected


@pytest.mark.parametrize(
    ("before", "value"),
    [
        ("import os", "os.environ['O']"),
        ("import os", "os.getenv('O', 'https://a.example')"),
        ("import os", "os.environ.get('O', '').split(',')"),
        ("import os", "[os.environ.get('O'), 'https://a.example']"),
        ("import os", "f\"https://{os.environ['O']}\""),
        ("import os", "os.environ.get('O') or ['https://a.example']"),
        ("from elsewhere import O", "O"),
        ("import elsewhere", "elsewhere.settings.O"),
        ("O = ['https://a.example']\nO.append('https://b.example')", "O"),
        ("O = ['https://a.example']\nO += ['https://b.example']", "O"),
        ("class C:\n    O = ['https://a.example']\n\n\nC.O += [1]", "C.O"),
        ("def read():\n    return ['https://a.example']", "read()"),
        ("for O in [1]:\n    pass", "O"),
        ("with open('x') as O:\n    pass", "O"),
        ("import re\nR = input()", "re.compile(R)"),
        ("import re", "re.compile('(')"),
        ("D = {}", "D['o']"),
        ("D = {input(): 1}", "D['o']"),
        ("D = {**input()}", "D['o']"),
        ("D = dict(**input())", "D['o']"),
        ("", "[x for x in input() for y in x]"),
        ("", "[x for x in 1]"),
        ("", "[x for x in ['a'] if x in input()]"),
        ("", "[input(x) for x in ['a']]"),
        ("", "lambda: 1"),
        ("", "'*', max_age=int(input())"),
        ("", "'*', max_age=int('x')"),
        ("import datetime", "'*', max_age=datetime.timedelta(input())"),
        ("import datetime", "'*', max_age=datetime.timedelta(centuries=1)"),
        ("", "'a'.split('')"),
        ("", "'a'.split(sep='x')"),
        ("", "'a'.split(input())"),
        ("", "-input()"),
        ("", "~1"),
        ("", "'*', supports_credentials=input()"),
        ("f = lambda x: x", "f"),
    ],
)
def test_a_value_that_only_run_time_knows_is_read_then(before, value, tmp_path):
    """The options stay as they are, in a call of the function for run time."""
    text = call_of(tmp_path, f"{before}\nCORS(app, origins={value})\n")

    assert "policy_from_flask_cors(" in text
    assert f"origins={value}".split(", ")[0] in text
    assert 'on_problem="warn"' in text


def test_a_parameter_has_its_default_and_what_callers_give(tmp_path):
    """It is known only at run time."""
    text = """
        def setup(app, origins=("https://a.example",), *, cookies):
            CORS(app, origins=origins, supports_credentials=cookies)


        setup(app, cookies=True)
        """
    assert "policy_from_flask_cors(" in moved(tmp_path, text, head=HEAD).text


def test_the_default_of_a_variable_is_asked_about_like_any_other_value(tmp_path):
    """An application whose variable is not set has that value."""
    text = "import os\nCORS(app, origins=os.environ.get('O', '*'), supports_credentials=True)\n"

    assert moved(tmp_path, text, head=HEAD).asked == ["any-origin-with-credentials"]


def test_values_come_from_other_files_of_the_project(tmp_path):
    """By module, by name, by star, through packages and relative imports."""
    files = {
        "app/__init__.py": """
            import app.settings
            import outer.values
            from flask import Flask
            from flask_cors import CORS

            from . import settings as here
            from .. import app as outside
            from .deep import inner
            from .more import *
            from .names import A as first
            from .settings import ORIGINS


            def create():
                app = Flask(__name__)
                CORS(app, resources={
                    "/a/*": {"origins": ORIGINS},
                    "/b/*": {"origins": here.ORIGINS},
                    "/c/*": {"origins": [first]},
                    "/d/*": {"origins": STARRED},
                    "/e/*": {"origins": outer.values.O},
                })
                return app
            """,
        "app/deep/__init__.py": "",
        "app/deep/inner.py": "",
        "app/settings.py": 'ORIGINS = ["https://a.example"]\n',
        "outer/__init__.py": "",
        "outer/values.py": 'O = ["https://a.example"]\n',
        "app/names.py": 'A = "https://a.example"\n',
        "app/more.py": 'STARRED = "https://a.example"\n',
    }
    text = " ".join(moved(tmp_path, files=files).files["app/__init__.py"].split()).replace("{ ", "{")

    assert '"/a": {"origins": ORIGINS, ' in text
    assert '"/b": {"origins": here.ORIGINS, ' in text
    assert '"/c": {"origins": [first], ' in text
    assert '"/e": {"origins": outer.values.O, ' in text
    assert '"/d": {"origins": [STARRED], ' in text
