"""Corners of programs that real ones have, too: each is moved, or asked about, and never breaks the command."""

from __future__ import annotations

import gc

import pytest

from flask_corsguard.migrate.source import read_source
from migration.moving import HEAD, moved

A = "['https://a.example']"
EVERY = 'allow_headers=["*", "Authorization"], guard="report"'


def text_of(folder, text, **others):
    """Return a moved program without its line breaks."""
    result = moved(folder, text, head=HEAD, **others)
    assert not result.is_open, result.lines
    return " ".join(result.text.split()).replace("( ", "(").replace("[ ", "[").replace("{ ", "{")


def test_marks_in_files_without_an_application_are_left_to_the_user(tmp_path):
    """Without CorsGuard they would have no effect."""
    files = {"views.py": "from flask_cors import cross_origin\n\n\n@cross_origin()\ndef view(): ...\n"}

    assert moved(tmp_path, files=files).by_hand == ["no-application"]


@pytest.mark.parametrize(
    ("program", "added"),
    [
        ("app: Flask = Flask(__name__)", 'app: Flask = Flask(__name__)\nCorsGuard(app, guard="report")\n'),
        (
            "class S(Flask):\n    pass\n\n\napp = S(__name__)",
            'app = S(__name__)\nCorsGuard(app, guard="report")\n',
        ),
        (
            "class T:\n    def __init__(self):\n        self.app = Flask(__name__)",
            '        self.app = Flask(__name__)\n        CorsGuard(self.app, guard="report")\n',
        ),
    ],
)
def test_an_application_with_marks_only_gets_the_extension(program, added, tmp_path):
    """After the line that makes it."""
    head = "from flask import Blueprint, Flask\nfrom flask_cors import cross_origin\n"
    view = "bp = Blueprint('b', __name__)\n\n\n@bp.get('/')\n@cross_origin()\ndef view(): ...\n"
    result = moved(tmp_path, files={"app.py": f"{head}{program}\n\n{view}"})

    assert not result.is_open, result.lines
    assert added in result.text


def test_an_application_without_a_name_is_left_to_the_user(tmp_path):
    """There is nothing to write the extension with."""
    text = "@cross_origin()\ndef view(): ...\n\n\ndef create():\n    return Flask(__name__)\n"

    assert moved(tmp_path, text, head=HEAD).by_hand == ["no-application"]


@pytest.mark.parametrize(
    "setup",
    [
        "cors = CORS()",
        "def setup(app):\n    CORS(app)",
        "import elsewhere\nCORS(elsewhere.app)",
        "def setup(server: Flask):\n    CORS(server)",
        "from flask import current_app\n\n\ndef setup():\n    CORS(current_app)",
    ],
)
def test_an_application_that_is_initialised_somewhere_gets_no_other_extension(setup, tmp_path):
    """A second one would raise."""
    files = {
        "app.py": f"from flask import Flask\nfrom flask_cors import CORS, cross_origin\n\n\n{setup}\n\n\n"
        "@cross_origin()\ndef view(): ...\n"
    }
    result = moved(tmp_path, files=files)

    assert not result.is_open, result.lines
    assert result.text.count("CorsGuard(") == 1


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"try:\n    CORS(app, origins={A})\nexcept ValueError:\n    CORS(app)", 2),
        (f"match 1:\n    case 1:\n        CORS(app, origins={A})\n    case _:\n        CORS(app)", 2),
        (
            f"def setup(app):\n    if input():\n        CORS(app, origins={A})\n        return\n    CORS(app)",
            2,
        ),
        (f"def setup(app):\n    if input():\n        raise ValueError\n    CORS(app, origins={A})", 1),
        ("one, two = Flask('one'), Flask('two')\nCORS(one)\nCORS(two, methods=['PUT'])", 2),
        ("def first(app):\n    CORS(app)\n\n\ndef second(app):\n    CORS(app)\n    CORS(app)", 1),
    ],
)
def test_calls_of_which_one_runs_are_all_moved(text, count, tmp_path):
    """Branches, and several applications."""
    assert text_of(tmp_path, f"{text}\n").count("CorsGuard(") == count


def test_two_calls_that_run_are_distinguished_from_two_applications(tmp_path):
    """Here nobody knows the applications, and there are two."""
    text = "other = Flask('other')\n\n\ndef first(app):\n    CORS(app)\n\n\ndef second(app):\n    CORS(app)\n"

    assert text_of(tmp_path, text).count("CorsGuard(") == 2


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            f"CORS(app, origins={A})\nCORS(app, origins={A}, methods=['PUT'])",
            f"origins={A}, methods=['PUT'], ",
        ),
        (f"CORS(app, origins=[])\nCORS(app, origins={A})", "CorsGuard(app, Policy("),
        (f"CORS(app, origins={A})\nCORS(app, origins=[])", "CorsGuard(app, Policy("),
        (f"CORS(app)\nCORS(app, origins={A})", "CorsGuard(app, [Policy("),
        (
            "CORS(app, resources='/a/*')\nCORS(app, resources={'/a/*': {'methods': ['PUT']}})",
            "methods=['PUT']",
        ),
        (
            "CORS(app, resources='/a/*')\nCORS(app, resources={'/b/*': {}})",
            'paths=dict.fromkeys(["/a", "/b"], ',
        ),
    ],
)
def test_two_calls_of_one_application_become_one(text, part, tmp_path):
    """The last one was asked first."""
    after = text_of(tmp_path, f"{text}\n")

    assert after.count("CorsGuard(") == 1
    assert part in after


