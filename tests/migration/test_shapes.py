"""Shapes of programs: what takes the place of each, what is asked, and what is left to do by hand."""

from __future__ import annotations

import pytest

from migration.moving import HEAD, call_of, moved

EVERY = 'allow_headers=["*", "Authorization"], guard="report"'


@pytest.mark.parametrize(
    ("call", "after"),
    [
        ("CORS(app)", f'CorsGuard(app, origins="*", {EVERY})'),
        ("CORS(app=app)", f'CorsGuard(app=app, origins="*", {EVERY})'),
        ("cors = CORS(app)", f'CorsGuard(app, origins="*", {EVERY})'),
        ("cors = CORS(app)\nprint(cors)", f'cors = CorsGuard(app, origins="*", {EVERY}) print(cors)'),
        ("cors: CORS = CORS(app)", f'cors: CorsGuard = CorsGuard(app, origins="*", {EVERY})'),
        ("a = b = CORS(app)", f'a = b = CorsGuard(app, origins="*", {EVERY})'),
        ("CORS(app,)", f'CorsGuard(app, origins="*", {EVERY})'),
        ("CORS(app); print(1)", f'CorsGuard(app, origins="*", {EVERY}); print(1)'),
        ("CORS(app, resources='*')", f'CorsGuard(app, origins="*", {EVERY})'),
        (
            "CORS(app, resources=r'/*', methods=['PUT'])",
            f"CorsGuard(app, origins=\"*\", methods=['PUT'], {EVERY})",
        ),
        ("CORS(app, resources={'/*': {'origins': []}})", 'CorsGuard(app, guard="report")'),
        ("CORS(app, origins=[], resources=['/a', '/b'])", 'CorsGuard(app, guard="report")'),
        ("CORS(app, **{'origins': '*'})", f"CorsGuard(app, origins='*', {EVERY})"),
        ("CORS(app, **dict(origins='*'))", f"CorsGuard(app, origins='*', {EVERY})"),
        (
            "def options():\n    return {'origins': '*'}\n\n\nCORS(app, **options())",
            f"def options(): return {{'origins': '*'}} CorsGuard(app, origins='*', {EVERY})",
        ),
        (
            "if __name__ == '__main__':\n    CORS(app)",
            f"if __name__ == '__main__': CorsGuard(app, origins=\"*\", {EVERY})",
        ),
        ("cors = CORS()\ncors.init_app(app)", f'cors = CorsGuard(origins="*", {EVERY}) cors.init_app(app)'),
        ("cors = CORS()", f'cors = CorsGuard(origins="*", {EVERY})'),
        (
            "cors = CORS(methods=['PUT'])\ncors.init_app(app, origins='*')",
            f"cors = CorsGuard() cors.init_app( app, origins='*', methods=['PUT'], {EVERY}, )",
        ),
        ("cors = CORS(app)\ncors.init_app(app)", f'cors = CorsGuard(app, origins="*", {EVERY})'),
    ],
)
def test_an_application_is_initialised_with_the_policy(call, after, tmp_path):
    """The variable that nobody reads goes, and everything else stays."""
    assert call_of(tmp_path, f"{call}\n") == after


