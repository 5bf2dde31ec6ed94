# `make demo` runs the bank, `make test` passes the tests. Both need Python 3.10 or newer, and nothing else.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help demo test counts instructions browsers interop bench check docs clean

help:
	@echo 'make demo           the bank, its partner and an attacker, to press buttons; Ctrl-C ends it'
	@echo 'make demo ONCE=1    the table of exchanges alone'
	@echo '     PORTS="a b c"  on these ports instead of free ones; PLAIN=1: without *.localhost names'
	@echo 'make test           all tests, with coverage'
	@echo 'make counts         record what each kind of request costs in bytecodes and calls; the tests hold it to that'
	@echo 'make instructions   the same in machine instructions, under valgrind, which it installs (Debian, as root)'
	@echo '     WRITE=1        record them, too'
	@echo 'make browsers       the library judged by Chromium, Firefox and WebKit, which it installs (Debian, as root)'
	@echo 'make interop        every server and framework, some of which it installs (Debian, as root)'
	@echo 'make bench          what it costs, beside others, into the docs; ARGS=--quick: that it works (Debian, as root)'
	@echo 'make check          lint, layers and types'
	@echo 'make docs           the documentation, into docs/_build/html'
	@echo 'make clean          remove what the others made'

demo: $(VENV)/demo.stamp
	@$(BIN)/python -m examples.bank $(if $(ONCE),--once) $(if $(PORTS),--ports $(PORTS)) $(if $(PLAIN),--plain)

test: $(VENV)/tests.stamp $(VENV)/docs.stamp
	$(BIN)/python -m pytest --cov --cov-report=term $(ARGS)

counts: $(VENV)/tests.stamp
	@$(BIN)/python -m benchmarks.counts --write

instructions: $(VENV)/tests.stamp
	@benchmarks/install_valgrind
	@$(BIN)/python -m benchmarks.instructions $(if $(WRITE),--write) $(ARGS)

browsers: $(VENV)/tests.stamp
	@tests/browsers/install
	$(BIN)/python -m pytest -m browser -q -p no:cacheprovider -p no:randomly --write-docs $(ARGS)

interop: $(VENV)/interop.stamp
	@tests/interop/install
	$(BIN)/python -m pytest -m interop -q -p no:cacheprovider --write-docs $(ARGS)

bench: $(VENV)/bench.stamp
	@benchmarks/install
	@$(BIN)/python -m benchmarks $(ARGS)

check: $(VENV)/lint.stamp $(VENV)/tests.stamp $(VENV)/docs.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/pyright

docs: $(VENV)/docs.stamp
	$(BIN)/python -m sphinx -q -W -n -b html docs docs/_build/html
	@echo 'docs/_build/html/index.html'

clean:
	rm -rf $(VENV) build docs/_build .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo 'Python 3.10 or newer is needed, and $(PYTHON) is not: make PYTHON=/path/to/python3 ...' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo 'A virtual environment could not be made; on Debian, install python3-venv.' >&2; rm -rf $(VENV); exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'

# One stamp for each group of pyproject.toml's dependency-groups.
$(VENV)/%.stamp: pyproject.toml | $(BIN)/python
	@echo 'Installing what `$*` needs into $(VENV) ...'
	@PYTHONWARNINGS='ignore:Editable installation' \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group $*
	@touch $@