@pytest.mark.parametrize(
    "text",
    [
        "CORS(app, supports_credentials=True)\nCORS(app, methods=['PUT'])",
        "CORS(app, resources={'/a': {}})\nCORS(app)\n@app.get('/a/b')\ndef v(): ...",
        "CORS(app, resources={'/a/*': {'supports_credentials': True}})\nCORS(app)",
        "CORS(app, resources=input())\nCORS(app)",
        "from flask_socketio import SocketIO\ns = SocketIO(app)\nCORS(app, methods=['PUT'])\nCORS(app)",
    ],
)
def test_two_calls_wait_for_what_is_open(text, tmp_path):
    """Nothing changes before that."""
    result = moved(tmp_path, f"{text}\n", head=HEAD, answers={"socketio-inside": "keep"})

    assert result.is_open


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (
            "app.config['CORS_ORIGINS'] = 'https://a.example'\nCORS(app)",
            "app.config['CORSGUARD_ORIGINS'] = ['https://a.example']",
        ),
        (
            "app.config['CORS_SEND_WILDCARD'] = True\nCORS(app)",
            f'app = Flask(__name__) CorsGuard(app, origins="*", {EVERY})',
        ),
        (
            "app.config.from_mapping({'CORS_SEND_WILDCARD': True, 'X': 1})\nCORS(app)",
            "from_mapping({'X': 1})",
        ),
        ("app.config.update(CORS_SEND_WILDCARD=True, X=1)\nCORS(app)", "app.config.update(X=1)"),
        (
            "app.config.setdefault('CORS_ORIGINS', ['https://a.example'])\nCORS(app)",
            'origins=app.config.get("CORS_ORIGINS", "*")',
        ),
        ("app.config.get('CORS_ORIGINS')\nCORS(app)", 'origins="*"'),
        ("app.config.update({'X': 1}, **{})\nCORS(app)", 'origins="*"'),
        (
            "app.config['CORS_METHODS'] = ['PUT']\nCORS(app, resources={'/a/*': {}})",
            "Policy(origins=\"*\", methods=['PUT'], ",
        ),
        (
            "app.config['CORS_ORIGINS'] = input()\nCORS(app, resources='*')",
            'origins=app.config["APP_CORS_ORIGINS"]',
        ),
        (
            f"app.config['CORS_ORIGINS'] = {A}\nif input():\n    app.config['CORS_ORIGINS'] = '*'\nCORS(app)",
            'origins=app.config.get("APP_CORS_ORIGINS", "*")',
        ),
        (
            f"app.config['CORS_ORIGINS'] = {A}\n@app.get('/')\n@cross_origin()\ndef v(): ...",
            f"@cors(origins={A}",
        ),
        (f"config = app.config\nconfig['CORS_ORIGINS'] = {A}\nCORS(app)", "config['CORSGUARD_ORIGINS']"),
        ("CORS_ORIGINS = 'https://a.example'\nCORS(app, origins=CORS_ORIGINS)", "origins=[CORS_ORIGINS]"),
        (
            "class C:\n    CORS_ORIGINS = 'x'\n\n\nCORS(app)",
            "CORS_ORIGINS = 'x' CorsGuard(app, origins=\"*\"",
        ),
        (
            "app.config['CORS_RESOURCES'] = {'/a/*': {'supports_credentials': False}, r'/b/*': {\n    r'methods': ['PUT']}}\n"
            "CORS(app)",
            "app.config['CORSGUARD_PATHS'] = {\"/a\": {",
        ),
    ],
)
def test_keys_of_the_configuration_get_their_new_names(lines, part, tmp_path):
    """Those that the program does not read itself, and of which the value is known."""
    assert part in text_of(tmp_path, f"{lines}\n")


CONFIGURATION = {
    "config.py": """
        class Base:
            CORS_METHODS = ["PUT"]


        class Production(Base):
            CORS_ORIGINS = ["https://a.example"]


        production = Production()
        """,
    "plain.py": 'CORS_ORIGINS = ["https://a.example"]\n',
}


@pytest.mark.parametrize(
    ("load", "renamed"),
    [
        ("app.config.from_object('config.Production')", "config.py"),
        ("app.config.from_object('plain')", "plain.py"),
        ("import plain\napp.config.from_object(plain)", "plain.py"),
        ("import config\napp.config.from_object(config.Production)", "config.py"),
        ("import config\napp.config.from_object(config.Production())", "config.py"),
        ("from config import production\napp.config.from_object(production)", "config.py"),
        ("import plain\napp.config.from_pyfile('plain.py')", "plain.py"),
    ],
)
def test_keys_are_found_wherever_the_application_loads_them(load, renamed, tmp_path):
    """Classes, their bases, instances and modules; by name or as a text."""
    program = (
        f"from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\n{load}\nCORS(app)\n"
    )
    result = moved(tmp_path, files={"app.py": program, **CONFIGURATION})

    assert not result.is_open, result.lines
    assert "CORSGUARD_ORIGINS" in result.files[renamed]
    assert 'CorsGuard(app, allow_headers=["*", "Authorization"], guard="report")' in result.text


