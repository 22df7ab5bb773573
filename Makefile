# Every target makes its own environment in .venv, with uv where it is installed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo rollout test test-browser test-cache test-extended test-image test-editors test-stores matrix site lint format tables manifest docs corpus fixes-corpus bench accuracy oracle overhead torture twins faults attacks fuzz audit coverage mutants latency peers features vscode address clean

$(READY): pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --seed --allow-existing $(VENV) && uv pip install --quiet --python $(BIN)/python --group dev --editable .; \
	else \
	  $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1' && $(BIN)/python -m pip install --quiet --group dev --editable .; \
	fi
	@touch $(READY)

demo: $(READY)  ## lint the standard's own examples
	@$(BIN)/s3lint check --isolated --exit-zero fixtures/standard
	@echo "Files called good show one sentence of the standard and may break another: the uploads of"
	@echo "good_batch_operations_with_s3.py set no ContentType (s3lint rule STO301)."

test: $(READY)  ## the whole default suite
	@$(BIN)/python -m pytest -n auto --dist loadgroup

test-cache: $(READY)  ## random sequences of changes to a project, each checked with the cache and without
	@S3LINT_CACHE_EXAMPLES=150 $(BIN)/python -m pytest tests/runner/test_cache.py -k whatever_changes

test-browser: $(READY)  ## the HTML report in a real Chromium, where one is installed
	@$(BIN)/python -m pytest -m browser -rs tests/integration/browser/test_html_in_browser.py

rollout: $(READY)  ## the story of a legacy repository, from nothing to a blocking gate
	@$(BIN)/python -m pytest -m extended -s tests/cli/test_rollout_story.py

test-extended: $(READY)  ## what takes minutes: the installed wheel, the tutorial, every fixture in every hostile shape
	@$(BIN)/python -m pytest -n auto --dist loadgroup -m extended -rs

matrix: $(READY)  ## every Python that is installed, the oldest and the newest dependencies, the wheel and the source archive
	@PYENV_VERSION="$$(pyenv versions --bare 2>/dev/null | paste -s -d : -)" $(BIN)/nox

STORES := .venv-stores/bin
STORES_READY := .venv-stores/.ready

$(STORES_READY): pyproject.toml tests/integration/stores/requirements.txt
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --seed --allow-existing .venv-stores && uv pip install --quiet --python $(STORES)/python -r tests/integration/stores/requirements.txt --editable '.[runtime,delta]'; \
	else \
	  $(PYTHON) -m venv .venv-stores && $(STORES)/python -m pip install --quiet -r tests/integration/stores/requirements.txt --editable '.[runtime,delta]'; \
	fi
	@touch $(STORES_READY)

test-stores: $(STORES_READY)  ## the runtime on Ceph, dynalite and Spark on the JVM, installed if missing
	@tests/integration/stores/install
	@$(STORES)/python -m pytest -rs --confcutdir=tests/integration/stores tests/integration/stores

test-image:  ## build the image and check a folder with it, by docker, else by buildah, which root on Debian gets installed
	@tests/integration/image/check

test-editors: $(READY)  ## the server under Neovim and Emacs, which are installed if possible
	@tests/integration/editors/install.sh
	@$(BIN)/python -m pytest -rs tests/integration/editors

lint: $(READY)  ## format, lint, types, and imports through the layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

tables: $(READY)  ## write the service tables again from the installed boto3
	@$(BIN)/python -m s3lint.storage.services.generate

manifest: $(READY)  ## write the manifest of the rules again, after a change of what one declares
	@$(BIN)/python -m tools.manifest

docs: $(READY)  ## write the generated parts of the documentation again
	@$(BIN)/python -m docs.generate

site: $(READY)  ## build the documentation's site in site/
	@NO_MKDOCS_2_WARNING=true $(BIN)/mkdocs build --quiet --strict

corpus: $(READY)  ## findings and crashes over published packages
	@$(BIN)/python -m benchmarks.corpus

fixes-corpus: $(READY)  ## every fix applied to copies of published packages: what fixes break; FOLDERS="…" takes other code
	@$(BIN)/python -m benchmarks.fixes_corpus $(FOLDERS) $(WITH)

bench: $(READY)  ## the cost beside other linters, how it grows, and which targets are met; WITH="--docs" writes docs/performance.md
	@$(BIN)/python -m benchmarks.speed $(WITH)

accuracy: $(READY)  ## recall and precision by rule, from a reader's judgements; WITH="--docs" writes the table of docs/accuracy.md
	@$(BIN)/python -m benchmarks.accuracy $(WITH)

oracle: $(READY)  ## test suites of public projects under the recorder, static findings beside observed ones; WITH="--docs" writes the tables of docs/accuracy.md
	@nice -n 10 $(BIN)/python -m benchmarks.oracle $(WITH)

