"""Origins that live elsewhere: in Redis, a database or a file; read in the background, never in a request."""

from .native import Bell as Bell
from .origins import LiveOrigins as LiveOrigins
from .policies import LivePolicies as LivePolicies
from .source import Source as Source

__all__ = ["Bell", "LiveOrigins", "LivePolicies", "Source"]
