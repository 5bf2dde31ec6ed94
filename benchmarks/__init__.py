"""What the library costs, beside a floor and its peers.

``scenarios`` contains the requests, the applications and the policies. Three programs share it:
``make bench`` (``python -m benchmarks``) measures seconds, ``make instructions`` (``instructions.py``) counts
machine instructions, and ``make counts`` (``counts.py``) counts bytecodes and calls.

Of ``make bench``, rows (``rows_*.py``) define what is measured, each under a name of coordinates.
``measure.py`` and ``apart.py`` measure them, ``targets.py`` lists the bounds. ``table.py``, ``page.py`` and
``plots.py`` show the results. ``README.md`` explains how to run it, and how to read it.
"""