def test_a_class_that_only_run_time_chooses_may_be_any(tmp_path):
    """Every class with keys counts."""
    program = """
        from flask import Flask
        from flask_cors import CORS


        class One:
            CORS_ORIGINS = ["https://a.example"]


        class Two:
            CORS_ORIGINS = ["https://b.example"]


        app = Flask(__name__)
        app.config.from_object(input())
        CORS(app)
        """
    text = moved(tmp_path, program).text

    assert text.count("APP_CORS_ORIGINS") == 3


def test_keys_that_are_loaded_too_late_are_asked_about(tmp_path):
    """The configuration was read before."""
    program = """
        from flask import Flask
        from flask_cors import CORS


        class Settings:
            CORS_ORIGINS = ["https://a.example"]


        app = Flask(__name__)
        CORS(app)
        app.config.from_object(Settings)
        """
    assert moved(tmp_path, program).asked == ["late-config"]
    assert "pass" in moved(tmp_path, program, answers={"late-config": "closed"}).text


def test_a_key_that_another_file_reads_stays(tmp_path):
    """It is passed on in code."""
    files = {
        "app.py": "from flask import Flask\nfrom flask_cors import CORS\nfrom plain import CORS_ORIGINS\n\n"
        "app = Flask(__name__)\napp.config.from_object('plain')\nCORS(app)\n",
        "plain.py": CONFIGURATION["plain.py"],
    }
    result = moved(tmp_path, files=files)

    assert 'origins=app.config["CORS_ORIGINS"]' in result.text
    assert result.files["plain.py"] == CONFIGURATION["plain.py"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            "from flask_cors import CORS as C\nC(Flask(__name__))",
            f'CorsGuard(Flask(__name__), origins="*", {EVERY})',
        ),
        (
            "from flask_cors import cross_origin as cors\n\n\n@cors()\ndef v(): ...",
            f'@cors(origins="*", {EVERY})',
        ),
        (
            "import flask_cors, os\nflask_cors.CORS(Flask(__name__))",
            "import os\nfrom flask_corsguard import CorsGuard",
        ),
        (
            "import flask_cors.extension\nflask_cors.extension.CORS(Flask(__name__))",
            "CorsGuard(\n    Flask(__name__)",
        ),
        ("from flask.ext.cors import CORS\nCORS(Flask(__name__))", "from flask_corsguard import CorsGuard\n"),
        ("from flask.ext import cors\ncors.CORS(Flask(__name__))", "from flask_corsguard import CorsGuard\n"),
        ("import flask_cors", "from flask import Flask\n"),
        (
            "try:\n    from flask_cors import CORS\nexcept ImportError:\n    def CORS(app): ...\nCORS(Flask(__name__))",
            "def CorsGuard(app): ...",
        ),
        (
            "try:\n    from flask_cors import CORS\nexcept ImportError:\n    x = CORS = None\nCORS(Flask(__name__))",
            "x = CorsGuard = None",
        ),
        (
            "try:\n    from flask_cors import CORS\nexcept ImportError:\n    from flask_cors.extension import CORS\nfinally:\n    pass\n"
            "CORS(Flask(__name__))",
            "    from flask_corsguard import CorsGuard\nexcept ImportError:\n    from flask_corsguard import CorsGuard\n",
        ),
        (
            "try:\n    from flask_cors import CORS\nexcept ImportError:\n    from flask.ext.cors import CORS",
            "from flask import Flask\n",
        ),
        (
            "from flask_cors import CORS\ncors = {}\nPolicy = 1\nCORS(Flask(__name__), resources='/a/*')",
            "from flask_corsguard import CorsGuard, Policy as CorsPolicy\n",
        ),
        (
            "from flask_cors import cross_origin\ncors = {}\n\n\n@cross_origin()\ndef v(): ...",
            f'@cors_policy(origins="*", {EVERY})',
        ),
        (
            "from flask_cors import cross_origin\n\n\n@cross_origin(origins=[])\ndef v(SAME_ORIGIN): ...",
            '@cors(NO_OTHER_ORIGIN.replace(guard="report"))',
        ),
        (
            "from flask_cors import CORS\nglobal_name = 1\n\n\ndef f():\n    global g\n    g = CORS(Flask(__name__))\n    print(g)",
            "g = CorsGuard(",
        ),
    ],
)
def test_imports_are_rewritten(text, part, tmp_path):
    """Every form of them, and names that are taken get an alias."""
    files = {
        "app.py": f"from flask import Flask\n{text}\n",
        "main.py": "from flask import Flask\napp = Flask(__name__)\n",
    }
    result = moved(tmp_path, files=files)

    assert not result.is_open, result.lines
    assert part in result.text
    compile(result.text, "app.py", "exec")


@pytest.mark.parametrize(
    ("head", "after"),
    [
        ('"""A module."""\n\napp = None\n', '"""A module."""\nfrom flask_corsguard import CorsGuard\n'),
        ("from __future__ import annotations\n", "annotations\nfrom flask_corsguard import CorsGuard\n"),
        ("import flask\n", "from flask_corsguard import CorsGuard\nimport flask\n"),
    ],
)
def test_an_import_is_added_where_imports_go(head, after, tmp_path):
    """After that of Flask, those of the future or the docstring; else first."""
    files = {
        "main.py": f"{head}import flask as f\nimport views\n\nthe_app = f.Flask(__name__)\n",
        "views.py": "from flask_cors import cross_origin\n\n\n@cross_origin()\ndef view(): ...\n",
    }
    assert after in moved(tmp_path, files=files).files["main.py"]