def test_the_guard_can_enforce_at_once(tmp_path):
    """That is the default, and is not written."""
    assert (
        call_of(tmp_path, "CORS(app)\n", guard="enforce")
        == 'CorsGuard(app, origins="*", allow_headers=["*", "Authorization"])'
    )
    text = "CORS(app, resources={\n    '/a/*': {},\n    '/b/*': {'methods': ['PUT']},\n})\n"
    after = moved(tmp_path, text, head=HEAD, guard="enforce").text
    assert '"/a": {"origins": "*", "allow_headers": ["*", "Authorization"]}' in after
    text = "CORS(app, resources={'/a/*': {}, '/b/*': {'origins': []}})\n"
    after = moved(tmp_path, text, head=HEAD, guard="enforce").text
    assert "guard" not in after.replace("CorsGuard", "").replace("corsguard", "")
    marked = moved(
        tmp_path, "@app.get('/')\n@cross_origin(origins=[])\ndef view(): ...\n", head=HEAD, guard="enforce"
    ).text
    assert "@cors(SAME_ORIGIN)\n" in marked
    assert "CorsGuard(app)\n" in marked


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "CORS(\n    app,\n    origins=['https://a.example'],  # ours\n)",
            'CorsGuard(\n    app,\n    origins=[\'https://a.example\'],  # ours\n    allow_headers=["*", "Authorization"],\n'
            '    guard="report",\n)',
        ),
        (
            "CORS(\n    app,\n    origins=['https://a.example']  # ours\n)",
            'CorsGuard(\n    app,\n    origins=[\'https://a.example\'],  # ours\n    allow_headers=["*", "Authorization"],\n'
            '    guard="report"\n)',
        ),
        (
            "CORS(\n    app,  # the shop\n    send_wildcard=True,\n    # Who.\n    origins='*',\n    always_send=True,\n)",
            'CorsGuard(\n    app,  # the shop\n    # Who.\n    origins=\'*\',\n    allow_headers=["*", "Authorization"],\n'
            '    guard="report",\n)',
        ),
        (
            "CORS(\n    app,  # the shop\n    send_wildcard=True,\n    origins='*',\n)",
            'CorsGuard(\n    app,  # the shop\n    origins=\'*\',\n    allow_headers=["*", "Authorization"],\n'
            '    guard="report",\n)',
        ),
        (
            "CORS(app, send_wildcard=True,\n     # who\n     origins='*')",
            'CorsGuard(app, \n     # who\n     origins=\'*\',\n     allow_headers=["*", "Authorization"],\n     guard="report")',
        ),
        (
            "CORS(  # here\n    app)",
            'CorsGuard(  # here\n    app,\n    origins="*",\n    allow_headers=["*", "Authorization"],\n    guard="report")',
        ),
        (
            "CORS(  # all of it\n    app, supports_credentials=False)",
            'CorsGuard(  # all of it\n    app, credentials=False, origins="*", allow_headers=["*", "Authorization"], guard="report")',
        ),
        (
            "CORS(app, resources={  # who\n    '/a/*': {'origins': '*', 'always_send': True},\n})",
            "CorsGuard(app, paths={  # who\n"
            '    "/a": {\'origins\': \'*\', "allow_headers": ["*", "Authorization"], "guard": "report"},\n'
            '}, guard="report")',
        ),
        (
            "import os\nCORS(\n    app,  # ours\n    origins=os.environ['O'],\n)",
            "import os\nCorsGuard(\n    app,  # ours\n    policy_from_flask_cors(origins=os.environ['O'],\n"
            '    on_problem="warn",\n    guard="report"),\n)',
        ),
        (
            "import os\nCORS(\n    app,  # ours\n    **{'origins': os.environ['O']}\n)",
            "import os\nCorsGuard(\n    app,  # ours\n    policy_from_flask_cors(origins=os.environ['O'], on_problem=\"warn\", "
            'guard="report")\n)',
        ),
        (
            "CORS(app, origins=['https://a.example',  # ours\n                   'https://B.example'])",
            "CorsGuard(app, origins=['https://a.example',  # ours\n"
            '                   "https://b.example"], allow_headers=["*", "Authorization"], guard="report")',
        ),
    ],
)
def test_comments_and_lines_stay_where_they_are(before, after, tmp_path):
    """Only what has to change changes."""
    text = moved(tmp_path, f"{before}\n", head=HEAD).text

    assert text.endswith(f"app = Flask(__name__)\n{after}\n")


TUNE = "def tune(options):\n    options['origins'] = input()\n\n\n"
BY_HAND = [
    ("opaque-options", "import json\nCORS(app, **json.loads('{}'))"),
    ("opaque-options", "CORS(Blueprint('b', __name__), **input())"),
    ("opaque-options", "@app.get('/')\n@cross_origin(**input())\ndef view(): ..."),
    ("opaque-options", "NAMES = {input(): 1}\nCORS(app, **NAMES)"),
    ("opaque-options", "MORE = {**input()}\nCORS(app, **MORE)"),
    ("opaque-options", "def options(x):\n    return {}\n\n\nCORS(app, **options(1))"),
    ("opaque-options", "MORE = {'origins': '*'}\nMORE['origins'] = ['https://a.example']\nCORS(app, **MORE)"),
    ("opaque-options", "MORE = dict(origins='*')\nMORE.update(input())\nCORS(app, **MORE)"),
    ("opaque-options", "MORE = {'origins': '*'}\nMORE |= input()\nCORS(app, **MORE)"),
    ("opaque-options", "MORE = {'origins': ['*']}\nMORE['origins'][0] = input()\nCORS(app, **MORE)"),
    ("opaque-options", f"{TUNE}MORE = {{'origins': '*'}}\ntune(MORE)\nCORS(app, **MORE)"),
    ("opaque-options", f"{TUNE}MORE = {{'origins': '*'}}\ntune(options=MORE)\nCORS(app, **MORE)"),
    ("opaque-options", "@input()\ndef options():\n    return {'origins': '*'}\n\n\nCORS(app, **options())"),
    ("run-time-paths", "CORS(app, resources=input())"),
    ("run-time-paths", f"{TUNE}X = {{'/a/*': {{}}}}\ntune(X['/a/*'])\nCORS(app, resources=X)"),
    ("run-time-paths", "CORS(app, resources={'/a/*': input()})"),
    ("run-time-paths", "X = {'/a/*': input()}\nCORS(app, resources=X)"),
    ("run-time-paths", "CORS(app, resources={'/a/*': {'methods': ['PUT']} if input() else {}})"),
    ("run-time-paths", "CORS(app, resources=input() or {'/a/*': {}})"),
    ("run-time-paths", "X = {'origins': '*'}\nX['origins'] = input()\nCORS(app, resources={'/a/*': X})"),
    ("run-time-paths", "X = {'/a/*': {}}\nX['/a/*']['origins'] = input()\nCORS(app, resources=X)"),
    ("run-time-paths", "X = {'/a/*': {}}\nX['/a/*'] = {'origins': []}\nCORS(app, resources=X)"),
    ("paths-of-blueprint", "CORS(Blueprint('b', __name__), resources={'/*': input()})"),
    ("unknown-target", "CORS(input())"),
    ("unknown-target", "thing = app if input() else Blueprint('b', __name__)\nCORS(thing)"),
    ("two-calls", "CORS(app)\nif input():\n    CORS(app, origins=['https://a.example'])"),
    ("two-calls", "CORS(app, methods=['PUT'])\nCORS(app, origins=input())"),
    ("two-calls", "CORS(app, methods=['PUT'])\nCORS(app, **input())"),
    ("asgi", "from quart import Quart\nCORS(Quart(__name__))"),
    ("asgi", "import quart_cors"),
    ("asgi", "from fastapi import FastAPI\nCORS(FastAPI())"),
    ("unclear", "from flask_cors.core import get_cors_options"),
    ("unclear", "from flask_cors import *"),
    ("unclear", "import flask_cors\nflask_cors.core.set_cors_headers(1, 2)"),
    ("unclear", "print(CORS)"),
    ("unclear", "class Mine(CORS):\n    pass"),
    ("decorator", "public = cross_origin()"),
    ("decorator", "@app.errorhandler(404)\n@cross_origin()\ndef missing(error): ..."),
    (
        "paths-of-blueprint",
        "bp = Blueprint('b', __name__, url_prefix='/b')\nCORS(bp, resources=['/b/x', '/b/y'])",
    ),
    (
        "paths-of-blueprint",
        "bp = Blueprint('b', __name__, url_prefix='/b')\nCORS(bp, resources='/b/x')\n"
        "@bp.get('/x')\ndef x(): ...\n@bp.get('/y')\ndef y(): ...",
    ),
    (
        "two-policies",
        "CORS(app, origins=input())\nCORS(Blueprint('b', __name__), origins=['https://a.example'])",
    ),
    (
        "hidden-mark",
        "def bare(f):\n    def g():\n        return f()\n    return g\n\n@app.get('/')\n@bare\n@cross_origin()\ndef v(): ...",
    ),
    (
        "conditional",
        "if input():\n    CORS(app)\n\n@app.get('/')\n@cross_origin(origins=['https://a.example'])\ndef v(): ...",
    ),
    (
        "order-of-paths",
        "CORS(app, resources={'/a/*': {'methods': ['PUT']}, '/a': {}})\n@app.get('/a')\ndef v(): ...\n@app.get('/a/b')\ndef w(): ...",
    ),
]


