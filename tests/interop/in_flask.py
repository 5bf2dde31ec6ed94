"""The application in Flask: policies on blueprints, on a view, by path, and the closed one for the rest."""

from __future__ import annotations

from flask import Blueprint, Flask, request, send_from_directory

from flask_corsguard import CorsGuard, cors
from interop.bare import CHUNKS, FILE
from interop.policies import CREDENTIALED, LISTED
from interop.recorder import Recorder

api = cors(LISTED)(Blueprint("api", __name__, url_prefix="/api"))
account = cors(CREDENTIALED)(Blueprint("account", __name__, url_prefix="/account"))
application = Flask(__name__, static_folder=None)


def text_or_made():
    """Answer with a text, or with the length of what came."""
    return f"made {len(request.get_data())}\n" if request.method == "POST" else "text\n"


api.add_url_rule("/items", "items", text_or_made, methods=["GET", "POST"])
account.add_url_rule("", "account", text_or_made, methods=["GET", "POST"])
application.add_url_rule("/open", "open", cors(origins="*")(lambda: text_or_made()), methods=["GET", "POST"])
application.add_url_rule("/closed", "closed", text_or_made, methods=["GET", "POST"])


@api.get("/folder/")
def folder():
    """Answer where the URL has its slash; Flask redirects to it."""
    return "text\n"


@api.get("/fail")
def fail():
    """Fail in the view."""
    raise ValueError


@api.get("/stream")
def stream():
    """Answer piece by piece."""
    return iter(CHUNKS), {"Content-Type": "text/plain"}


@application.get("/files/<path:name>")
def file(name):
    """Answer with a file."""
    return send_from_directory(FILE.parent, name)


@application.get("/downloads/file")
@cors(CREDENTIALED)
def download():
    """Answer where nginx sends the headers in the documentation."""
    return "text\n"


application.register_blueprint(api)
application.register_blueprint(account)
application.wsgi_app = Recorder(application.wsgi_app)
CorsGuard(application, paths={"/files": LISTED})