overhead: $(READY)  ## the recorder's share of the CPU time of a test suite
	@nice -n 10 $(BIN)/python -m benchmarks.oracle.overhead $(WITH)

peers: $(READY)  ## what other linters report of seeded violations
	@$(BIN)/python -m benchmarks.detection

features: $(READY)  ## what linters offer for rolling out, as in docs/comparison.md
	@$(BIN)/python -m benchmarks.features

torture: $(READY)  ## how time and memory grow with the size of hostile programs
	@PYTHONPATH=tests $(BIN)/python -m robustness.torture

twins: $(READY)  ## nodes made without libcst against libcst's own, and the findings in both, over published packages; FOLDERS="…" takes other code
	@PYTHONPATH=tests $(BIN)/python -m syntax.twins $(FOLDERS)

TIMES ?= 200

faults: $(READY)  ## kills, interrupts, full disks and dead workers
	@PYTHONPATH=tests $(BIN)/python -m robustness.faults --times $(TIMES)

attacks: $(READY)  ## what a pull request of a stranger could try, counted by kind; WITH=--docs writes docs/reliability.md
	@PYTHONPATH=tests $(BIN)/python -m robustness.attacks $(WITH)

SECONDS ?= 600

fuzz: $(READY)  ## coverage-guided fuzzing of check and fix, where atheris has a wheel, and mutation of real code; what fails is kept in tests/robustness/.cache
	@$(BIN)/python -m pip install --quiet --only-binary :all: atheris 2>/dev/null || true
	@PYTHONPATH=tests $(BIN)/python -m robustness.fuzz check --seconds $(SECONDS)
	@PYTHONPATH=tests $(BIN)/python -m robustness.fuzz fix --seconds $(SECONDS)
	@for target in configuration baseline ignore_file notebook cache_file suppression message; do \
		PYTHONPATH=tests $(BIN)/python -m robustness.fuzz $$target --seconds $$(( $(SECONDS) / 3 )) || exit 1; done
	@PYTHONPATH=tests $(BIN)/python -m robustness.mutate --seconds $(SECONDS)

audit: $(READY)  ## known vulnerabilities in the dependencies, where pypi.org can be reached
	@$(BIN)/python -m pip install --quiet pip-audit
	@if $(BIN)/python -c 'import urllib.request as u; u.urlopen("https://pypi.org/pypi/pip/25.1/json", timeout=20)' 2>/dev/null; then \
	  $(BIN)/python -m pip_audit --skip-editable --progress-spinner off; \
	else echo "SKIPPED: pypi.org, which has the data of pip-audit, cannot be reached" >&2; fi

COVERED := benchmarks/.cache/coverage
COVERING := tests/inference tests/rules/test_fixtures.py tests/rules/test_rules.py tests/rules/test_single_rules.py tests/runner/test_run.py

coverage: $(READY)  ## the code of inference and rules that tests of values and findings run, branches included; fails below 95 %
	@$(BIN)/python -m pip install --quiet 'coverage>=7.10'
	@rm -rf $(COVERED) && mkdir -p $(COVERED)
	@$(BIN)/python -m coverage run -m pytest -n auto $(COVERING)
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report --show-missing --skip-covered --sort=cover --include='s3lint/inference/*' --fail-under=95
	@$(BIN)/python -m coverage report --show-missing --skip-covered --sort=cover --include='rules/*' --fail-under=95

SAMPLE ?= 4
SEED ?= 1
AT_LEAST ?= 80

mutants: $(READY)  ## small mistakes in rules and inference, SAMPLE of each module, chosen by SEED: tests must notice AT_LEAST percent
	@$(BIN)/python -m pip install --quiet 'mutmut>=3.8'
	@$(BIN)/python -m tools.mutants rules s3lint/inference --sample $(SAMPLE) --seed $(SEED) --at-least $(AT_LEAST)

latency: $(READY)  ## how long an editor waits for diagnostics
	@$(BIN)/python -m benchmarks.latency

vscode: $(READY)  ## test the extension for VS Code, and package it
	@cd editors/vscode && npm install --no-audit --no-fund --no-package-lock --loglevel=error
	@cd editors/vscode && S3LINT="$(abspath $(BIN)/python) -m s3lint" npm test
	@cd editors/vscode && npm run package

address: $(READY)  ## replace the addresses of the project wherever they are written: REPOSITORY=https://… SITE=https://…/
	@git grep -lIzF -e "$(call own,REPOSITORY)" -e "$(call own,SITE)" | xargs -0 perl -pi -e 's|\Q$(call own,REPOSITORY)\E|$(REPOSITORY)|g; s|\Q$(call own,SITE)\E|$(SITE)|g'

own = $(shell $(BIN)/python -c 'import s3lint; print(s3lint.$(1))')

clean:
	@rm -rf $(VENV) .venv-stores tests/integration/stores/.cache build dist site .mypy_cache .pytest_cache .ruff_cache .s3lint_cache
