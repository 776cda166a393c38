# Two commands matter: `make run` and `make test`. The rest is for those who work on the project.
SHELL := /bin/bash
PYTHON := .venv/bin/python
DEMO := .demo

.PHONY: setup run test bench lint messages docs lock clean

setup: .venv/.ready

.venv/.ready: requirements/base.txt requirements/setup.txt pyproject.toml tools/setup.sh
	@bash tools/setup.sh base

run: setup
	@bash tools/packages.sh run
	@$(PYTHON) tools/run_demo.py $(DEMO)

test:
	@bash tools/test.sh

bench: setup
	@bash tools/setup.sh dev
	@$(PYTHON) tools/bench/run.py

lint:
	@bash tools/lint.sh

messages:
	@$(PYTHON) tools/messages.py update

docs: setup
	@$(PYTHON) tools/reference.py write
	@$(PYTHON) tools/conformity.py write

lock:
	@bash tools/lock.sh

clean:
	rm -rf .venv .demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist
