# make             codes corpus/ into output/events.parquet and its companions
# make test        runs the tests, ruff and mypy
# make howto       writes the output shown in docs/howto-*.md anew
# make clean       removes output/ (parses and all); make distclean the environment too
#
# Variables: PYTHON (3.11 or newer), CORPUS, OUTPUT, OPTIONS (further options of `eventcoder build`).

PYTHON ?= python3
CORPUS ?= corpus
OUTPUT ?= output
OPTIONS ?=
VENV := .venv
BIN := $(VENV)/bin
export OMP_WAIT_POLICY = PASSIVE

# Folders count too: their time changes when a file is added or taken away.
found = $(shell find $(1) -not -path '*/.*' \( -type f -o -type d \) 2>/dev/null | sed 's/ /\\ /g')
CORPUS_FILES := $(call found,$(CORPUS))
DICTIONARY_FILES := $(call found,dictionaries)
CODE_FILES := $(shell find coder -name '*.py' -o -path 'coder/models/*' -type f -o -path 'coder/report/page/*' -type f)

.PHONY: all test howto lint check clean distclean
.DELETE_ON_ERROR:

all: $(OUTPUT)/events.parquet

$(OUTPUT)/events.parquet: $(VENV)/.core $(CORPUS_FILES) $(DICTIONARY_FILES) $(CODE_FILES)
	$(BIN)/eventcoder build --corpus $(CORPUS) --output $(OUTPUT) $(OPTIONS)
	@touch $@

# One lock file, used as constraints: the core alone for `make`, the tools of developers for `make test`.
$(VENV)/.core: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[dev]'
	@touch $@

test: $(VENV)/.dev lint
	$(BIN)/python -m pytest

howto: $(VENV)/.dev
	$(BIN)/python -m tests.howto

lint: $(VENV)/.dev
	$(BIN)/ruff check coder tests
	$(BIN)/mypy

clean:
	rm -rf $(OUTPUT)

distclean: clean
	rm -rf $(VENV)
