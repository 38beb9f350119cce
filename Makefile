# `make help` lists what there is. Everything lives in .venv and node_modules; nothing else on the machine is
# touched, except that `make test` asks apt for browsers where it may.

PYTHON ?= python3
FUZZ_SECONDS ?= 600
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)
# Byte code is kept whatever the shell says: each of a test run's hundreds of processes would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup serve test check unit chaos bench fuzz test-setup browser format lock clean

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.product ## what the product needs, into .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Rantau needs Python 3.11 or newer; set PYTHON=/path/to/python3.'; exit 1; }
	@$(PYTHON) -m venv .venv || { echo 'Python has no venv here; on Debian: apt-get install python3-venv'; exit 1; }

.venv/.product: requirements.txt pyproject.toml | .venv/bin/python
	@echo 'Installing what the product needs (about a minute the first time) …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

.venv/.tools: requirements-test.txt package-lock.json .venv/.product
	@echo 'Installing what the tests need (Node comes from PyPI) …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	@$(BIN)/npm ci --silent --no-fund --no-audit
	@touch $@

test-setup: .venv/.tools browser

browser:
	@.ci/browser

serve: setup ## a demo office on http://localhost:8000
	@$(BIN)/rantau serve --demo

test: check unit ## every check and every test, real browsers included

check: .venv/.tools
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/npx --no-install tsc --project jsconfig.json

unit: test-setup
	@$(BIN)/node --test --test-timeout=60000 tests/unit/pwa/*.test.js
	@$(BIN)/python -m pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder

chaos: .venv/.tools ## 2,000 schedules of phones, office, peer and files against all that may happen; SEED=N repeats
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED))

bench: test-setup ## every measurement, one JSON line each, against its budget
	@.ci/browser tesseract
	@$(BIN)/python -m bench

.venv-fuzz/.ready: requirements-fuzz.txt | .venv/bin/python
	@$(PYTHON) -m venv .venv-fuzz
	@.venv-fuzz/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.txt
	@touch $@

fuzz: .venv-fuzz/.ready ## any bytes into every reader, for FUZZ_SECONDS (600) in all
	@.venv-fuzz/bin/python -m fuzz --seconds $(FUZZ_SECONDS)

format: .venv/.tools ## put the Python files in order
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

lock: ## pin anew what requirements*.in and package.json ask for (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade requirements.in --output-file requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade requirements-test.in --output-file requirements-test.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade requirements-fuzz.in --output-file requirements-fuzz.txt
	npm install --package-lock-only

clean: ## forget what was installed and built; the office's data stays
	rm -rf .venv .venv-fuzz .fuzz node_modules .mypy_cache .ruff_cache .pytest_cache
