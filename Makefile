# Two commands are all a newcomer needs: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev

# files of tests are shared out among processes, at most four; kernels that most of them need are compiled before (tests/conftest.py)
SPREAD := --numprocesses auto --maxprocesses 4 --dist loadfile

# Bytecode is left to the first import (see INSTALL), which has to keep it: every process would compile all libraries again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test test-full check lint validation reference docs offline lock bench compare-versions wheel-test clean

run: $(RUN)  ## run the main scenario
	$(BIN)/viralsim run scenarios/advocates_vs_paid.yaml

test: $(DEV)  ## the whole suite, under 10 minutes on two cores
	$(BIN)/python -m pytest -m "not slow" $(SPREAD)

test-full: $(DEV)  ## also what takes longer, and property tests with other examples
	HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest

check: $(DEV)  ## style and types
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/ruff format --check src tests benchmarks examples
	$(BIN)/mypy

bench: $(DEV)  ## paired benchmarks against peers
	$(INSTALL) -r requirements-bench.lock
	$(BIN)/python -m benchmarks

OLD ?= HEAD
NEW ?= .
compare-versions: $(DEV)  ## is NEW slower than OLD? git revisions, or . for the tree as it is
	$(BIN)/python -m benchmarks.versions $(OLD) $(NEW)

wheel-test: $(DEV)  ## build the wheel, install it in an empty environment, run a scenario there
	bash .ci/wheel-test

validation: $(DEV)  ## every check, quick and slow, in one run; docs/validation.md. Ended early, it goes on where it was
	$(BIN)/viralsim validate --full --out build/validation
	cp build/validation/validation.md docs/validation.md

reference: $(DEV)  ## docs/scenario.md from the schema
	$(BIN)/viralsim schema --markdown > docs/scenario.md.new
	mv docs/scenario.md.new docs/scenario.md
	$(BIN)/python -m viralsim.cli.commands_page > docs/commands.md.new
	mv docs/commands.md.new docs/commands.md
	mkdir -p docs/lessons
	$(BIN)/python -m viralsim.lessons.page > docs/lessons/index.md.new
	mv docs/lessons/index.md.new docs/lessons/index.md
	$(BIN)/python -m viralsim.lessons.notebooks docs/lessons
	$(BIN)/python -m viralsim.lessons.claims docs/lessons/claims.md

docs: $(DEV)  ## the documentation site in build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict --site-dir build/site
	$(BIN)/viralsim lessons --static build/site/lessons/play

offline: $(DEV)  ## a folder that installs without a network: wheels, scenarios, documentation
	bash packaging/offline.sh build/offline

lock:  ## pin again; needs uv
	uv pip compile --quiet --universal --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 pyproject.toml --group dev --group bench -c requirements-dev.lock -o requirements-bench.lock

# What running needs, and what tests need beside it. uv installs in seconds where it is there; pip does it everywhere, and leaves
# bytecode to the first import: compiling all of it is most of its time. A lock file is whole, so nothing is resolved, and one call
# installs it with the project.
UV := $(shell command -v uv 2>/dev/null)
INSTALL = $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check)

$(RUN): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("viralsim needs Python 3.11 or later; set PYTHON=python3.x") if sys.version_info < (3, 11) else 0'
	test -x $(BIN)/python || $(if $(UV),$(UV) venv --quiet --seed --python $(PYTHON) $(VENV),$(PYTHON) -m venv $(VENV))
	$(INSTALL) --no-deps -r requirements.lock -e .
	touch $(RUN)

$(DEV): $(RUN) requirements-dev.lock
	$(INSTALL) -r requirements-dev.lock
	touch $(DEV)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
