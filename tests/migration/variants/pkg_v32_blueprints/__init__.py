from flask import Flask

from .a import bp as a
from .b import bp as b

app = Flask(__name__)
app.register_blueprint(a, url_prefix="/a")
app.register_blueprint(b)