def test_a_name_that_another_file_passes_on_is_renamed_in_both(tmp_path):
    """Under an alias, too, and in ``__all__``."""
    files = {
        "pkg/__init__.py": "",
        "pkg/ext.py": "from flask_cors import CORS\nVERSION = 1\n__all__ = ['CORS', 'VERSION']\n__all__ += []\n",
        "pkg/app.py": "from flask import Flask\nfrom .ext import CORS as C, VERSION as v\nfrom elsewhere import CORS as other\n\n"
        "app = Flask(__name__)\nC(app)\n",
    }
    result = moved(tmp_path, files=files)

    assert result.files["pkg/ext.py"].startswith("from flask_corsguard import CorsGuard\n")
    assert "__all__ = ['CorsGuard', 'VERSION']" in result.files["pkg/ext.py"]
    assert "from .ext import CorsGuard, VERSION as v\n" in result.files["pkg/app.py"]


def test_a_variable_that_another_file_imports_stays(tmp_path):
    """It may be used there."""
    files = {
        "app.py": "from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\ncors = CORS(app)\n",
        "other.py": "from app import cors\nfrom app import app as cors_app\n",
    }
    assert "cors = CorsGuard(app, " in moved(tmp_path, files=files).text


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("class V:\n    decorators = [cross_origin()]", "decorators = [cors("),
        (
            "class V:\n    decorators = (cross_origin(origins=[]),)",
            'decorators = (cors(SAME_ORIGIN.replace(guard="report")),)',
        ),
        ("def v(): ...\n\n\napp.add_url_rule('/', view_func=cross_origin()(v))", "view_func=cors("),
        ("@app.get('/')\n@cross_origin(**{'origins': '*'})\ndef v(): ...", "@cors(origins='*', "),
        (
            "import os\n\n\n@app.get('/')\n@cross_origin(origins=os.environ['O'])\ndef v(): ...",
            "@cors(policy_from_flask_cors(",
        ),
        ("import functools\n\n\n@app.get('/')\n@functools.cache\n@cross_origin()\ndef v(): ...", "@cors("),
        ("def plain(f):\n    return f\n\n\n@app.get('/')\n@plain\n@cross_origin()\ndef v(): ...", "@cors("),
        ("CORS(app)\n\n\n@app.get('/')\n@cross_origin\ndef v(): ...", "@cors("),
        ("CORS(app, resources={'/a/*': {}})\n\n\n@app.get('/a/x')\n@cross_origin()\ndef v(): ...", "@cors("),
        (
            f"CORS(app, resources={{'/b/*': {{'origins': {A}}}}})\n\n\n@app.get('/a/x')\n@cross_origin()\ndef v(): ...",
            "@cors(",
        ),
        (f"CORS(app, origins={A})\n\n\n@app.get('/')\n@cross_origin(origins={A})\ndef v(): ...", "@cors("),
        ("@app.get('/')\n@cross_origin(automatic_options=False)\nasync def v(): ...", "@cors("),
    ],
)
def test_a_decorator_becomes_a_mark(text, part, tmp_path):
    """Wherever it is written."""
    assert part in text_of(tmp_path, f"{text}\n")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("class V:\n    decorators = [print, cross_origin()]", "decorators = [print]"),
        ("def v(): ...\n\n\napp.add_url_rule('/', view_func=cross_origin()(v))", "view_func=v"),
        (
            "import re\nR = re.compile('https://(?=a).*')\n\n\n@app.get('/')\n@cross_origin(origins=[R])\ndef v(): ...",
            "",
        ),
        (
            "@app.get('/')\n@cross_origin(origins=['https://a.example', 'https://b.example'], supports_credentials=True)\ndef v(): ...",
            "",
        ),
    ],
)
def test_a_decorator_that_is_wider_than_the_application_can_go(text, part, tmp_path):
    """The application's policy applies then."""
    after = text_of(tmp_path, f"CORS(app, origins={A})\n{text}\n", answers={"wider-than-app": "closed"})

    assert part in after
    assert "cors(" not in after.partition(text[-10:])[0].lower().replace("corsguard(", "")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("bp = Blueprint('b', __name__)\ncors = CORS(bp)", f'cors(origins="*", {EVERY})(bp)'),
        (
            "bp = Blueprint('b', __name__)\ncors = CORS()\ncors.init_app(bp)",
            f'cors_policy(origins="*", {EVERY})(bp)',
        ),
        (
            "bp = Blueprint('b', __name__)\nimport os\nCORS(bp, origins=os.environ['O'])",
            "policy_from_flask_cors(",
        ),
        (
            "bp = Blueprint('b', __name__, url_prefix='/b')\nCORS(bp, resources='/b')\n@bp.get('')\ndef v(): ...",
            "cors(origins=",
        ),
        ("def make(api_bp):\n    CORS(api_bp)", "(api_bp)"),
        (
            f"CORS(app, origins=[])\nbp = Blueprint('b', __name__)\nCORS(bp, origins={A})",
            f"cors(origins={A}",
        ),
        (f"CORS(app, origins={A})\nbp = Blueprint('b', __name__)\nCORS(bp, origins=[])", "cors("),
        (
            f"CORS(app, origins={A})\nbp = Blueprint('b', __name__)\nCORS(bp, origins={A}, methods=['PUT'])",
            "methods=['PUT'], ",
        ),
        (
            f"CORS(app, resources={{'/b/*': {{}}}})\nbp = Blueprint('b', __name__, url_prefix='/c')\nCORS(bp, origins={A})\n@bp.get('/x')\ndef v(): ...",
            f"cors(origins={A}",
        ),
    ],
)
def test_a_blueprint_is_marked(text, part, tmp_path):
    """With the application's policy beside its own, where both applied."""
    assert part in text_of(tmp_path, f"{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "CORS(app)\n@app.after_request\ndef hook(r):\n    r.headers['Access-Control-Allow-Origin'] = '*'\n    return r",
        f"CORS(app, origins={A})\n@app.get('/')\ndef v():\n    return '', 200, {{'Access-Control-Allow-Origin': {A}[0]}}",
        f"CORS(app, origins={A})\n@app.get('/')\ndef v():\n    return '', 200, [('Access-Control-Allow-Origin', 'https://a.example')]",
        "CORS(app, resources={'/*': {}})\n@app.get('/')\ndef v():\n    r = app.x()\n    r.headers.add('Access-Control-Allow-Origin', '*')",
        "CORS(app)\nHEADERS = ['Access-Control-Allow-Origin']\nassert input() == 'Access-Control-Allow-Origin'",
        "CORS(app)\ndef v(r):\n    del r.headers['Access-Control-Allow-Origin']\n    return r.headers.get('Access-Control-Allow-Origin')",
        "CORS(app)\nX = ('Access-Control-Allow-Origin', 1)\nprint(header='Access-Control-Allow-Origin')",
        "@app.get('/')\n@cross_origin()\ndef v(r):\n    r.headers['Access-Control-Allow-Headers'] = '*'",
    ],
)
def test_headers_that_the_policy_replaces_are_named(text, tmp_path):
    """They allow nothing more, so nothing is asked."""
    result = moved(tmp_path, f"{text}\n", head=HEAD)

    assert not result.is_open, result.lines


