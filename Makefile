# Everything runs from .venv, which these targets make. PYTHON chooses the interpreter (3.11 or newer).
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test lint types layers unit limits fuzz sbom vulnerabilities kills docs pages bench plots lock clean

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

# Every hostile page at its full size; `make unit` takes them smaller.
limits: .venv/dev.stamp
	FACTCHECK_LIMITS=1 $(BIN)/python -m pytest tests/test_limits.py

# Mutated pages and archives, guided by coverage: FUZZ_RUNS of pages and a fifth as many archives, or as many as fit in
# FUZZ_SECONDS, half of them for each. What breaks a promise is left in build/fuzz.
FUZZ_RUNS ?= 100000
FUZZ_SECONDS ?= 0
FUZZ_OPTIONS := -max_len=2000 -timeout=30 -verbosity=0 -print_final_stats=1 -artifact_prefix=build/fuzz/
fuzz: .venv/trust.stamp
	mkdir -p build/fuzz/pages build/fuzz/archives
	$(BIN)/python tests/fuzz/pages.py -runs=$(FUZZ_RUNS) -max_total_time=$$(($(FUZZ_SECONDS) / 2)) $(FUZZ_OPTIONS) build/fuzz/pages
	$(BIN)/python tests/fuzz/archives.py -runs=$$(($(FUZZ_RUNS) / 5)) -max_total_time=$$(($(FUZZ_SECONDS) / 2)) \
		$(FUZZ_OPTIONS) build/fuzz/archives

# What an installation consists of, as a CycloneDX software bill of materials, with the hashes of requirements/run.txt.
sbom: .venv/trust.stamp
	mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements/run.txt --pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.json

# Known vulnerabilities of the locked dependencies; asks the database of PyPI over the network.
vulnerabilities: .venv/trust.stamp
	$(BIN)/pip-audit --disable-pip --require-hashes --strict -r requirements/run.txt

# An audit killed at 50 random moments comes to the same store; `make unit` kills a few.
kills: .venv/dev.stamp
	FACTCHECK_KILLS=50 $(BIN)/python -m pytest tests/test_audit.py -k killed_at_any_moment

# The documentation as a site in build/docs; every warning is an error.
docs: .venv/dev.stamp
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs build/docs

# The parts of the documentation that are worked out from code and data (docs/generate.py); commit the result.
pages: .venv/dev.stamp
	$(BIN)/python docs/generate.py

# Measured against what people would use instead, in an environment of its own: all parts, or PART="verdicts start". SIZES, PAGES, ROUNDS
# and REFIT=1 are for single parts (docs/benchmarks.md); PRINT=1 prints what was measured last.
bench: .venv-bench/stamp
	.venv-bench/bin/python benchmarks/bench.py $(PART) $(if $(SIZES),--sizes $(SIZES)) $(if $(PAGES),--pages $(PAGES)) \
		$(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(REFIT),--refit) $(if $(PRINT),--print)

# The plots and tables of docs/benchmarks.md and docs/scale.md from benchmarks/results; commit the result.
plots: .venv-bench/stamp
	.venv-bench/bin/python benchmarks/plots.py
	.venv-bench/bin/python benchmarks/page.py

# The lock is whole, so nothing is left to resolve.
.venv-bench/stamp: requirements/bench.txt pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps -r requirements/bench.txt
	.venv-bench/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	touch $@

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

.venv/trust.stamp: requirements/trust.txt .venv/run.stamp
	$(PIP) install --quiet --require-hashes -r requirements/trust.txt
	touch $@

# All lock files anew, from pyproject.toml; commit the result.
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet
lock: .venv/pyvenv.cfg
	$(PIP) install --quiet uv
	$(LOCK) --upgrade --extra build --output-file requirements/run.txt
	$(LOCK) --extra build --extra office --constraint requirements/run.txt --output-file requirements/office.txt
	$(LOCK) --extra dev --constraint requirements/run.txt --output-file requirements/dev.txt
	$(LOCK) --extra trust --constraint requirements/dev.txt --output-file requirements/trust.txt
	$(LOCK) benchmarks/requirements.in --extra build --extra dask --constraint requirements/dev.txt --output-file requirements/bench.txt

clean:
	rm -rf .venv .venv-bench build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
