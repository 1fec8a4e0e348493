# All the set-up there is: Python 3.11 or newer, and make. The first target that runs makes .venv.
SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 8

.PHONY: help venv demo test test-long test-all check bench bench-mark lock clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

venv:
	@.ci/venv.sh

demo: venv  ## make a synthetic region in demo-work/, move wave south-1, balance its books, write a report
	@$(BIN)/vardskiftet demo --dir demo-work

test: venv  ## the fast tests
	$(PYTEST)

test-long: venv  ## the rest: stories (a wave killed at every failpoint), browser, servers
	$(PYTEST) -m 'story or browser or server'

test-all: venv  ## every test
	$(PYTEST) -m ''

check: venv  ## ruff, mypy, and the house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_house.py

bench: venv  ## how fast, beside a straight line by hand on the same work; minutes (SIZE=0.01|0.1|0.3|1.0)
	$(BIN)/python -m benchmarks --size $(or $(SIZE),0.1)

bench-mark: venv  ## the figures that are held against the mark: 0.1 and 0.3, five runs each; an hour, on a quiet machine
	$(BIN)/python -m benchmarks --size 0.1 0.3 --runs 5

lock:  ## remake requirements.lock from pyproject.toml (UPGRADE=1 takes the newest)
	@.ci/lock.sh

clean:  ## remove what make, the tests and the demo made
	rm -rf .venv demo-work build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find vardskiftet tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
