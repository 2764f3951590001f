# `make run` starts the studio, `make test` runs every test but the slow ones. Both need Python 3.11 with venv, and make.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

# The files of requirements are complete, so nothing is resolved, and uv unpacks in seconds what takes pip minutes. But uv
# does not read pip's settings, which decide about the build of torch, so that one is pip's, and so is everything where
# uv does not get on. What a package asks for on a system other than the one that the files were written on comes last.
UV = uv==0.13.9
define INSTALL
$(PIP) $(UV)
$(PIP) --no-deps --no-compile $$(grep '^torch==' requirements.txt)
grep -v -e '^torch==' -e '^-r' $(1) | $(BIN)/uv pip install --quiet --no-config --python $(BIN)/python --no-deps -r - \
	|| $(PIP) --no-deps --no-compile -r $(1)
missing=$$($(BIN)/python tools/lock.py missing) && \
	{ [ -z "$$missing" ] || echo "$$missing" | $(PIP) -c requirements.txt -r /dev/stdin; }
endef
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)

.PHONY: run test test-slow lint system-packages samples map measure extras lock wheel clean

run: .venv/ready
	$(BIN)/python app.py

# Three files of tests at a time, since a third of their time is waiting, each on one core, since threads of several
# would wait for each other. Afterwards two browsers, and at last one with nothing beside it, which otherwise falters in
# what it plays. tests/conftest.py says which files share a process and which begin.
test: .venv/compiled system-packages
	$(TEST) -n 3 --dist loadscope --no-loadscope-reorder -m "not slow and not browser"
	$(TEST) -n 2 --dist loadscope --no-loadscope-reorder -m "browser and not slow and not alone" tests/studio
	$(TEST) -m "alone and not slow" tests/studio

# What is compiled once need not be compiled again by every process that a test starts, whatever the environment says.
TEST = PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/python -m pytest

# Once, instead of by each of the processes that begin at the same time.
.venv/compiled: .venv/ready-for-tests
	$(TEST) --collect-only >/dev/null || true
	touch $@

test-slow: .venv/ready-for-tests system-packages
	$(BIN)/python -m pytest -m slow --timeout 3600

lint: .venv/ready-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

measure: .venv/ready-for-tests
	$(BIN)/python -m instructfx bench speed $(if $(DATA),--data $(DATA)) --write docs/measuring.md
	$(BIN)/python -m instructfx bench levels --write docs/measuring.md
	$(BIN)/python -m instructfx bench selection --write docs/measuring.md
	$(BIN)/python -m instructfx bench sentences --write docs/measuring.md
	$(BIN)/python -m instructfx bench dialogue $(if $(DATA),--data $(DATA)) --write docs/measuring.md
	$(BIN)/python -m instructfx bench retention $(if $(DATA),--data $(DATA)) --write docs/measuring.md
	$(BIN)/python -m instructfx bench ablation $(if $(DATA),--data $(DATA)) --write docs/measuring.md
	$(BIN)/python -m instructfx bench prompts --write docs/measuring.md
	$(if $(DATA),$(BIN)/python -m instructfx bench agreement --data $(DATA) --write docs/measuring.md)
	$(if $(DATA),$(BIN)/python -m instructfx bench sequential --data $(DATA) --write docs/measuring.md)
	$(if $(DATA),$(BIN)/python -m instructfx bench trajectory --data $(DATA) --write docs/measuring.md)
	$(BIN)/python -m instructfx bench server --write docs/measuring.md
	$(BIN)/python -m instructfx bench page --write docs/measuring.md
	$(BIN)/python -m instructfx bench faults --write docs/measuring.md
	$(BIN)/python -m instructfx bench lengths --write docs/measuring.md
	$(BIN)/python -m instructfx bench soak --write docs/measuring.md

samples: .venv/ready
	$(BIN)/python tools/make_samples.py

# docs/pictures/architecture.svg, from the imports.
map:
	$(PYTHON) tools/draw_architecture.py

.venv/ready: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)) and "Python 3.11 or 3.12 is needed")'
	$(PYTHON) -m venv .venv
	$(call INSTALL,requirements.txt)
	touch $@

.venv/ready-for-tests: .venv/ready requirements-dev.txt
	$(call INSTALL,requirements-dev.txt)
	touch $@

# What few need: PostgreSQL, MCP, Parquet, measures. In a checkout they come with what the tests need.
extras: .venv/ready-for-tests

# Write requirements*.txt from pyproject.toml. What is pinned stays; change or remove a line to have it resolved anew.
lock: .venv/ready
	$(BIN)/python tools/lock.py write

wheel: .venv/ready-for-tests
	$(BIN)/hatchling build -t wheel

# The browser tests drive chromium and Firefox, the M4A tests ffmpeg, the store's tests PostgreSQL; without them those tests
# say that they are skipped.
POSTGRESQL = ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 || command -v pg_ctl >/dev/null
FIREFOX = command -v firefox-esr >/dev/null || command -v firefox >/dev/null

# Who else is installing is waited for, five minutes at most. apt does that for its own lock, but not for that of its lists.
APT_WAIT = -o DPkg::Lock::Timeout=300
APT_UPDATE = for try in $$(seq 150); do \
		said=$$(LC_ALL=C apt-get $(APT_WAIT) update -qq 2>&1) && break; \
		case "$$said" in *"Could not get lock"*) sleep 2 ;; *) echo "$$said"; break ;; esac; \
	done

system-packages:
	@if command -v chromium >/dev/null && { $(FIREFOX); } && command -v ffmpeg >/dev/null && { $(POSTGRESQL); }; then \
		exit 0; \
	fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		$(APT_UPDATE) && \
		DEBIAN_FRONTEND=noninteractive apt-get $(APT_WAIT) install -y -qq chromium firefox-esr ffmpeg postgresql >/dev/null; \
	fi || true; \
	command -v chromium >/dev/null || echo "chromium is missing: browser tests will be skipped (apt install chromium)"; \
	{ $(FIREFOX); } || echo "Firefox is missing: its tests will be skipped (apt install firefox-esr)"; \
	command -v ffmpeg >/dev/null || echo "ffmpeg is missing: M4A tests will be skipped (apt install ffmpeg)"; \
	$(POSTGRESQL) || echo "PostgreSQL is missing: its tests will be skipped (apt install postgresql)"

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache
