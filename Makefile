# Everything a person does here. `make help` lists it; each target sets up what it lacks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup test check settings codes histories temporal up demo bench drill classify
help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(READY): requirements.lock
	@echo "Setting up $(VENV) from requirements.lock ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with PYTHON=..."; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@touch $(READY)

setup: $(READY) ## Make the virtual environment

temporal: $(READY) ## Find or build the Temporal server
	@$(BIN)/python -m tools.setup.temporal_server

test: temporal ## Run everything that must pass (ARGS="-k word" for a part)
	@REPRISE_TEMPORAL_CLI="$$($(BIN)/python -m tools.setup.temporal_server)" $(BIN)/python -m pytest $(ARGS)

check: $(READY) ## Lint, format, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports

bench: temporal ## Run the benchmarks (ARGS="--scale 0.1 cost rates" for a quick part)
	@$(BIN)/python -W ignore -m benchmarks $(ARGS)

classify: $(READY) ## Say what a mail is, and why (FILES="a.eml b.eml")
	@$(BIN)/python -m tools.classify $(FILES)

codes: $(READY) ## Write the pages of docs/ that are tables of the code
	@$(BIN)/python -W ignore -m tests.written

histories: temporal ## Record histories for the replay test (adds, never edits)
	@$(BIN)/python -W ignore -m tests.replay.record

drill: temporal ## The crash drill (SEED=1 SENDS=900 PROVIDERS=... POINTS=... AMBIGUOUS=1 IN_FLIGHT=50 BROKEN=all), or RACE=10000 stops against sends (WAYS=...)
	@$(BIN)/python -W ignore -m tools.drill --seed "$(or $(SEED),1)" --sends "$(or $(SENDS),900)" \
		--providers "$(if $(PROVIDERS),$(PROVIDERS),gmail,outlook,smtp)" --points "$(POINTS)" --broken "$(BROKEN)" \
		--in-flight "$(or $(IN_FLIGHT),50)" --each "$(or $(EACH),1)" $(if $(AMBIGUOUS),--ambiguous) \
		--race "$(or $(RACE),0)" --ways "$(WAYS)"

settings: $(READY) ## Print the settings in force
	@$(BIN)/python settings.py

up: temporal ## Run the local stack in the foreground
	@$(BIN)/python -W ignore stack.py up

demo: temporal ## Run the main job end to end (KEEP=1 leaves the stack running)
	@$(BIN)/python -W ignore -m tools.demo