@pytest.mark.parametrize(
    "text",
    [
        "other = Flask('x')\nCORS(app)\nCORS(other)",
        "CORS(app, resources=input())",
        "CORS(app, **input())",
        "CORS(app, supports_credentials=True)",
        "@app.get('/')\n@cross_origin()\ndef w(): ...",
    ],
)
def test_headers_that_may_allow_more_than_the_policy_are_asked_about(text, tmp_path):
    """Also where the policy is not known."""
    hook = "r = app.x()\nr.headers['Access-Control-Allow-Origin'] = '*'\n"

    assert "hand-reflection" in moved(tmp_path, f"{text}\n{hook}", head=HEAD).asked


@pytest.mark.parametrize(
    "text",
    [
        "from socketio import SocketIO\ns = SocketIO(app)\nCORS(app)",
        "from flask_socketio import SocketIO\ns = SocketIO()\nCORS(app)",
        "from flask_socketio import SocketIO\nCORS(app)\ndef sockets():\n    SocketIO(app)",
        "from flask_socketio import SocketIO\ndef sockets():\n    SocketIO(app)\nCORS(app)\nsockets()",
        "from flask_socketio import SocketIO\ndef one():\n    CORS(app)\ndef two():\n    SocketIO(app)\none()\ntwo()",
        "from flask_socketio import SocketIO\ns = SocketIO()\nCORS(app)\ns.init_app(app)\ninit_app(s)",
    ],
)
def test_sockets_that_are_not_inside_change_nothing(text, tmp_path):
    """Nothing is asked."""
    assert "CorsGuard(" in text_of(tmp_path, f"{text}\n")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            "CORS(app, resources={'/*': {'origins': __import__('os').environ['O']}})",
            "policy_from_flask_cors(",
        ),
        (
            "OPEN = {'origins': '*'}\nCORS(app, resources={'/a/*': OPEN, '/b/*': dict(methods=['PUT'])})",
            "methods=['PUT']",
        ),
        ("PATHS = {'/a/*': {'origins': '*'}}\nCORS(app, resources=PATHS)", '"/a": Policy('),
        ("CORS(app, resources={'/a/*': {}, '/a/b/*': {'methods': ['PUT']}, '/*': {}})", '"/a/b": Policy('),
        ("CORS(app, resources={**{'/a/*': {'methods': ['PUT']}}, '/b/*': {}})", 'methods=["PUT"]'),
        ("CORS(app, resources={\n    '/a/*': {},\n    '/a/b/*': {},\n})", 'dict.fromkeys(["/a/b", "/a"]'),
        ("CORS(app, resources={\n    '/(a|b)/*': {},\n})", 'dict.fromkeys(["/a", "/b"]'),
        ("CORS(app, resources={\n    '/a/*': {'origins': []},\n    '/b/*': {},\n})", 'paths={"/b": Policy('),
        (
            "CORS(app, resources={\n    '/a/*': {'origins': []},\n    '/*': {},\n})",
            '"/a": SAME_ORIGIN.replace(guard="report")',
        ),
        ("CORS(app, resources={**{'/a/*': {}}, '/b/*': {}})", 'dict.fromkeys(["/a", "/b"]'),
        ("X = {'x': {'methods': ['PUT']}}\nCORS(app, resources={'/a/*': X['x']})", 'methods=["PUT"]'),
        (
            "import os\nX = {'/a/*': {'origins': os.environ['O']}}\nCORS(app, resources=X)",
            "policy_from_flask_cors(",
        ),
        (
            "app.config.update(X=1)\nfrom flask_restful import Api\napi = Api(app, prefix='/v1')\napi.add_resource(app, '/x', '/y')\nCORS(app, resources='/v1/*')",
            '"/v1"',
        ),
        (
            "from flask_restful import Api\nbp = Blueprint('b', __name__, url_prefix='/v1')\napi = Api(bp)\napi.add_resource(app, '/x')\napp.register_blueprint(bp)\nCORS(app, resources='/v1/*')",
            '"/v1"',
        ),
        (
            "api = api\nbp = Blueprint('b', __name__, url_prefix=input())\n@bp.get('/x')\ndef v(): ...\n@api.get('/y')\ndef w(): ...\nregister_blueprint()\nCORS(app, resources='/v1/*')",
            '"/v1"',
        ),
    ],
)
def test_paths_become_rules(text, part, tmp_path):
    """In an order in which none hides another."""
    result = moved(tmp_path, f"{text}\n", head=HEAD)

    assert not result.is_open, result.lines
    assert part in " ".join(result.text.split()).replace("( ", "(").replace("[ ", "[")