@pytest.mark.parametrize(("code", "text"), BY_HAND)
def test_what_the_program_cannot_do_is_left_to_the_user(code, text, tmp_path):
    """It shows what to write, and changes nothing."""
    answers = {"http-with-credentials": "keep", "path-regex": "as-written"}
    result = moved(tmp_path, f"{text}\n", head=HEAD, answers=answers)

    assert code in result.by_hand, result.lines
    assert result.is_open
    assert "flask_corsguard" not in result.text


QUESTIONS = [
    ("any-origin-with-credentials", "CORS(app, supports_credentials=True)"),
    ("never-matched", "CORS(app, origins='a.example')"),
    ("never-matched", "CORS(app, resources={'api/*': {}})"),
    (
        "never-matched",
        "bp = Blueprint('b', __name__, url_prefix='/b')\nCORS(bp, resources={'/x/*': {}})\n@bp.get('/x')\ndef x(): ...",
    ),
    ("ignored-option", "CORS(app, origin='https://a.example')"),
    ("ignored-option", "@app.get('/')\n@cross_origin(origin='https://a.example')\ndef view(): ..."),
    ("above-route", "@cross_origin()\n@app.get('/')\ndef view(): ..."),
    ("above-route", "@app.get('/')\n@cross_origin\ndef view(): ..."),
    (
        "wider-than-app",
        "CORS(app, origins=['https://a.example'])\n@app.get('/')\n@cross_origin()\ndef view(): ...",
    ),
    ("wider-than-app", "CORS(app, origins=input())\n@app.get('/')\n@cross_origin()\ndef view(): ..."),
    (
        "wider-than-app",
        "CORS(app)\n@app.get('/')\n@cross_origin(origins=['https://a.example'], supports_credentials=True)\ndef view(): ...",
    ),
    ("http-with-credentials", "CORS(app, origins=['http://a.example'], supports_credentials=True)"),
    (
        "exposed-star",
        "CORS(app, origins=['https://a.example'], supports_credentials=True, expose_headers='*')",
    ),
    ("header-regex", "CORS(app, allow_headers=['X-.*'])"),
    ("origin-regex", "CORS(app, origins='http://localhost:[0-9]{4}')"),
    ("path-regex", "CORS(app, resources='/a')\n@app.get('/a/b')\ndef view(): ..."),
    ("path-regex", r"CORS(app, resources=r'/\w+/x')"),
    ("late-config", "CORS(app)\napp.config['CORS_ORIGINS'] = ['https://a.example']"),
    (
        "hand-reflection",
        "CORS(app, origins=['https://a.example'])\n@app.after_request\ndef hook(r):\n    r.headers['Access-Control-Allow-Origin'] = input()\n    return r",
    ),
    (
        "hand-reflection",
        "CORS(app, resources=['/x'])\n@app.after_request\ndef hook(r):\n    r.headers['Access-Control-Allow-Origin'] = input()\n    return r",
    ),
    (
        "hand-reflection",
        "CORS(app)\n@app.after_request\ndef hook(r):\n    r.headers['Access-Control-Allow-Credentials'] = 'true'\n    return r",
    ),
    (
        "socketio-inside",
        "from flask_socketio import SocketIO\ndef sockets():\n    SocketIO(app)\nsockets()\nCORS(app)",
    ),
    (
        "socketio-inside",
        "from flask_socketio import SocketIO\ndef one():\n    CORS(app)\ndef two():\n    SocketIO(app)",
    ),
    ("socketio-inside", "from flask_socketio import SocketIO\ns = SocketIO(app)\nCORS(app)"),
    ("null-with-credentials", "CORS(app, origins=['null'], supports_credentials=True)"),
    ("private-network-any-origin", "CORS(app, allow_private_network=True)"),
]


