"""Scenarios: what is asked, of which application, under which policy, and what the log does meanwhile.

`make bench`, `make instructions` and `make counts` measure the same scenarios, in seconds, in machine
instructions and in bytecodes. What they share is written here, once. These modules import nothing of the
rest of ``benchmarks``: a process whose instructions are counted loads little else.
"""
