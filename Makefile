# Everything is set up by the target that needs it; a second run does only what has changed.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
SCALE ?= small
PORT ?= 8000
DATABASE_URL := $(or $(MINSHENG_DATABASE_URL),sqlite:///var/demo/demo.db)
BASE_URL := $(or $(MINSHENG_BASE_URL),http://127.0.0.1:$(PORT))
WORKERS ?= 2

UV := 0.13.8
SVY := 0.35.0
BIN := .venv/bin
LOCKS := requirements.txt requirements-dev.txt
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard survey/translations/*/LC_MESSAGES/*.po))

# Measuring coverage doubles the time of a test; only these are measured.
OF_RULES := tests/golden tests/unit/scoring tests/unit/turnout tests/unit/rounds tests/unit/ratings tests/unit/jobs

# The one font of the printed sheets and reports (SIL Open Font License): TrueType, with the rare characters of names.
FONT := var/fonts/NotoSansSC-Regular.ttf
FONT_PACKAGE := @expo-google-fonts/noto-sans-sc@0.4.3
FONT_ARCHIVE := var/fonts/expo-google-fonts-noto-sans-sc-0.4.3.tgz
FONT_SHA256 := d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16

CHROMIUM := /usr/bin/chromium
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)
# A dot for every forty lines of apt's: it is seen to be alive, and the rest stays readable.
apt_install = { $(SUDO) apt-get update -q && $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	apt-get install -y -q --no-install-recommends $(1); } \
	| awk 'NR % 40 == 0 { printf "."; fflush() } END { print "" }'

.PHONY: help setup run test lint audit-secrecy oracle translations translations-update lock bench clean

help:  ## list the targets
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ok  ## make .venv with the locked packages

run: setup $(FONT) translations .env  ## build the Gansu demo and serve it (SCALE=small|county|province, PORT=8000)
	@rm -rf var/demo
	@MINSHENG_DATABASE_URL=$(DATABASE_URL) MINSHENG_BASE_URL=$(BASE_URL) \
		$(BIN)/flask demo gansu --scale $(SCALE) --serve --port $(PORT)

test: setup $(FONT) translations $(CHROMIUM) lint  ## everything that CI runs (WORKERS=2)
	@mkdir -p var
	@echo "The rules, and their branch coverage (floor 100 %)"
	@$(BIN)/pytest -q --numprocesses $(WORKERS) --cov --cov-report= $(OF_RULES)
	@$(BIN)/coverage report --include='survey/**/rules.py,survey/**/rules/**,survey/turnout/aapor.py' --fail-under=100
	@echo "Everything else"
	@$(BIN)/pytest -q --numprocesses $(WORKERS) --dist loadgroup $(addprefix --ignore=,$(OF_RULES))

lint: setup  ## style, types, import directions, templates, locks
	@$(BIN)/ruff check --output-format concise .
	@$(BIN)/ruff format --check --output-format concise .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint templates --lint --quiet
	@if grep -n '://' requirements*.in requirements*.txt; then echo "error: a lock names a host"; exit 1; fi

audit-secrecy: setup translations  ## try to find out who voted how: every strategy and its score, on both engines
	@$(BIN)/python -m tests.secrecy.audit

oracle: .venv-oracle/ok  ## check the survey weights against the library svy (1.2 GB in a .venv-oracle of its own)
	@.venv-oracle/bin/pytest -q tests/unit/scoring/test_weighting_oracle.py

translations: setup $(CATALOGUES)  ## compile the catalogues

translations-update: setup  ## bring new sentences of the source into the catalogues
	@mkdir -p var
	@$(BIN)/pybabel -q extract -F babel.cfg -k lazy_gettext --no-location --sort-output -o var/messages.pot .
	@$(BIN)/pybabel -q update -i var/messages.pot -d survey/translations -l zh --init-missing -w 120 \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

lock: setup  ## write the locks anew after a change of requirements*.in
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		requirements.in -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		requirements-dev.in -o requirements-dev.txt

bench: setup $(FONT) translations  ## measure; numbers are for comparing on one machine
	@$(BIN)/python -m bench

clean:  ## remove what make made; .env and the data in var/ stay
	@rm -rf .venv .venv-oracle var/fonts var/coverage* $(CATALOGUES) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} +

.venv/ok: $(LOCKS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: Python 3.11 or newer is needed")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Installing python3-venv"; $(call apt_install,python3-venv); }
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv
	@echo "Installing packages into .venv (250 MB when none is cached)"
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV)
	@# sed drops uv's list of names and leaves its progress; pip reads mirror settings that uv does not know.
	@$(BIN)/uv pip sync --python $(BIN)/python --require-hashes $(LOCKS) 2>&1 | sed '/^ [-+~] /d' || \
		{ echo "uv reached no index: trying pip"; $(BIN)/pip install --quiet --require-hashes $(addprefix -r ,$(LOCKS)); }
	@touch $@

# Never part of our locks: svy brings more than all of them, and only one slow test needs it.
.venv-oracle/ok: $(LOCKS) | .venv/ok
	@echo "Installing svy $(SVY) beside the locked packages into .venv-oracle (1.2 GB when nothing is cached)"
	@$(PYTHON) -m venv --clear .venv-oracle
	@$(BIN)/uv pip sync --quiet --python .venv-oracle/bin/python --require-hashes $(LOCKS)
	@$(BIN)/uv pip install --quiet --python .venv-oracle/bin/python svy==$(SVY)
	@touch $@

.env:
	@umask 077; $(PYTHON) -c 'import secrets; print("MINSHENG_SECRET_KEY=" + secrets.token_hex(32))' > $@
	@echo "Wrote .env with a new secret key"

%.mo: %.po | .venv/ok
	@$(BIN)/pybabel -q compile -i $< -o $@

$(FONT):
	@command -v npm >/dev/null || { echo "Installing npm"; $(call apt_install,npm); }
	@echo "Fetching Noto Sans SC (57 MB, once)"
	@mkdir -p $(@D)
	@npm pack --loglevel=error --pack-destination $(@D) $(FONT_PACKAGE) >/dev/null
	@tar -xzf $(FONT_ARCHIVE) -C $(@D) --transform 's,.*/,,' package/400Regular/NotoSansSC_400Regular.ttf package/LICENSE_FONT
	@rm $(FONT_ARCHIVE)
	@echo "$(FONT_SHA256)  $(@D)/NotoSansSC_400Regular.ttf" | sha256sum --check --quiet
	@mv $(@D)/LICENSE_FONT $(@D)/NotoSansSC-LICENSE.txt
	@mv $(@D)/NotoSansSC_400Regular.ttf $@

# Real browser tests need Debian's Chromium, and a Chinese font for what they photograph.
$(CHROMIUM):
	@echo "Installing Chromium (100 MB, once)"
	@$(call apt_install,chromium fonts-noto-cjk)