@pytest.mark.parametrize(("identity", "text"), QUESTIONS)
def test_what_the_program_must_not_decide_is_asked(identity, text, tmp_path):
    """Nothing changes before it is answered."""
    result = moved(tmp_path, f"{text}\n", head=HEAD)

    assert identity in result.asked, result.lines
    assert "flask_corsguard" not in result.text


@pytest.mark.parametrize(("identity", "text"), QUESTIONS)
def test_to_leave_it_closed_is_always_an_answer(identity, text, tmp_path):
    """With it the program is moved, and imports Flask-CORS no more."""
    result = moved(tmp_path, f"{text}\n", head=HEAD, answers={identity: "closed"})

    assert not result.is_open, result.lines
    assert "flask_cors " not in result.text
    compile(result.text, "app.py", "exec")


@pytest.mark.parametrize(
    ("identity", "answer", "text", "part"),
    [
        (
            "any-origin-with-credentials",
            "no-credentials",
            "CORS(app, supports_credentials=True)",
            'origins="*"',
        ),
        (
            "any-origin-with-credentials",
            "no-credentials",
            "CORS(app, origins='https://.*', supports_credentials=True)",
            '["https://*:*"]',
        ),
        (
            "any-origin-with-credentials",
            ("https://b.example",),
            "CORS(app, origins='https://.*', supports_credentials=True)",
            '["https://b.example"]',
        ),
        (
            "any-origin-with-credentials",
            ("https://b.example",),
            "CORS(app, supports_credentials=True)",
            '["https://b.example"]',
        ),
        (
            "any-origin-with-credentials",
            ("https://b.example",),
            "import os\nCORS(app, origins=os.environ.get('O', '*'), supports_credentials=True)",
            'answers={"any-origin-with-credentials": ["https://b.example"]}, on_problem=',
        ),
        (
            "any-origin-with-credentials",
            "closed",
            "import os\nCORS(app, origins=os.environ.get('O', '*'), supports_credentials=True)",
            'answers={"any-origin-with-credentials": "closed"}, on_problem=',
        ),
        (
            "any-origin-with-credentials",
            "no-credentials",
            "import os\nCORS(app, origins=os.environ.get('O', '*'), supports_credentials=True)",
            'supports_credentials=True, answers={"any-origin-with-credentials": "no-credentials"}',
        ),
        (
            "http-with-credentials",
            "keep",
            "import os\nCORS(app, origins=['http://a.example', os.environ['O']], supports_credentials=True)",
            'answers={"http-with-credentials": "keep"}, on_problem=',
        ),
        ("never-matched", "as-written", "CORS(app, origins='a.example')", '["https://a.example"]'),
        (
            "never-matched",
            ("https://b.example",),
            "CORS(app, origins=['a.example', 'https://a.example'])",
            "[\"https://b.example\", 'https://a.example']",
        ),
        ("never-matched", "as-written", "CORS(app, resources={'api/*': {}})", 'paths={"/api": '),
        (
            "never-matched",
            "as-written",
            "bp = Blueprint('b', __name__, url_prefix='/b')\nCORS(bp, resources={'/x/*': {}})\n@bp.get('/x')\ndef x(): ...",
            'cors(origins="*"',
        ),
        ("ignored-option", "keep", "CORS(app, origin='https://a.example')", 'origins="*"'),
        (
            "ignored-option",
            "as-written",
            "CORS(app, origin='https://a.example')",
            "origins=['https://a.example']",
        ),
        (
            "ignored-option",
            "as-written",
            "CORS(app, ressources={'/a/*': {'origins': 'https://a.example'}})",
            "paths={\"/a\": Policy(origins=['https://a.example'], ",
        ),
        (
            "ignored-option",
            "as-written",
            "@app.get('/')\n@cross_origin(ressources={'/a/*': {}})\ndef view(): ...",
            '@cors(origins="*"',
        ),
        ("above-route", "as-written", "@cross_origin()\n@app.get('/')\ndef view(): ...", '@cors(origins="*"'),
        ("above-route", "as-written", "@app.get('/')\n@cross_origin\ndef view(): ...", '@cors(origins="*"'),
        (
            "wider-than-app",
            "keep",
            "CORS(app, origins=['https://a.example'])\n@app.get('/')\n@cross_origin()\ndef view(): ...",
            '@cors(origins="*"',
        ),
        (
            "http-with-credentials",
            "keep",
            "CORS(app, origins=['http://a.example'], supports_credentials=True)",
            'dangerously_allow=["insecure-origins"]',
        ),
        (
            "http-with-credentials",
            "https",
            "CORS(app, origins=['http://a.example'], supports_credentials=True)",
            '["https://a.example"]',
        ),
        (
            "http-with-credentials",
            "https",
            "import re\nCORS(app, origins=[re.compile('https?://(a|b)(a|b)$')], supports_credentials=True)",
            "re.compile",
        ),
        (
            "exposed-star",
            ("X-A",),
            "CORS(app, origins=['https://a.example'], supports_credentials=True, expose_headers='*')",
            'expose_headers=["X-A"]',
        ),
        (
            "header-regex",
            ("X-A",),
            "CORS(app, allow_headers=['X-.*', 'X-B'])",
            'allow_headers=["X-B", "X-A"]',
        ),
        ("header-regex", "any", "CORS(app, allow_headers=['X-.*'])", 'allow_headers=["*", "Authorization"]'),
        (
            "origin-regex",
            ("http://localhost:*",),
            "CORS(app, origins='http://localhost:[0-9]{4}')",
            '["http://localhost:*"]',
        ),
        (
            "path-regex",
            "as-written",
            "CORS(app, resources='/a')\n@app.get('/a/b')\ndef view(): ...",
            '"/a": Policy(',
        ),
        (
            "late-config",
            "as-written",
            "CORS(app)\napp.config['CORS_ORIGINS'] = ['https://a.example']",
            'origins=["https://a.example"]',
        ),
        (
            "hand-reflection",
            ("https://b.example",),
            "CORS(app, origins=['https://a.example'])\n@app.after_request\ndef hook(r):\n    r.headers['Access-Control-Allow-Origin'] = input()\n    return r",
            '["https://b.example"]',
        ),
        (
            "socketio-inside",
            "keep",
            "from flask_socketio import SocketIO\ns = SocketIO(app)\nCORS(app)",
            'paths={"/socket.io": UNMANAGED}',
        ),
        (
            "socketio-inside",
            "keep",
            "from flask_socketio import SocketIO\ns = SocketIO()\ns.init_app(app)\nimport os\nCORS(app, origins=os.environ['O'])",
            'paths={"/socket.io": UNMANAGED}',
        ),
        (
            "socketio-inside",
            "keep",
            "from flask_socketio import SocketIO\ns = SocketIO(app=app)\nCORS(app,  # ours\n     origins=input())",
            'paths={"/socket.io": UNMANAGED}',
        ),
        (
            "socketio-inside",
            "keep",
            "from flask_socketio import SocketIO\ns = SocketIO(app)\nCORS(app, resources={'/*': {}})",
            '"/": Policy(',
        ),
    ],
)
def test_an_answer_is_applied(identity, answer, text, part, tmp_path):
    """The program is moved as the answer requires."""
    result = moved(tmp_path, f"{text}\n", head=HEAD, answers={identity: answer})

    assert not result.is_open, result.lines
    assert part in " ".join(result.text.split()).replace("( ", "(").replace("{ ", "{")


def test_answers_can_differ_from_file_to_file(tmp_path):
    """The id, an at sign, and the path of the file, with a line or without."""
    files = dict.fromkeys(("a.py", "b.py"), f"{HEAD}CORS(app, supports_credentials=True)\n")
    answers = {
        f"any-origin-with-credentials@{tmp_path / 'a.py'}": "closed",
        f"any-origin-with-credentials@{tmp_path / 'b.py'}:5": "no-credentials",
    }
    result = moved(tmp_path, files=files, answers=answers)

    assert 'CorsGuard(app, guard="report")' in result.files["a.py"]
    assert 'origins="*"' in result.files["b.py"]
