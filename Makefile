# `make demo` runs the bank, `make test` passes the tests. Both need Python 3.10 or newer, and nothing else.

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
BIN := $(VENV)/bin
# Tests of one module mostly stay in one process, which starts the servers that they share. Without bytecode, each
# process would compile all tests again, for three seconds.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal
# The gate runs the long tests, too, and measures which lines all of them run; browsers, servers and engines have
# commands of their own.
COVERAGE := --cov --cov-report=term
ALL := -m 'not browser and not edge and not interop and not migration' $(COVERAGE)

.PHONY: help demo quick test gate counts instructions browsers interop edge bench bench-edge migration fuzz mutants wheel check prose docs pictures clean

help:
	@echo 'make demo           runs the bank, its partner and an attacker, with buttons to press; Ctrl-C ends it'
	@echo 'make demo ONCE=1    prints the table of exchanges and ends'
	@echo '     PORTS="a b c"  uses these ports instead of free ones; PLAIN=1: no *.localhost names'
	@echo '     REDIS=1        lists the new partner in Redis, which must be installed, and not in a file'
	@echo '     EDGE=nginx     puts nginx in front of the bank, with what `corsguard export` writes; it must be installed'
	@echo 'make quick          runs the fast tests in under 20 seconds; ARGS=tests/core: only those'
	@echo 'make test           runs all tests but the long ones and those of browsers and servers, in under 3 minutes'
	@echo '     WORKERS=8      in 8 processes instead of 2; COV=1: and measures coverage'
	@echo '     PROFILE=gate   all as in the gate: the long tests, too, more examples, and coverage of 100 %'
	@echo 'make gate           runs everything that has to pass: what is below, but bench, and all tests'
	@echo 'make check          checks style, layers, types, spelling, workflows and prose'
	@echo 'make prose          checks the language of all pages: plain words, short sentences'
	@echo 'make docs           builds the documentation into docs/_build/html'
	@echo '     SERVE=1        and serves it, prints the address, and ends with Ctrl-C; PORT=8000: at this port'
	@echo 'make pictures       takes the pictures of the documentation anew, in Chromium; installs it (Debian, as root)'
	@echo 'make wheel          builds the package twice, compares and checks it, and tests it with the oldest Flask'
	@echo '                    and the newest, each in an environment of its own; noxfile.py does so in every Python'
	@echo 'make browsers       tests the library in Chromium, Firefox and WebKit; installs them (Debian, as root)'
	@echo 'make interop        tests it under every server and framework; installs some of them (Debian, as root)'
	@echo 'make edge           tests the exported configuration in real engines; installs some of them (Debian, as root)'
	@echo 'make migration      runs the tests of Flask-CORS itself, and three applications, after the command migrate'
	@echo 'make instructions   counts machine instructions per request with valgrind; installs it (Debian, as root)'
	@echo '     WRITE=1        records them, too'
	@echo 'make counts         records the bytecodes and calls per request that the tests compare with'
	@echo 'make fuzz           100,000 requests to random applications, and 100,000 inputs for each parser and layer'
	@echo '     REQUESTS=500000  more of those; ARGS="--runs 1000000 urls": more of these, for one; ARGS=--help'
	@echo 'make mutants        changes the package in 200 small ways, one at a time, and lists what no test notices'
	@echo '     ARGS="--engine --sample 500 --seed other"  others, more, and none of the tools; ARGS=--help'
	@echo 'make bench          measures time and memory beside other libraries; ARGS=--quick: tries it out (Debian, as root)'
	@echo 'make bench-edge     measures what engines in front save, and what many origins cost there; ARGS=--quick: tries it out'
	@echo 'make clean          removes what the others made'

demo: $(VENV)/demo.stamp
	@$(BIN)/python -m examples.bank $(if $(ONCE),--once) $(if $(PORTS),--ports $(PORTS)) $(if $(PLAIN),--plain) $(if $(REDIS),--redis) $(if $(EDGE),--edge $(EDGE))

quick: $(VENV)/tests.stamp
	@$(PYTEST) --quiet -p no:randomly --hypothesis-profile=development -m 'not slow' \
	  --ignore=tests/browsers --ignore=tests/edge/engines --ignore=tests/interop $(ARGS)

test: $(VENV)/tests.stamp $(VENV)/docs.stamp
	$(PYTEST) $(if $(PROFILE),--hypothesis-profile=$(PROFILE)) $(if $(filter gate,$(PROFILE)),$(ALL),$(if $(COV),$(COVERAGE))) $(ARGS)