def test_options_of_another_file_are_written_out(tmp_path):
    """As far as they are known."""
    files = {
        "app.py": f"{HEAD}import os\nfrom options import OPTIONS\n\nCORS(app, origins=os.environ['O'], **OPTIONS)\n",
        "options.py": "OPTIONS = {'methods': ['PUT'], 'supports_credentials': True}\n",
    }
    assert 'methods=["PUT"], ' in " ".join(moved(tmp_path, files=files).text.split())
    files["options.py"] = "import os\nOPTIONS = {'origins': os.environ['O']}\n"
    files["app.py"] = f"{HEAD}from options import OPTIONS\n\nCORS(app, **OPTIONS)\n"
    assert moved(tmp_path, files=files).by_hand == ["by-hand"]


def test_lines_that_are_broken_go_with_what_is_around_them(tmp_path):
    """But not those within a long text."""
    text = "CORS(app, origins=[\n    input(),\n])\n"
    assert "        origins=[\n            input(),\n        ],\n" in moved(tmp_path, text, head=HEAD).text
    text = 'CORS(app, origins=[\n    input(), """https://a.example""",\n])\n'
    assert "        origins=[\n    input(), " in moved(tmp_path, text, head=HEAD).text


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            "cors = CORS(  # shared\n)\n",
            'cors = CorsGuard(origins="*", allow_headers=["*", "Authorization"], guard="report"  # shared\n)',
        ),
        ("app.config['CORS_HEADERS'] = 1; x = 2\nCORS(app)\n", "\nx = 2\n"),
        ("x = 2; app.config['CORS_HEADERS'] = 1\nCORS(app)\n", "x = 2; pass\n"),
        ("app.config['CORS_ORIGINS'] = '*'\ncors = CORS()\n", "app.config['CORSGUARD_ORIGINS'] = '*'\n"),
        ("cors = CORS()\nCORS(app)\n", "cors = CorsGuard("),
        (
            "@app.get('/')\n@cross_origin(origins=('*'), )\ndef v(): ...\n",
            "@cors(origins=('*'), allow_headers=",
        ),
        (
            "CORS(app, resources={\n    '/a/*': {'origins': ('*')},\n})\n",
            "\"/a\": {'origins': ('*'), \"allow_headers\"",
        ),
        ("CORS(app, resources={\n    '/a/*': {'origins': '*'}\n  # all\n})\n", "\"/a\": {'origins': '*'"),
        (
            "app.config['CORS_RESOURCES'] = {'/*': {}}\n@app.get('/')\n@cross_origin()\ndef v(): ...\n",
            "@cors(",
        ),
        (
            "class A:\n    @staticmethod\n    def make():\n        return app\n\n\nCORS(A.make())\n",
            "CorsGuard(A.make(), ",
        ),
        ("def setup(app: 'Flask', thing: int):\n    CORS(app)\n", "CorsGuard(app, "),
        (
            "from flask_restx import Api\napi = Api(app, decorators=[cross_origin()], other=[1])\n",
            "decorators=[cors(",
        ),
        (
            "def get(x): ...\n\n\nget('/x')\nregister_blueprint(Blueprint('b', 'b'))\nCORS(app, resources='/x/*')\n",
            '"/x"',
        ),
        (
            "bp = Blueprint('b', __name__)\ndef f(register_blueprint):\n    register_blueprint(bp, url_prefix='/p')\n@bp.get('/x')\ndef v(): ...\nCORS(app, resources='/p/*')\n",
            '"/p"',
        ),
        (
            "from flask_restx import Namespace\nns = Namespace()\n@ns.route('/x')\nclass V: ...\nCORS(app, resources='/x/*')\n",
            '"/x"',
        ),
        (
            "CORS(app, resources='*')\n@app.after_request\ndef h(r):\n    r.headers['Access-Control-Allow-Origin'] = '*'\n",
            'origins="*"',
        ),
        ("CORS(app)\nsend('Access-Control-Allow-Methods')\n", 'origins="*"'),
        ("X = 1\nCORS(app, origins=X.split(','))\n", "policy_from_flask_cors("),
    ],
)
def test_small_things_are_written_well(text, part, tmp_path):
    """Each as it is there."""
    result = moved(tmp_path, text, head=HEAD)

    assert not result.is_open, result.lines
    assert part in result.text


