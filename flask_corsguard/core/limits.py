"""How much of a request is read, and how much is remembered of the requests before it."""

from __future__ import annotations

from typing import Final

#: Longest list of requested headers that is compared with ``"*"``, in bytes. Browsers send a few hundred;
#: servers accept about eight kilobytes of headers in all; and with credentials the names are sent back.
MAX_WILDCARD_LIST_LENGTH: Final = 4096

#: Longest method that ``"*"`` covers, in bytes: twice the longest registered one, UPDATEREDIRECTREF.
MAX_WILDCARD_METHOD_LENGTH: Final = 34

#: What proxies may add to a list of requested headers, in bytes: spaces and empty elements.
LIST_SLACK: Final = 64

#: How many allowed origins a policy remembers its answers to; most policies list fewer. Answers to further
#: origins are made for each request. None is forgotten for a newcomer: under a pattern, anyone can send new
#: ones.
MAX_KNOWN_ORIGINS: Final = 1024
