# Everything runs in .venv, which `make` sets up by itself. Only relative paths below: the tree may sit anywhere.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
            $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ARGS =
QUESTION = 老魏为什么终于不再用油灯？

VENV = .venv
RUN = $(VENV)/bin/python
PIP = $(RUN) -m pip --disable-pip-version-check
DEMO_INDEX = .verbatim-demo
INTERVIEWS = ../shared/transcripts
EXACT = --min verbatim=1 --min citation_recall=1 --min attribution=0.98
GATE_SAMPLES = --min recall@5=0.76 --min mrr=0.70 --min key_facts=0.56 --max wrongly_declined=0.09 $(EXACT)
GATE_INTERVIEWS = --min recall@5=0.72 --min mrr=0.60 --min key_facts=0.55 --max wrongly_declined=0.083 \
    --max chars@5=2200 $(EXACT)
TORCH = 2.13.0

# What the caller's shell has set must change neither the demo nor the tests, and no test may reach a paid service.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH
unexport $(filter VERBATIM_% OPENAI_% LANGCHAIN_% LANGSMITH_%,$(.VARIABLES))
export QUESTION

.PHONY: help demo test check gate test-llm bench bench-archive bench-page bench-service screenshots browser wrk lock clean
.DELETE_ON_ERROR:

help:
	@echo 'Verbatim: answers about interviews, in the words of the people who gave them.'
	@echo
	@echo '  make demo     index the sample interviews and answer a question  (QUESTION="...")'
	@echo '  make test     run all tests                                      (ARGS="-k turns")'
	@echo '  make check    ruff and mypy'
	@echo '  make gate     ask the gold questions and fail where quality fell (INTERVIEWS=folder of the five)'
	@echo '  make test-llm ask the sample questions of the chat model in VERBATIM_LLM     (ARGS="--limit 20")'
	@echo '  make bench    print the figures: seconds and memory              (ARGS=...)'
	@echo '  make bench-archive  the same for hundreds of interviews, and a million passages (ARGS=--million)'
	@echo '  make bench-page   the same for the chat page, in a browser'
	@echo '  make bench-service  what the service over HTTP can take: requests a second, milliseconds, memory'
	@echo '  make screenshots  write pictures of every page into screenshots/'
	@echo '  make lock     write requirements*.lock anew from pyproject.toml  (ARGS=--upgrade)'
	@echo '  make clean    remove all that make has made'
	@echo
	@echo 'Each sets up what it needs in $(VENV), from the package index. PYTHON=... names another Python (3.11 or newer).'
	@echo 'On Linux the package index gives PyTorch with CUDA, several gigabytes. Without a GPU, set in the shell before:'
	@echo '  export PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu'

demo: $(VENV)/.installed
	@echo '==> Indexing the sample interviews in eval/samples into $(DEMO_INDEX)'
	@$(VENV)/bin/verbatim index eval/samples --index $(DEMO_INDEX)
	@echo "==> Asking: $$QUESTION"
	@$(VENV)/bin/verbatim ask "$$QUESTION" --index $(DEMO_INDEX)
	@echo '==> Your turn: $(VENV)/bin/verbatim ask "..." --index $(DEMO_INDEX)'
	@echo '    or in the browser: $(VENV)/bin/verbatim chat --index $(DEMO_INDEX)'

test: $(VENV)/.tools browser
	$(RUN) -m pytest $(ARGS)

# The chat page is tested in a real one; where there is none and none may be installed, those tests are named as skipped.
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
	    command -v "$$name" >/dev/null && exit 0; done; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
	    echo '==> Installing chromium, for the tests of the chat page'; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    { apt-get update -qq; apt-get install -qq -y chromium fonts-noto-cjk; } >/dev/null 2>&1 && exit 0; fi; \
	echo '==> No browser here: the tests of the chat page will be skipped (Debian: apt install chromium)'

check: $(VENV)/.tools
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy --strict

# A little below what was last measured (README), so that chance passes and a real loss does not.
gate: $(VENV)/.tools
	$(VENV)/bin/verbatim eval $(GATE_SAMPLES)
	@if test -d '$(INTERVIEWS)'; then set -x; \
	    $(VENV)/bin/verbatim eval --gold interviews --corpus '$(INTERVIEWS)' $(GATE_INTERVIEWS); \
	else echo 'The five interviews are not in $(INTERVIEWS): their questions are not asked'; fi

