import flask_cors as fc
import flask


def outer():
    def make():
        application = flask.Flask(__name__)
        fc.CORS(application, origins="https://app.example", send_wildcard=False)

        @application.get("/x")
        def x():
            return "x"

        return application

    return make()


create_app = outer
