# Everything runs in .venv. The first run installs; later ones find the stamps and start at once, without network.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable
# much of the suite waits (for leases, for clocks, for disks): two workers for each core
WORKERS = $(shell expr $$(getconf _NPROCESSORS_ONLN) \* 2)
# 1: tests failed; whatever else pytest ends with is no question of a busy machine
OR_LOOK_AGAIN = || { [ $$? -eq 1 ] && $(BIN)/python -m tests.second_look; }
CHECKED = mappings/platforms mappings/examples
# the suite starts hundreds of processes: they find their modules compiled, whatever this shell says
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo network serve test check faults bench bench-large soak evaluate lock

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 16

demo: $(VENV)/runtime ## the whole story on this machine, with kills in the middle; STAY=1 keeps it running
	$(BIN)/python -m tests.demo $(if $(STAY),--stay)

network: $(VENV)/runtime ## a month among sixteen places in under a minute, its figures counted three times; SEED=… CASES=… DATABASE=postgresql
	$(BIN)/python -m tests.demo.network $(if $(SEED),--seed $(SEED)) $(if $(CASES),--cases $(CASES)) $(if $(DATABASE),--database $(DATABASE))

serve: $(VENV)/runtime ## run the gateway with conf/gateway.yaml
	$(BIN)/tongban serve --conf conf

test: $(VENV)/dev $(VENV)/browser ## the whole suite: most of it on all cores, then what measures, alone; pictures of the console in build/screenshots
	TONGBAN_PICTURES=build/screenshots $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not alone" \
	  $(OR_LOOK_AGAIN)
	$(BIN)/pytest -m alone $(OR_LOOK_AGAIN)

check: $(VENV)/dev ## format, lint, types, layers, declarations, image
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/tongban check --conf conf $(CHECKED)
	$(BIN)/hadolint Dockerfile

faults: $(VENV)/dev ## kill the gateway at every statement, then everything at random, into docs/reliability.md
	$(BIN)/python -m tests.faults --workers $(WORKERS)

bench: $(VENV)/dev ## what an exchange costs and how long it takes, into docs/performance.md; ONLY=postgres,open for parts
	$(BIN)/python -m tests.bench --write $(if $(ONLY),--only $(ONLY))

bench-large: $(VENV)/dev ## the large forms, into docs/performance.md: a log of 1,000,000 entries, a store of 2,000,000 exchanges; ONLY=verify for parts
	$(BIN)/python -m tests.bench --large --write --only $(if $(ONLY),$(ONLY),verify,console)

soak: $(VENV)/dev ## a light load for MINUTES=30 on both databases: memory and descriptors must not grow
	$(BIN)/python -m tests.bench.soak --minutes $(or $(MINUTES),30)

evaluate: $(VENV)/dev ## what the scorer of suggestions reaches on labelled pairs, into docs/alignment.md; LISTS=FOLDER of published lists
	$(BIN)/python -m tests.evaluation $(or $(LISTS),lists) --write

lock: ## write constraints.txt anew, from a fresh environment of Python 3.11
	rm -rf build/lock
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info[:2] == (3, 11) else "lock with 3.11: make lock PYTHON=python3.11")'
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	head -n 1 constraints.txt > build/constraints.txt
	build/lock/bin/python -m pip freeze --exclude-editable \
	  | sed -E 's/^(spyne|pytz)(==.*)$$/\1\2 ; python_version < "3.12"/' >> build/constraints.txt
	mv build/constraints.txt constraints.txt

$(VENV)/browser: $(VENV)/dev
	$(BIN)/python -m tests.browser
	touch $@

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11 to 3.13 is needed: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: setup.py constraints.txt | $(BIN)/python
	$(INSTALL) .
	touch $@

$(VENV)/dev: setup.py constraints.txt | $(BIN)/python
	$(INSTALL) '.[dev]'
	touch $(VENV)/runtime $@
