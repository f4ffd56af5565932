# Needs Python 3.11 or later, and nothing else.

PYTHON ?= python3
VENV := .venv
WORKERS ?= auto
SEEDS ?= 100000
READY := $(VENV)/.ready

.PHONY: demo test lint check bench soak format lock

demo: $(READY)    # everything, with both gateways played by the sandbox; Ctrl-C ends it
	exec $(VENV)/bin/textobot run --sandbox

test: $(READY)    # what needs a browser or PostgreSQL is skipped; TEXTOBOT_NO_SKIP=1 forbids it
	$(VENV)/bin/python -m pytest -n $(WORKERS)

lint: $(READY)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

check: lint test

bench: $(READY)    # what a text costs, and how fast we are
	$(VENV)/bin/python -m bench

soak: $(READY)    # the long runs: a simulation of many seeds, then processes killed at random
	$(VENV)/bin/python -m tests.simulation --matrix 1
	$(VENV)/bin/python -m tests.simulation --seeds $(SEEDS)
	$(VENV)/bin/python -m tests.soak
	$(VENV)/bin/python -m tests.soak_instances

format: $(READY)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

lock:    # after a change of the dependencies in pyproject.toml
	$(PYTHON) -m venv --clear .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check pip-tools
	CUSTOM_COMPILE_COMMAND="make lock" .venv-lock/bin/pip-compile --quiet --generate-hashes \
		--allow-unsafe --all-build-deps --extra dev --extra postgresql --strip-extras \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
		--output-file requirements.lock pyproject.toml
	rm -rf .venv-lock
