# One command each; `make help` lists them. A fresh machine needs Python 3.11 or later and nothing else.

PYTHON ?= python3
PORT ?= 8000
BIND ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
# Two test processes: more would fight over two cores. `make test TESTS=tests/works` runs a part.
JOBS ?= 2
TESTS ?=

.DEFAULT_GOAL := help
.PHONY: help run test lint bench lock

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "make %-7s %s\n", $$1, $$2 }'

run: $(VENV)/installed ## Start everything on http://127.0.0.1:8000 (PORT= and BIND= change it)
	@exec $(BIN)/python manage.py up --port $(PORT) --bind $(BIND)

test: $(VENV)/installed ## Run the whole test suite, browser tests included where Chromium is installed
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --max-worker-restart 0 $(TESTS)

lint: $(VENV)/installed ## Check style, types, import directions, templates, migrations and deployment settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files -z 'templates/*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2 --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check
	SECRET_KEY=$$(head -c 48 /dev/urandom | base64) PUBLIC_URL=https://bzpeer.example ALLOWED_HOSTS=bzpeer.example \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(VENV)/installed ## Measure the figures of docs/figures.md (BENCH=pages measures one of them)
	@$(BIN)/python manage.py bench $(BENCH)

lock: $(VENV)/installed ## Compile requirements.lock anew from pyproject.toml: every version, with hashes, without hosts
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header --all-extras pyproject.toml --output-file requirements.lock

# Installed once for each state of the lock file.
$(VENV)/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "BZPEER needs Python 3.11 or later; make PYTHON=/path/to/python3 chooses one." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Creating the virtual environment ..."; $(PYTHON) -m venv $(VENV); }
	@echo "Installing requirements.lock ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@
