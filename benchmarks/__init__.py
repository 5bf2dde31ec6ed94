"""What the library costs, beside a floor and its peers: ``python -m benchmarks``, or ``make bench``.

Rows (``rows_*.py``) say what is measured, each under a name of coordinates; ``measure.py`` and
``apart.py`` measure them; ``targets.py`` says what must hold; ``table.py``, ``page.py`` and ``plots.py``
show it. ``README.md`` says how to run it, and how to read it.
"""
