# `make run` starts the studio, `make test` runs every test but the slow ones. Both need Python 3.11 with venv, and make.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: run test test-slow lint system-packages samples map measure clean

run: .venv/ready
	$(BIN)/python app.py

# Three files of tests at a time, since a third of their time is waiting, each on one core, since threads of several
# would wait for each other. Afterwards a browser, which takes two cores and more, and falters in what it plays if it
# does not get them.
test: .venv/ready-for-tests system-packages
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not slow and not browser"
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "browser and not slow"

test-slow: .venv/ready-for-tests system-packages
	$(BIN)/python -m pytest -m slow --timeout 3600

lint: .venv/ready-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

measure: .venv/ready
	$(BIN)/python -m instructfx bench speed $(if $(DATA),--data $(DATA)) --write docs/measuring.md
	$(BIN)/python -m instructfx bench selection --write docs/measuring.md
	$(BIN)/python -m instructfx bench dialogue $(if $(DATA),--data $(DATA)) --write docs/measuring.md
	$(BIN)/python -m instructfx bench ablation $(if $(DATA),--data $(DATA)) --write docs/measuring.md
	$(BIN)/python -m instructfx bench prompts --write docs/measuring.md
	$(if $(DATA),$(BIN)/python -m instructfx bench agreement --data $(DATA) --write docs/measuring.md)
	$(if $(DATA),$(BIN)/python -m instructfx bench sequential --data $(DATA) --write docs/measuring.md)
	$(if $(DATA),$(BIN)/python -m instructfx bench trajectory --data $(DATA) --write docs/measuring.md)
	$(BIN)/python -m instructfx bench server --write docs/measuring.md
	$(BIN)/python -m instructfx bench page --write docs/measuring.md
	$(BIN)/python -m instructfx bench faults --write docs/measuring.md
	$(BIN)/python -m instructfx bench soak --write docs/measuring.md

samples: .venv/ready
	$(BIN)/python tools/make_samples.py

# docs/pictures/architecture.svg, from the imports.
map:
	$(PYTHON) tools/draw_architecture.py

.venv/ready: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(PIP) -r requirements.txt
	touch $@

.venv/ready-for-tests: .venv/ready requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	touch $@

# The browser tests drive chromium, the M4A tests ffmpeg, the store's tests PostgreSQL; without them those tests say that
# they are skipped.
POSTGRESQL = ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 || command -v pg_ctl >/dev/null

system-packages:
	@if command -v chromium >/dev/null && command -v ffmpeg >/dev/null && { $(POSTGRESQL); }; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium ffmpeg postgresql >/dev/null; \
	fi || true; \
	command -v chromium >/dev/null || echo "chromium is missing: browser tests will be skipped (apt install chromium)"; \
	command -v ffmpeg >/dev/null || echo "ffmpeg is missing: M4A tests will be skipped (apt install ffmpeg)"; \
	$(POSTGRESQL) || echo "PostgreSQL is missing: its tests will be skipped (apt install postgresql)"

clean:
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache
