"""The application with live origins for ASGI; where it is started is what they list."""

from __future__ import annotations

from flask_corsguard import Policy
from flask_corsguard.asgi import CorsMiddleware
from live.pid_asgi import pid
from live.served import partners

application = CorsMiddleware(pid, Policy(origins=[partners], credentials=True))
