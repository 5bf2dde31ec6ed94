"""What counts one request: bytecodes, calls, bytes of memory, and the functions that run.

A process of its own counts, because coverage traces the one of the tests.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, NamedTuple

from .scenarios.applications import WSGIApplication, start_response
from .scenarios.requests import Environ


class Count(NamedTuple):
    """What runs: bytecodes, calls of Python functions, calls of C functions."""

    bytecodes: int
    calls: int
    c_calls: int

    def without(self, other: Count) -> Count:
        """Return what is left when *other* is taken away."""
        return Count(*(mine - less for mine, less in zip(self, other, strict=True)))


def count(app: WSGIApplication, environ: Environ, warm: int) -> Count:
    """Count one request, after *warm* equal ones."""
    for _ in range(warm):
        app(dict(environ), start_response)
    calls = c_calls = 0

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls, c_calls
        calls += event == "call"
        c_calls += event == "c_call"

    bytecodes = count_bytecodes(app, dict(environ))
    request = dict(environ)
    sys.setprofile(profile)
    app(request, start_response)
    sys.setprofile(None)
    # The last call that is seen is the one that switches the profile off.
    return Count(bytecodes, calls, c_calls - 1)


def count_bytecodes(app: WSGIApplication, environ: Environ) -> int:
    """Count the bytecodes of one request."""
    bytecodes = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        nonlocal bytecodes
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        bytecodes += event == "opcode"
        return trace

    def monitor(code: CodeType, _offset: int) -> None:
        nonlocal bytecodes
        bytecodes += code is not count_bytecodes.__code__

    if sys.version_info < (3, 12):
        sys.settrace(trace)
        app(environ, start_response)
        sys.settrace(None)
        return bytecodes
    # Since Python 3.12 a tracer that asks for bytecodes in the middle of a request misses some.
    monitoring = sys.monitoring
    monitoring.use_tool_id(monitoring.PROFILER_ID, __name__)
    monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.INSTRUCTION, monitor)
    monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.INSTRUCTION)
    app(environ, start_response)
    monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.NO_EVENTS)
    monitoring.free_tool_id(monitoring.PROFILER_ID)
    return bytecodes


def peak_of(app: WSGIApplication, environ: Environ) -> int:
    """Return the most bytes that a request uses at one time."""
    app(dict(environ), start_response)
    request = dict(environ)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    app(request, start_response)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - before


def functions_of(module: str, app: WSGIApplication, environ: Environ) -> list[str]:
    """Return the names of the functions of *module* that a request runs."""
    names: set[str] = set()

    def profile(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_globals.get("__name__") == module:
            names.add(frame.f_code.co_name)

    request = dict(environ)
    sys.setprofile(profile)
    app(request, start_response)
    sys.setprofile(None)
    return sorted(names)
