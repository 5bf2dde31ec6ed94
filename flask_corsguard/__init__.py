"""CORS for Flask and WSGI applications, exactly as the Fetch standard says, and a guard beside it."""

from .core.decision import Decision as Decision
from .core.decision import Request as Request
from .core.decision import decide as decide
from .core.errors import PolicyError as PolicyError
from .core.errors import Problem as Problem
from .core.origin import Origin as Origin
from .core.policy import SAME_ORIGIN as SAME_ORIGIN
from .core.policy import Policy as Policy
from .core.reasons import Kind as Kind
from .core.reasons import Reason as Reason
from .flask.decorator import cors as cors
from .flask.extension import CorsGuard as CorsGuard
from .flask.refusal import CrossOriginRefused as CrossOriginRefused
from .flask.refusal import cors_refused as cors_refused
from .flask.warnings.warning import CorsGuardWarning as CorsGuardWarning
from .wsgi.middleware import CorsMiddleware as CorsMiddleware
