# `make demo` and `make test` do everything; both create .venv when it is missing.
PYTHON ?= python3
BIN := .venv/bin
DEMO := results/demo

.PHONY: demo test format clean

demo: .venv/ready
	@rm -rf $(DEMO)
	$(BIN)/closeup build --reader synthetic --pages 40 --seed 1000000 --out $(DEMO)/bench
	$(BIN)/closeup audit $(DEMO)/bench --json $(DEMO)/audit.json --hard-core $(DEMO)/hard_core.txt
	@for model in oracle geometry majority random; do \
		$(BIN)/closeup run $(DEMO)/bench --model $$model --out $(DEMO)/runs/$$model --quiet || exit; \
	done
	$(BIN)/closeup report $(DEMO)/runs/oracle $(DEMO)/runs/geometry $(DEMO)/runs/majority \
		$(DEMO)/runs/random
	@echo "Written: $(DEMO)/bench (40 pages and their questions), $(DEMO)/audit.json,"
	@echo "         $(DEMO)/hard_core.txt, $(DEMO)/runs (one folder a model)"

test: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	OMP_NUM_THREADS=1 $(BIN)/pytest -n auto

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv results