# The tests come last, so that the last line is the one that pytest ends with. The order of all tests is that of one
# seed, so that the same commit has the same outcome; each command alone draws another one each time.
gate:
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory docs
	@$(MAKE) --no-print-directory wheel
	@$(MAKE) --no-print-directory demo ONCE=1 </dev/null
	@$(MAKE) --no-print-directory browsers
	@$(MAKE) --no-print-directory interop ARGS=--randomly-seed=1
	@$(MAKE) --no-print-directory migration ARGS=--randomly-seed=1
	@$(MAKE) --no-print-directory instructions
	@$(MAKE) --no-print-directory edge ARGS=--randomly-seed=1
	@$(MAKE) --no-print-directory test PROFILE=gate ARGS=--randomly-seed=1

counts: $(VENV)/tests.stamp
	@$(BIN)/python -m benchmarks.counts --write

instructions: $(VENV)/tests.stamp
	@benchmarks/install_valgrind
	@$(BIN)/python -m benchmarks.instructions $(if $(WRITE),--write) $(ARGS)

browsers: $(VENV)/tests.stamp $(VENV)/docs.stamp
	@tests/browsers/install
	$(BIN)/python -m pytest -m browser -q -p no:cacheprovider -p no:randomly --write-docs $(ARGS)

pictures: $(VENV)/tests.stamp
	@tests/browsers/install
	PYTHONPATH=tests:. $(BIN)/python -m browsers.pictures

interop: $(VENV)/interop.stamp
	@tests/interop/install
	$(BIN)/python -m pytest -m interop -q -p no:cacheprovider --write-docs $(ARGS)

edge: $(VENV)/edge.stamp
	@tests/edge/install
	$(PYTEST) -m edge -q -p no:cacheprovider --write-docs tests/edge/engines $(ARGS)

bench-edge: $(VENV)/edge.stamp $(VENV)/plots.stamp
	@tests/edge/install
	@benchmarks/install
	@PYTHONPATH=tests:. $(BIN)/python -m benchmarks.edge $(ARGS)

migration: $(VENV)/tests.stamp
	@tests/migration/install
	$(BIN)/python -m pytest -m migration -q -p no:cacheprovider tests/migration $(ARGS)

bench: $(VENV)/bench.stamp
	@benchmarks/install
	@$(BIN)/python -m benchmarks $(ARGS)

# Random applications first: no fuzzer has to guide them.
fuzz: $(VENV)/fuzz.stamp
	@PYTHONPATH=tests:. $(BIN)/python -m routing_fuzz $(if $(REQUESTS),--requests $(REQUESTS))
	@PYTHONPATH=tests:. $(BIN)/python -m fuzz $(ARGS)

# What has been tried is not tried again: .mutants/ contains the outcomes and which tests run which lines.
mutants: $(VENV)/tests.stamp
	@PYTHONPATH=tests nice -n 10 $(BIN)/python -m mutants $(ARGS)

check: $(VENV)/lint.stamp $(VENV)/tests.stamp $(VENV)/docs.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/typos
	$(BIN)/zizmor --offline --quiet .
	@$(MAKE) --no-print-directory prose

prose: $(VENV)/lint.stamp $(VENV)/tests.stamp
	@PYTHONPATH=tests $(BIN)/python -m prose

wheel: $(VENV)/nox.stamp
	@$(BIN)/python -m nox --no-error-on-missing-interpreters --sessions package wheel

docs: $(VENV)/docs.stamp
	$(BIN)/python -m sphinx -q -W -n -b html docs docs/_build/html
	@echo 'docs/_build/html/index.html'
	@$(if $(SERVE),$(BIN)/python -u -m http.server --bind 127.0.0.1 --directory docs/_build/html $(or $(PORT),0))

clean:
	rm -rf $(VENV) .nox build docs/_build .coverage .mutants .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo 'Python 3.10 or newer is needed, and $(PYTHON) is not: make PYTHON=/path/to/python3 ...' >&2; exit 1; }
	@echo 'Creating the virtual environment $(VENV) ...'
	@$(PYTHON) -m venv $(VENV) || { \
	  echo 'A virtual environment could not be made; on Debian, install python3-venv.' >&2; rm -rf $(VENV); exit 1; }

# An environment that somebody else has made can have a pip that knows no groups.
$(VENV)/pip.stamp: | $(BIN)/python
	@$(BIN)/python .ci/install.py --upgrade 'pip>=25.1'
	@touch $@

# One stamp for each group of pyproject.toml's dependency-groups.
$(VENV)/%.stamp: pyproject.toml $(VENV)/pip.stamp
	@echo 'Installing what `$*` needs into $(VENV) ...'
	@rm -rf flask_corsguard.egg-info # of earlier versions; Python would read it instead of what is installed
	@$(BIN)/python .ci/install.py --editable . --group $*
	@touch $@
