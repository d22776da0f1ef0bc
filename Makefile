# Everything runs from .venv, which these targets make. PYTHON chooses the interpreter (3.11 or newer).
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test lint types layers unit kills docs pages lock clean

# What a reader sees: a sample clinic page, scanned. Exit code 1 only says that there are findings.
demo: .venv/run.stamp
	$(BIN)/factcheck scan data/demo/clinic.html || test $$? -eq 1

# All that CI checks.
test: lint types layers unit

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.stamp
	$(BIN)/mypy

layers: .venv/dev.stamp
	$(BIN)/lint-imports

unit: .venv/dev.stamp
	$(BIN)/python -m pytest

# An audit killed at 50 random moments comes to the same store; `make unit` kills a few.
kills: .venv/dev.stamp
	FACTCHECK_KILLS=50 $(BIN)/python -m pytest tests/test_audit.py -k killed_at_any_moment

# The documentation as a site in build/docs; every warning is an error.
docs: .venv/dev.stamp
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs build/docs

# The parts of the documentation that are worked out from code and data (docs/generate.py); commit the result.
pages: .venv/dev.stamp
	$(BIN)/python docs/generate.py

.venv/pyvenv.cfg:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "factcheck needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/pyvenv.cfg
	$(PIP) install --quiet --require-hashes -r requirements/run.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	touch $@

# The lock files anew, from pyproject.toml; commit the result.
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet
lock: .venv/pyvenv.cfg
	$(PIP) install --quiet uv
	$(LOCK) --upgrade --extra build --output-file requirements/run.txt
	$(LOCK) --extra build --extra office --constraint requirements/run.txt --output-file requirements/office.txt
	$(LOCK) --extra dev --constraint requirements/run.txt --output-file requirements/dev.txt

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
