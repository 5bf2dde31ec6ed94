from flask import Flask, jsonify
from flask_cors import CORS


class Service(Flask):
    def __init__(self, name):
        super().__init__(name)
        self.setup()

    def setup(self):
        # Who may call us.
        CORS(
            self,
            origins=[
                "https://app.example",  # production
            ],
            supports_credentials=True,
            send_wildcard=False,
        )


app = Service(__name__)


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
