# Needs Python 3.11 or newer and make; everything else is installed into .venv.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
STUDY ?= studies/iraq-2008
RECIPE := pyproject.toml constraints.txt
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
ADVICE := make: installation failed: see the message above. pip must reach a package index; what is done so far is kept, so run make again.

.PHONY: help assess test check docs bench clean

help:  ## what can be made
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

assess: $(VENV)/.ready  ## assess studies/iraq-2008 (another: make assess STUDY=folder)
	$(BIN)/stockade assess $(STUDY)

test: $(VENV)/.ready-test check docs  ## style, types, documentation, then the tests
	$(BIN)/python -m pytest -m "not slow or core" --numprocesses auto --maxprocesses 4 --dist loadfile

check: $(VENV)/.ready-test  ## style and types
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m pyright

docs: $(VENV)/.ready-test  ## the documentation as a web page, in site/
	$(BIN)/python docs/build_errors.py --check
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

bench: $(VENV)/.ready-test  ## the figures of the README, measured here (needs a C compiler)
	for script in $(filter-out $(addprefix benchmarks/,hostile.py conformity.py every_actor.py single_precision.py views_panel.py),$(wildcard benchmarks/*.py)); do echo "== $$script"; $(BIN)/python "$$script"; done

clean:  ## remove the environment and everything built
	rm -rf $(VENV) site .pytest_cache .ruff_cache .hypothesis studies/*/.stockade studies/*/briefing
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An interpreter of 3.11 or newer that can make environments, or advice.
$(VENV)/bin/python:
	@for candidate in $(PYTHON) python3.11 python3.12 python3.13 python3 python; do \
	  if command -v "$$candidate" > /dev/null \
	    && "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then \
	    if ! "$$candidate" -c 'import ensurepip, venv' 2> /dev/null; then \
	      echo "make: $$candidate cannot make environments. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; fi; \
	    echo "Making $(VENV) with $$candidate"; \
	    "$$candidate" -m venv $(VENV) && exit 0; \
	    rm -rf $(VENV); echo "make: $$candidate could not make the environment: see the message above" >&2; exit 1; \
	  fi; \
	done; \
	echo "make: no Python 3.11 or newer found. Install python3.11, or say where it is: make PYTHON=/path/to/python $(MAKECMDGOALS)" >&2; exit 1

# The stamps fall behind when the recipe changes, and the environment is brought up to date.
$(VENV)/.ready: $(RECIPE) | $(VENV)/bin/python
	@echo "Installing what stockade needs to run"
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || $(BIN)/python -m ensurepip > /dev/null
	@$(PIP) --editable . || { echo "$(ADVICE)" >&2; exit 1; }
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready
	@echo "Installing what the tests need"
	@$(PIP) --editable '.[test,dev,docs,bench]' || { echo "$(ADVICE)" >&2; exit 1; }
	@touch $@