# The one target that may reach a paid service: it is asked for by name, and takes the settings of the shell.
test-llm: export OPENAI_API_KEY := $(OPENAI_API_KEY)
test-llm: export OPENAI_BASE_URL := $(OPENAI_BASE_URL)
test-llm: export VERBATIM_LLM_SECONDS := $(or $(VERBATIM_LLM_SECONDS),180)
test-llm: export VERBATIM_LLM_TOKENS := $(or $(VERBATIM_LLM_TOKENS),3000)
test-llm: $(VENV)/.tools
	@test -n '$(VERBATIM_LLM)' || { echo 'Set VERBATIM_LLM=provider:model (and its key, or OPENAI_BASE_URL)' >&2; exit 2; }
	@VERBATIM_LLM='$(VERBATIM_LLM)' $(VENV)/bin/verbatim models check
	$(VENV)/bin/verbatim eval --llm '$(VERBATIM_LLM)' $(ARGS)

bench: $(VENV)/.installed
	$(RUN) -m eval.bench $(ARGS)

bench-archive: $(VENV)/.installed
	$(RUN) -m eval.bench_archive $(ARGS)

bench-page: $(VENV)/.tools browser
	PYTHONPATH=.:tests $(RUN) tests/bench_page.py $(ARGS)

bench-service: $(VENV)/.installed wrk
	$(RUN) -m eval.bench_service $(ARGS)

wrk:
	@command -v wrk >/dev/null && exit 0; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
	    echo '==> Installing wrk, which makes the load'; export DEBIAN_FRONTEND=noninteractive; \
	    { apt-get update -qq; apt-get install -qq -y wrk; } >/dev/null 2>&1 && exit 0; fi; \
	echo 'wrk is not here (Debian: apt install wrk; macOS: brew install wrk)' >&2; exit 1

screenshots: $(VENV)/.tools browser
	PYTHONPATH=.:tests $(RUN) tests/screenshots.py $(ARGS)

$(VENV)/.created:
	@test -n '$(PYTHON)' || { echo 'Verbatim needs Python 3.11 or newer, and none was found here.' \
	    'Install one, or name it: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo 'Verbatim needs Python 3.11 or newer; $(PYTHON) is not ('"$$('$(PYTHON)' --version 2>&1)"').' \
	    'Name another: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo '$(PYTHON) comes without the venv module. On Debian and Ubuntu: apt install python3-venv' \
	    '(python3.11-venv for python3.11)' >&2; exit 1; }
	@echo '==> Making a virtual environment in $(VENV) with $(PYTHON)'
	@'$(PYTHON)' -m venv $(VENV)
	@touch $@

# No build isolation: requirements.lock has setuptools too, so that nothing is installed that it does not name.
$(VENV)/.installed: $(VENV)/.created requirements.lock pyproject.toml
	@echo '==> Installing Verbatim and what it needs from requirements.lock (once; a few minutes on a slow line)'
	@$(PIP) install --quiet -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tools: $(VENV)/.installed requirements-dev.lock
	@echo '==> Installing what the tests need from requirements-dev.lock'
	@$(PIP) install --quiet -r requirements-dev.lock
	@touch $@

# torch stays at the version that has a CPU build; its CUDA packages must never get into the lock files.
COMPILE = $(VENV)/lock/bin/python -m piptools compile --quiet --allow-unsafe --strip-extras --no-header \
    --no-emit-index-url --no-emit-find-links --upgrade-package torch==$(TORCH) $(ARGS)
lock: $(VENV)/.created
	@'$(PYTHON)' -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip install --quiet pip-tools
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --output-file requirements-dev.lock --extra dev --extra eval --constraint requirements.lock pyproject.toml
	@for f in requirements.lock requirements-dev.lock; do \
	    { echo '# Written by make lock from pyproject.toml: change that, not this.'; \
	      sed -e '/^# Written by make lock/d' -e 's/^\(torch==[^+]*\)+cpu/\1/' $$f; } > $$f.new && mv $$f.new $$f || exit 1; \
	    if grep -E '^(nvidia|cuda|triton)' $$f; then \
	        echo "$$f has CUDA packages: make lock where pip finds a CPU build of torch $(TORCH)" >&2; exit 1; fi; done

clean:
	rm -rf $(VENV) $(DEMO_INDEX) .verbatim-eval screenshots build dist verbatim.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find index rag ui eval tests -name __pycache__ -type d -prune -exec rm -rf {} +
