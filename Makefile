# make             codes corpus/ into output/events.parquet and its companions
# make test        runs the tests, ruff and mypy
# make howto       writes the output shown in docs/howto-*.md anew
# make benchmark  speed and memory: parsing, coding, whole builds (benchmark-parsing, -stages, -coding, -build for one)
# make models TREEBANKS=DIR        trains the English models anew (hours; docs/models.md); make models-trial: a minute
# make models-score TREEBANKS=DIR  parse scores of the bundled model, or of MODEL=...
# make compiled    compiles what coding spends its time in (a minute, needs a C compiler); make plain takes that back
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

# Whether anything is newer than the tables. `find` looks, since make cannot hold every file name (blanks, colons, line
# breaks); folders count too, as their time changes when a file is added or taken away.
TABLES := $(OUTPUT)/events.parquet
hidden = \( -name '.?*' ! -name '..' \) -prune
CHANGED := $(shell test -e '$(TABLES)' && { \
	find '$(CORPUS)' dictionaries $(hidden) -o \( -type f -o -type d \) -newer '$(TABLES)' -print; \
	find coder $(hidden) -o -name __pycache__ -prune -o -type f -newer '$(TABLES)' -print; \
	} 2>/dev/null | head -c 1 | wc -c | tr -d ' 0')

.PHONY: FORCE all compiled plain test howto lint check models models-trial models-score clean distclean
.DELETE_ON_ERROR:

all: $(TABLES)

# The tables get the time at which the run began: what changes while it goes on is newer, and is coded by the next one.
$(TABLES): $(VENV)/.core $(if $(CHANGED),FORCE)
	@mkdir -p '$(OUTPUT)' && touch '$(OUTPUT)/.started'
	$(BIN)/eventcoder build --corpus '$(CORPUS)' --output '$(OUTPUT)' $(OPTIONS)
	@touch -r '$(OUTPUT)/.started' $@

# One lock file, used as constraints: the core alone for `make`, the tools of developers for `make test`.
$(VENV)/.core: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[dev]'
	@touch $@

# The modules call one another directly, and the compiler sees them all at once: a tenth faster.
COMPILED_CFLAGS ?= -O2 -flto=auto -fvisibility=hidden -fno-semantic-interposition -fno-plt
COMPILED_LDFLAGS ?= -O2 -flto=auto

# Beside the sources, where the editable installation finds them; coder/plain.py leaves them out as soon as a source is newer.
# hatch-mypyc takes pyproject.toml aside while it works: it is put back however the build ends.
compiled: $(VENV)/.core plain
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[compile]'
	@trap 'test ! -f pyproject.toml.bak || mv -f pyproject.toml.bak pyproject.toml' EXIT; trap 'exit 1' INT TERM; \
	export HATCH_BUILD_HOOK_ENABLE_MYPYC=1; build="$(BIN)/python -m hatchling build --target wheel --hooks-only"; \
	CFLAGS="$(COMPILED_CFLAGS) $$CFLAGS" LDFLAGS="$(COMPILED_LDFLAGS) $$LDFLAGS" $$build || { \
	echo 'make compiled: once more without optimisation of the whole' >&2; $$build; }

plain:
	rm -f ./*__mypyc.*.so ./*__mypyc.*.pyd
	find coder \( -name '*.so' -o -name '*.pyd' \) -type f -exec rm -f {} +

# The tests replace parts of modules, which compiled ones do not allow.
test: export EVENTCODER_PLAIN = 1
test: $(VENV)/.dev lint
	$(BIN)/python -m pytest

howto: $(VENV)/.dev
	$(BIN)/python -m tests.howto

lint: $(VENV)/.dev
	$(BIN)/ruff check coder tests benchmarks
	$(BIN)/mypy

# SIZES="100 1000" for smaller ones; LEGACY="actors.txt verbs.txt" measures legacy dictionaries too
benchmark: benchmark-parsing benchmark-stages benchmark-coding benchmark-build

benchmark-parsing: $(VENV)/.core
	$(BIN)/python benchmarks/parsing.py $(if $(SIZES),--sizes $(SIZES))

benchmark-stages: $(VENV)/.core
	$(BIN)/python benchmarks/parse_stages.py $(if $(SIZES),--sentences $(firstword $(SIZES)))

# Plain and, where there is a C compiler, compiled: the compiled modules stay in use afterwards, until `make plain`
benchmark-coding: $(VENV)/.core $(if $(shell command -v $(CC) 2>/dev/null),compiled)
	$(BIN)/python benchmarks/coding.py $(if $(SIZES),--sizes $(SIZES)) $(if $(LEGACY),--legacy $(LEGACY))

benchmark-build: $(VENV)/.core
	$(BIN)/python benchmarks/build.py $(if $(SIZES),--sizes $(SIZES))

MODELS ?= models-build
models models-trial: $(VENV)/.core
	@test -d '$(TREEBANKS)' || { echo 'give TREEBANKS=DIR, a folder with the treebanks that docs/models.md names' >&2; exit 2; }
	$(BIN)/python -m coder.training build '$(TREEBANKS)' -o '$(MODELS)' $(if $(ENCODER),--encoder '$(ENCODER)') \
		$(if $(THREADS),--threads $(THREADS)) $(if $(filter %-trial,$@),--trial)

models-score: $(VENV)/.core
	@test -d '$(TREEBANKS)' || { echo 'give TREEBANKS=DIR, a folder with the treebanks that docs/models.md names' >&2; exit 2; }
	@$(BIN)/python -m coder.training score '$(TREEBANKS)' $(if $(MODEL),--model '$(MODEL)')

clean:
	rm -rf $(OUTPUT)

distclean: clean plain
	rm -rf $(VENV)
