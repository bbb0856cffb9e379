# make demo: set everything up and plan Azerbaijan.   make test: set everything up and run the tests.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# tests run side by side; a machine of more cores may take more
TEST_PROCESSES ?= 2
STAMP  := $(VENV)/.stamp
# npm of this machine, else of the PyPI package that the test extra holds
NPM     = $(BIN)/python hatch_build.py npm
LINTERS = frontend/node_modules/eslint/package.json


.PHONY: pages demo test check oldest newest bench docs lock clean setup
.DEFAULT_GOAL := help

help:
	@echo "make demo   set up, then run allreach on Azerbaijan (sketch) and print where the map is"
	@echo "make test   set up, then run all tests"
	@echo "make check  ruff, mypy, import-linter, deptry, vulture, front end, docs up to date"
	@echo "make oldest, make newest   check and test on Python 3.11, test on 3.13"
	@echo "make bench  benchmarks (rates and ratios)"
	@echo "make docs   build the manual into site/"
	@echo "make lock   resolve the pinned dependencies anew"

setup: $(STAMP)

$(STAMP): constraints.txt pyproject.toml hatch_build.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

# The pages' program, bundled anew where its modules have changed (nothing to do takes a tenth of a second).
pages: $(STAMP)
	@$(BIN)/python hatch_build.py

$(LINTERS): $(STAMP) frontend/package-lock.json
	$(NPM) ci --ignore-scripts --no-audit --no-fund
	@touch $@

demo: pages
	$(BIN)/allreach run AZE
	$(BIN)/allreach brief AZE --lang en,az

test: pages $(LINTERS)
	$(NPM) test
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile

check: pages $(LINTERS)
	$(NPM) run lint
	$(NPM) run format:check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/vulture
	$(BIN)/python docs/generate.py --check

# The oldest and the newest Python that are supported, each in an environment of its own; the interpreter must be there.
# Types are checked on the oldest alone: the newest takes later releases of libraries, whose stubs differ.
oldest:
	$(MAKE) check test PYTHON=python3.11 VENV=.venv-3.11
newest:
	$(MAKE) test PYTHON=python3.13 VENV=.venv-3.13

bench: $(STAMP)
	$(BIN)/python -m pytest benchmarks --benchmark-only -o filterwarnings=

docs: $(STAMP)
	$(BIN)/mkdocs build --strict

lock:
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --output-file constraints.txt

clean:
	rm -rf $(VENV) build dist site
