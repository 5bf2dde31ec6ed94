"""What the library costs, beside a floor and its peers.

``scenarios`` holds what is asked, of which application and under which policy. Three programs share it:
``make bench`` (``python -m benchmarks``) measures seconds, ``make instructions`` (``instructions.py``) counts
machine instructions, and ``make counts`` (``counts.py``) counts bytecodes and calls.

Of ``make bench``, rows (``rows_*.py``) say what is measured, each under a name of coordinates; ``measure.py``
and ``apart.py`` measure them; ``targets.py`` says what must hold; ``table.py``, ``page.py`` and ``plots.py``
show it. ``README.md`` says how to run it, and how to read it.
"""
