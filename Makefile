# Each target makes .venv by itself when it is missing; PYTHON names the interpreter (3.11 or newer).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-long mutants fuzz coverage dev bench lint docs lock clean

demo: $(VENV)/ready
	$(BIN)/secdigest demo

test: $(VENV)/ready
	$(BIN)/pytest -m "not long"

test-long: $(VENV)/ready
	$(BIN)/pytest -m long

# Mistakes planted in the decisions, each of which some test must notice
mutants: $(VENV)/ready
	$(BIN)/python -m secdigest_pipeline_tests.mutants $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

# Grounding under random articles and statements; the tally of a full run stands in docs/benchmarks/grounding-fuzz.md
fuzz: $(VENV)/ready
	$(BIN)/python -m benchmarks.fuzz_grounding $(if $(CASES),--cases $(CASES)) $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

# Branch coverage of the tests of `make test`, written to docs/coverage.md; fails below the gate of pyproject.toml
coverage: $(VENV)/ready
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -m "not long"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage json --quiet --fail-under=0 -o .coverage.json
	$(BIN)/python -m secdigest_pipeline_tests.coverage_table .coverage.json "make coverage" > docs/coverage.md
	$(BIN)/coverage report

dev: $(VENV)/ready
	$(BIN)/secdigest dev $(if $(PORT),--port $(PORT))

bench: $(VENV)/bench
	$(BIN)/python -m benchmarks

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The pages that are written from the code
docs: $(VENV)/ready
	$(BIN)/python -m secdigest_pipeline_tests.docs

# Hashes without addresses: the same lock serves every mirror
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-strip-extras --no-header --quiet -o requirements.lock
	uv pip compile pyproject.toml --extra dev --extra bench --universal --python-version 3.11 --generate-hashes \
		--no-strip-extras --no-header --quiet -c requirements.lock -o requirements-bench.lock

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# The extractors that ours is measured beside
$(VENV)/bench: requirements-bench.lock $(VENV)/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock
	touch $@

clean:
	rm -rf $(VENV) demo data out
