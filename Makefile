# Two commands are all that a newcomer needs: `make demo` and `make test`.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
PARTS  := scheduler api ui tests benchmarks
DEMO   ?=
PYTEST ?=
BENCH  ?=
JOBS   ?= 2

.DEFAULT_GOAL := help
.PHONY: help licences install dev demo test lint types floors kernels unit itest cover bench bench-optimizer bench-events bench-desk bench-causes bench-fixes bench-promises bench-board bench-connect bench-signals chaos-floor system lock clean

help:  ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# -- installing -----------------------------------------------------------------------------------------------------

install: $(VENV)/.installed $(VENV)/.warm  ## the command .venv/bin/rejig, from the hashed lock
dev: install $(VENV)/.dev

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { \
	  echo "Rejig needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Making the virtual environment $(VENV) ($$($(PYTHON) --version))"
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/.python
	@echo "Installing what requirements.lock names (the first time about 400 MB and some minutes)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing what the tests need besides"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.warm: $(VENV)/.installed $(shell find scheduler/planning scheduler/solving -name '*.py' 2>/dev/null)
	@$(BIN)/rejig warm
	@touch $@

# -- running --------------------------------------------------------------------------------------------------------

demo: install  ## a plant, its plan, the screens and a simulated shop floor; DEMO="--seconds 60" passes options
	@$(BIN)/rejig demo $(DEMO)

bench: bench-optimizer bench-events  ## measure, and write benchmarks/results; BENCH="--quick" passes options

bench-optimizer: dev
	@$(BIN)/python -m benchmarks.optimizer $(BENCH)

bench-events: dev
	@$(BIN)/python -m benchmarks.events $(BENCH)

bench-desk: bench-causes bench-fixes bench-promises bench-board  ## reasons, what helps, promises, the board; BENCH="--quick"

bench-causes: dev
	@$(BIN)/python -m benchmarks.causes $(BENCH)

bench-fixes: dev
	@$(BIN)/python -m benchmarks.fixes $(BENCH)

bench-promises: dev
	@$(BIN)/python -m benchmarks.promises $(BENCH)

bench-board: dev
	@$(BIN)/python -m benchmarks.board $(BENCH)

bench-signals: dev  ## a day of a flickering floor's signals, and how many a second; BENCH="--quick"
	@$(BIN)/python -m benchmarks.signals $(BENCH)

chaos-floor: dev  ## a floor as irregular as a real shop's log, its truth beside the product's state; BENCH="--quick"
	@$(BIN)/python -m benchmarks.chaos $(BENCH)

# -- testing --------------------------------------------------------------------------------------------------------

test: lint types floors kernels unit  ## everything that can be checked; PYTEST="-k calendar" passes options

lint: dev
	@echo "== ruff"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: dev
	@echo "== mypy --strict"
	@$(BIN)/mypy

floors: dev
	@echo "== the floors (import-linter)"
	@$(BIN)/lint-imports

# A compiled kernel that reads beside its arrays says nothing; with bounds checked it raises. Its cache is its own,
# because numba does not tell checked code from unchecked by the file.
kernels: dev
	@echo "== the schedule builder and the search with their array bounds checked"
	@NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=$(abspath .numba-boundscheck) $(BIN)/python -m pytest -q $(BESIDE) \
	  tests/planning tests/replanning $(foreach part,annealing moves allocation sequences makespan,tests/solving/test_$(part).py)

# Rooms without servers run side by side, file by file. All others (servers, browsers, processes that are killed, what
# is held to a time) run alone after them, so that nothing they wait for is slow because of a neighbour.
COMPUTING := $(addprefix tests/,access benchmarks demo domain house ingest planning referee replanning scenarios signals simulation solving storage usecases)
BESIDE    := -n $(JOBS) --dist loadfile
# Where options such as -k leave one of the two parts without a test, pytest answers 5: no failure, but only then.
NO_TESTS  := $(if $(PYTEST),5,0)
define suite
status=0; \
$(BIN)/python -m pytest $(1) $(BESIDE) $(COMPUTING) $(PYTEST) || { s=$$?; [ $$s = $(NO_TESTS) ] || status=$$s; }; \
$(BIN)/python -m pytest $(1) $(addprefix --ignore=,$(COMPUTING)) $(PYTEST) || { s=$$?; [ $$s = $(NO_TESTS) ] || status=$$s; }; \
exit $$status
endef

unit: dev
	@echo "== pytest"
	@$(suite)

itest: dev  ## other systems for real (installed beside the virtual environment, in the user's cache), and their tests
	@REJIG_ITEST=1 $(BIN)/python -m pytest -m live tests/connect/live $(PYTEST)

cover: dev  ## the suite once more, and which lines and branches no test reaches
	@rm -f .coverage .coverage.*
	@$(call suite,--cov --cov-append --cov-report=term:skip-covered)

# -- the house ------------------------------------------------------------------------------------------------------

system:  ## Chromium and node from Debian, for the tests of the screens (as root)
	@if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  missing=""; command -v chromium >/dev/null || missing="chromium"; \
	  command -v node >/dev/null || missing="$$missing nodejs"; \
	  PATH="$$PATH:/usr/sbin" command -v mosquitto >/dev/null || missing="$$missing mosquitto"; \
	  python3 -c 'import ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	  if [ -n "$$missing" ]; then echo "Installing $$missing"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; fi; \
	else echo "Nothing installed: that needs apt-get and root. What needs Chromium or node is skipped, with its reason."; fi

# Extras stay in the locks: to pip `coverage==7.0` does not pin the `coverage[toml]` that a package requires.
LOCK := --quiet --generate-hashes --allow-unsafe --no-strip-extras --no-annotate --no-header \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options
lock:  ## resolve requirements.lock and requirements-dev.lock anew, from pyproject.toml
	@$(PYTHON) -m venv .lock && .lock/bin/pip install --quiet pip-tools
	@.lock/bin/python -c 'import tomllib as t; p = t.load(open("pyproject.toml", "rb")); \
	  run = p["project"]["dependencies"] + p["build-system"]["requires"]; \
	  open(".lock/requirements.in", "w").write("\n".join(run)); \
	  open(".lock/requirements-dev.in", "w").write("\n".join(run + p["dependency-groups"]["dev"]))'
	@for name in requirements requirements-dev; do \
	  .lock/bin/pip-compile $(LOCK) --output-file $$name.lock .lock/$$name.in || exit 1; \
	  sed -i '/^#/d;/^$$/d' $$name.lock; \
	  sed -i '1i # Versions and hashes for CPython 3.11 to 3.13. Made by `make lock`; not to be edited.' $$name.lock; done
	@rm -rf .lock

licences: install  ## the licence of each package that Rejig runs on
	@$(BIN)/python -m deploy.licences

clean:  ## everything that was made here but the data
	rm -rf $(VENV) .ci-venv .numba-boundscheck .lock build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage
