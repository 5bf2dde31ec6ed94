from quart import Quart
from flask_cors import CORS

app = Quart(__name__)
CORS(app)