@pytest.mark.parametrize(
    "text",
    [
        "x = CORS(app)\nx.other()",
        "cors = CORS()\nsetup = cors.init_app\nother = 1\nother.init_app(app)\nelse_ = app.CORS",
        "class CORS2:\n    CORS = 1\n\n\nprint(CORS2.CORS)\nCORS(app)",
        "@app.get('/')\n@cross_origin(ressources={'/a/*': {}})\ndef v(): ...",
        "method_decorators = [cross_origin()]\nother = [cross_origin()]\nf(x=[cross_origin()])",
        "cross_origin()()",
        "bp = Blueprint('b', __name__)\nbp.register_blueprint(bp)\n@bp.get('/x')\ndef v(): ...\nCORS(app, resources='/x/*')",
        "Base = print()\n\n\nclass C(Base):\n    pass\n\n\nCORS(app, origins=C.x)",
        "def a():\n    cors = CORS()\n    return cors\n\n\ndef b():\n    cors = print()\n    cors.init_app(app)",
        "import app as module\nCORS(module())",
        "CORS(app, **1)",
        "CORS(app, **'x'.y)",
        "cors = print()\ncors.init_app(app)\ncross_origin.init_app()",
        "names = CORS()\nnames = 1\nif input():\n    names = other = print\nnames.init_app(app)",
        "def setup(x: unknown):\n    CORS(x)\n\n\nclass Q(unknown):\n    pass\n\n\nCORS(Q())",
        "CORS(Blueprint('b', __name__), supports_credentials=True)",
        "import os\nos.environ['CORS_ORIGINS']\napp.config.from_object(1)\napp.config.from_object('none.at.all')\nCORS(app)",
        "CORS(app, origins=['https://a.example'])\nsend('Access-Control-Allow-Origin')",
        "def many():\n    return 1\n    return 2\n\n\nCORS(app, **many())",
        "import app\nimport nowhere\nfrom nowhere import *\nCORS(app)\nCORS(nothing)\nCORS(app.nothing)",
        "f = lambda x: CORS(x)\ng = [CORS(y) for y in [1]]",
        "cors = CORS()\nother = thing = Flask('x')\nother.init_app(app)\ncors = 1\ncors.init_app(app)",
        "class K:\n    pass\n\n\ndef setup(x: K):\n    CORS(x)",
        "import nothing.at.all\nCORS(nothing.at.all)",
        "def f(*args, app):\n    CORS(app)\n\n\nf(app=app)",
        "if input():\n    CORS(app)\nelif input():\n    CORS(app)\nif input():\n    CORS(app)\n    return_ = 1",
        "class C:\n    x = C.x\n\n\nCORS(app, origins=C.x)",
        "class C(D):\n    pass\n\n\nclass D(C):\n    pass\n\n\nCORS(app, origins=C.x)\nCORS(C())",
        "f = lambda origins='*': CORS(app, origins=origins)",
        "def loop():\n    return loop()\n\n\nCORS(app, **loop())",
        "a = b\nb = a\nCORS(a)",
        "class A(A):\n    pass\n\n\nCORS(A())",
        "class A:\n    pass\n\n\nCORS(A().thing)",
        "def make():\n    return make()\n\n\nCORS(make())",
        "def f(app=1):\n    CORS(app)\n\n\nf(*[1])\nf(app=app)\nf()",
        "class C:\n    def __init__(self, thing):\n        CORS(thing)\n\n\nC(app)",
        "class C:\n    def f(cls, thing):\n        CORS(thing)\n\n\nC().f(app)",
        "thing = app if input() else Flask('x')\nCORS(thing)",
        "thing = None or app\nCORS(thing)",
        "CORS((lambda app: app)(app))",
        "f = lambda app: CORS(app)",
        "self = 1\nCORS(self)",
        "with app.app_context() as c:\n    CORS(c)",
        "for each, *others in [1]:\n    CORS(app)",
        "try:\n    pass\nexcept ValueError as e:\n    CORS(app)",
        "[CORS(app) for app in [1]]",
        "(y := CORS(app))",
        "self.x = 1\napp.y = 2\nx[1] = 2\nCORS(app)",
        "@print\nclass C(Flask, metaclass=type):\n    def f(self, *a, **k) -> int:\n        CORS(self)",
        "import app\nCORS(app.thing)",
        "a1 = app\n" + "\n".join(f"a{n + 1} = a{n}" for n in range(1, 20)) + "\nCORS(a20)",
        "o1 = '*'\n" + "\n".join(f"o{n + 1} = [*o{n}]" for n in range(1, 20)) + "\nCORS(app, origins=o20)",
        "CORS(app, origins='a' - 1 or {**{'a': 1}})",
        "CORS(app, resources={'/a/*': {}, 7: {}, None: {}})",
        "CORS(app, origins={'a': {'origins': ['https://a.example']}, '*': {}})",
        "CORS(app, suport_credentials=True, completely_else=1)",
        "import re\nCORS(app, origins=re.compile(r'https://a\\.example\\b'))",
        "CORS(app, resources={r'/api\\b.*': {}})",
        "x = {**input(), 'a': 1}\nx[0] = x['CORS_'] = 1\napp.config[input()] = 2\nCORS(app)",
        "KEY = 1\napp.config[KEY] = 2\napp.config |= {'CORS_METHODS': ['PUT']}\nCORS(app)",
        "app.config |= input()\napp.config.update(CORS_METHODS=['PUT'], **input())\nCORS(app)",
    ],
)
def test_strange_programs_never_break_the_command(text, tmp_path):
    """They are moved, or left to the user, and stay programs."""
    result = moved(tmp_path, f"{text}\n", head=HEAD)

    compile(result.text, "app.py", "exec")


