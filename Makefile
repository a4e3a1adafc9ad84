# Each verb does all of its own set-up on a fresh machine: virtual environment, packages, then the work.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= hindmost-out
JOBS ?= 2

.PHONY: demo test lint docs bench clean

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[vision,dev]"
	touch $@

demo: $(VENV)/.installed
	$(BIN)/hindmost demo -o $(OUT)/demo

test: $(VENV)/.installed
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile

lint: $(VENV)/.installed
	$(BIN)/ruff check --no-cache src tests benchmarks examples
	$(BIN)/ruff format --check src tests benchmarks examples
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.installed
	$(BIN)/python docs/generate.py

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/first_light.py
	$(BIN)/python benchmarks/heads.py

clean:
	rm -rf $(VENV) dist build
