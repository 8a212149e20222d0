# `make demo` and `make test` do everything; both create .venv when it is missing.
PYTHON ?= python3
BIN := .venv/bin
DEMO := results/demo

.PHONY: demo test browser format clean interop vllm

demo: .venv/ready
	@rm -rf $(DEMO)
	$(BIN)/closeup build --reader synthetic --pages 40 --seed 1000000 --out $(DEMO)/bench
	$(BIN)/closeup audit $(DEMO)/bench --json $(DEMO)/audit.json --hard-core $(DEMO)/hard_core.txt
	@for model in oracle geometry majority random; do \
		$(BIN)/closeup run $(DEMO)/bench --model $$model --out $(DEMO)/runs/$$model --quiet || exit; \
	done
	$(BIN)/closeup report $(DEMO)/runs/oracle $(DEMO)/runs/geometry $(DEMO)/runs/majority \
		$(DEMO)/runs/random
	@$(BIN)/python examples/7_train_tiny.py $(DEMO)
	@echo "Written: $(DEMO)/bench (40 pages and their questions), $(DEMO)/audit.json,"
	@echo "         $(DEMO)/hard_core.txt, $(DEMO)/runs (one folder a model), $(DEMO)/rarl (the training)"

test: .venv/ready browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	OMP_NUM_THREADS=1 $(BIN)/pytest -n auto --ignore-glob '*_browser.py'
	@# Apart, a file in one process: Playwright's event loop would meet those of other tests.
	$(BIN)/pytest -n auto --dist loadfile tests/*_browser.py

# What the browser's tests need beside Playwright; without it they skip and say so.
AXE := .venv/axe
browser: $(AXE)/ready
	-@test -x /usr/bin/chromium || { export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null

$(AXE)/ready: | .venv/ready
	-@mkdir -p $(AXE) && cd $(AXE) && tarball=$$(npm pack --loglevel=error --fetch-retries=1 \
		--fetch-timeout=30000 axe-core@4.14.1) && tar xzf "$$tarball" && touch ready

# The harnesses of others, in a venv of their own: 5.6 GB.
interop:
	$(PYTHON) -m venv results/interop/venv
	results/interop/venv/bin/python -m pip install --quiet torch==2.14.1 torchvision==0.29.1 \
		lmms_eval==0.7.3 ms-vlmeval==0.0.20 --editable '.[export]'
	results/interop/venv/bin/python benchmarks/interop.py

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet torch==2.13.0  # alone: else the newest, of five gigabytes
	$(BIN)/python -m pip install --quiet --editable '.[dev,train]'
	@touch $@

# A real server with a tiny random model, in an environment of its own (1.3 GB); not in CI.
SERVER := .venv/server
vllm: $(SERVER)/ready
	OMP_NUM_THREADS=1 $(BIN)/python -P benchmarks/served_zoom.py --python $(SERVER)/bin/python

$(SERVER)/ready: | .venv/ready
	$(PYTHON) -m venv $(SERVER)
	$(SERVER)/bin/python -m pip install --quiet torch==2.13.0
	$(SERVER)/bin/python -m pip install --quiet --no-deps torchvision==0.28.0
	$(SERVER)/bin/python -m pip install --quiet 'transformers[serving]==5.23.0' pillow
	@touch $@

clean:
	rm -rf .venv results