def test_options_without_a_place_are_left_out_of_what_run_time_reads(tmp_path):
    """The function for run time ignores them, and nobody has to read them."""
    text = text_of(tmp_path, "import os\nCORS(app, origins=os.environ['O'], send_wildcard=True)\n")

    assert "policy_from_flask_cors(origins=os.environ['O'], on_problem=" in text


def test_a_value_is_found_in_a_file_that_mentions_nothing_else(tmp_path, monkeypatch):
    """Of many files, it is parsed only when it is asked for; a file that is not Python has no value."""
    monkeypatch.setattr("flask_corsguard.migrate.project._MANY", 1)
    files = {"app.py": f"{HEAD}from values import O\nCORS(app, origins=O)\n", "values.py": f"O = {A}\n"}

    assert "CorsGuard(app, origins=O, allow_headers=" in moved(tmp_path, files=files).text
    files["values.py"] = "{% values %}"
    assert "policy_from_flask_cors(" in moved(tmp_path, files=files).text


def test_the_files_of_applications_without_flask_cors_are_not_parsed_and_no_file_twice(tmp_path, monkeypatch):
    """A thousand files are read as bytes, and a few as programs."""
    files = {
        "shop/__init__.py": "from .cart import (\n    bp,  # ours\n)\nfrom flask_cors import CORS\nCORS(app)\n",
        "shop/cart.py": "from flask import Blueprint, Flask\nimport shop.values as values\n",
        "shop/values.py": "app = Flask(__name__)\n",
        **{f"other/m{at}.py": "from flask import Blueprint\n" for at in range(40)},
        "other/app.py": "from flask import Flask\napp = Flask(__name__)\nfrom . import m1\n",
    }
    parsed = []

    def read(path, name, data):
        parsed.append(path.relative_to(tmp_path).as_posix())
        return read_source(path, name, data)

    monkeypatch.setattr("flask_corsguard.migrate.project.read_source", read)

    assert not moved(tmp_path, files=files).is_open
    assert sorted(parsed) == ["shop/__init__.py", "shop/cart.py", "shop/values.py"]


@pytest.mark.parametrize("is_enabled", [True, False])
def test_the_collector_of_memory_is_as_it_was_afterwards(tmp_path, is_enabled):
    """It is paused while files are looked through."""
    was_enabled = gc.isenabled()
    (gc.enable if is_enabled else gc.disable)()
    try:
        moved(tmp_path, "CORS(app)\n", head=HEAD)
        assert gc.isenabled() is is_enabled
    finally:
        if was_enabled:
            gc.enable()


def test_the_same_name_in_two_folders_is_the_one_beside(tmp_path):
    """As a script finds it."""
    files = {
        f"{name}/{file}.py": text
        for name in ("one", "two")
        for file, text in {
            "app": f"{HEAD}from settings import O\nCORS(app, origins=O)\n",
            "settings": f"O = ['https://{name}.example']\n" if name == "one" else "O = input()\n",
        }.items()
    }
    result = moved(tmp_path, files=files)

    assert "policy_from_flask_cors" not in result.files["one/app.py"]
    assert "policy_from_flask_cors" in result.files["two/app.py"]


@pytest.mark.parametrize(
    "load",
    [
        "app.config.from_prefixed_env()",
        "app.config.from_envvar('SETTINGS')",
        "app.config.from_object('elsewhere.Production')",
        "import os\napp.config.from_object(os.environ['SETTINGS'])",
        "app.config.from_pyfile('local.cfg', silent=True)",
        "app.config.from_pyfile(input())",
        "app.config.from_pyfile(filename='local.cfg')",
    ],
)
def test_a_configuration_from_outside_may_name_the_origins(load, tmp_path):
    """The code alone would open an application that its environment had closed."""
    after = text_of(tmp_path, f"{load}\nCORS(app)\n")

    assert 'policy_from_flask_cors(origins=app.config.get("CORS_ORIGINS", "*"), ' in after
    assert 'supports_credentials=app.config.get("CORS_SUPPORTS_CREDENTIALS", False), ' in after
    assert moved(tmp_path, f"{load}\nCORS(app, supports_credentials=True)\n", head=HEAD).asked == [
        "any-origin-with-credentials"
    ]
    after = text_of(tmp_path, f"{load}\napp.config['CORS_ORIGINS'] = {A}\nCORS(app)\n")
    assert "app.config['CORS_ORIGINS'] = " in after
    assert "@cors(origins=" in text_of(tmp_path, f"{load}\n@app.get('/')\n@cross_origin()\ndef v(): ...\n")


def test_a_key_that_is_set_in_some_cases_has_its_default_in_the_others(tmp_path):
    """Everyone, so with credentials it is asked about."""
    text = f"if app.debug:\n    app.config['CORS_ORIGINS'] = {A}\nCORS(app, supports_credentials=True)\n"

    assert moved(tmp_path, text, head=HEAD).asked == ["any-origin-with-credentials"]
    text = text.replace(", supports_credentials=True", "")
    assert 'origins=app.config.get("APP_CORS_ORIGINS", "*")' in text_of(tmp_path, text)
