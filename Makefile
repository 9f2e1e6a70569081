# Everything happens in .venv; the first target needs only Python 3.11 to 3.13 and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
FIT := $(BIN)/python -m training fit --resume
CUDA := $(shell nvidia-smi -L >/dev/null 2>&1 && echo --extra cuda)
TEACHER := $(if $(CUDA),--teacher ferplus-teacher)# it takes days on a CPU
JOINT = --recipe mien-8/joint --from ferplus-base $(TEACHER) --name mien-8 --seed 0 \
	--data $(DATA)/fer2013plus --data $(DATA)/ckplus48.zip
export PYTHONDONTWRITEBYTECODE := # without compiled files TensorFlow takes 11 s to import instead of 4

READY := .venv/ready$(if $(CUDA),-with-cuda)
.PHONY: help setup run test lint bench model lock clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-7s %s\n", $$1, $$2}'

setup: $(READY) ## Install everything into .venv

$(READY): pyproject.toml uv.lock
	@test -n "$(PYTHON)" || { echo "Mien needs Python 3.11, 3.12 or 3.13. Install one, then call make again."; exit 1; }
	@test -x $(BIN)/python || { echo "Creating .venv with $(PYTHON) …"; $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Creating .venv failed: on Debian and Ubuntu install python3-venv, then call make again."; exit 1; }; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null # a .venv made by uv has no pip
	@test -x $(BIN)/uv || { echo "Installing uv into .venv …"; $(BIN)/python -m pip install --quiet --disable-pip-version-check uv; }
	@echo "Installing the locked packages into .venv$(if $(CUDA), (with CUDA: a card was found)) …"
	@VIRTUAL_ENV="$(CURDIR)/.venv" UV_LINK_MODE=copy $(BIN)/uv sync --quiet --frozen --inexact --python $(BIN)/python $(CUDA)
	@touch $@

run: $(READY) ## Set up and open the app
	@echo "Starting Mien …"
	@$(BIN)/streamlit run app.py

test: $(READY) ## Set up and pass every check and test
	@$(MAKE) --no-print-directory lint
	@echo "Looking for a browser for the browser tests …"
	@$(BIN)/python -m tests.e2e.browser
	@echo "Running the tests …"
	@$(BIN)/python -m slipcover -m pytest -n 2 --dist loadgroup

lint: $(READY) ## Check format, style, types and the rules on imports
	@echo "Checking format, style, types and imports …"
	@$(BIN)/ruff format --check --quiet . || { echo "Format the files above: .venv/bin/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache >.venv/imports.log || { cat .venv/imports.log; exit 1; }

bench: $(READY) ## Measure speed and memory
	@$(BIN)/pytest benchmarks --benchmark-only --benchmark-columns=min,median,max,rounds -p no:xdist -s

model: $(READY) ## Train the shipped models again: make model DATA=path/to/data
	@test -n "$(DATA)" || { echo "Say where the data sets are: make model DATA=path (docs/training.md names them)."; exit 1; }
	$(FIT) --recipe reference --name ckplus-reference --title "The slides' CNN, trained on CK+48" \
		--data $(DATA)/ckplus48.zip --split subject --also sequence --also random --seed 42 --output models
	$(if $(CUDA),$(FIT) --recipe mien-8/teacher --name ferplus-teacher --title "Three large residual networks for FER+" \
		--data $(DATA)/fer2013plus --seed 0)
	$(FIT) --recipe mien-8/student $(TEACHER) --name ferplus-base --title "Mien's residual network, FER+ alone" \
		--data $(DATA)/fer2013plus --seed 0
	$(BIN)/python -m training crossval $(JOINT) --folds 10 --output var/mien-8-folds.json
	$(FIT) $(JOINT) --title "Mien's residual network, eight expressions" --crossval var/mien-8-folds.json \
		--also sequence --also random --output models
	$(BIN)/python -m training evaluate --model mien-8 --data $(DATA)/fer2013plus --robustness --keep
	$(BIN)/python -m training card --model mien-8 --beside ckplus-reference --output docs/model-card.md

lock: $(READY) ## Renew uv.lock and requirements.txt from pyproject.toml
	@$(BIN)/uv lock
	@$(BIN)/uv export --quiet --frozen --no-dev --no-hashes --no-emit-project --output-file requirements.txt

clean: ## Remove .venv and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
