from flask_cors import CORS
db = object()
cors = CORS()
