# Thin on purpose: each line is a tool's own command, or one of the scripts in tools/.
.PHONY: demo test check fix build bench docs install-c clean
SHELL := /bin/sh

# Everything but cargo's own folder is built here.
B := .build
VENV := $(B)/venv
PY := $(VENV)/bin/python
PREFIX ?= /usr/local

demo: build
	@$(PY) tools/demo.py

test: export MMCRED_SYSTEM := test
test: build $(B)/test-tools
	@$(PY) tools/test.py $(SUITES)

check: export MMCRED_SYSTEM := test
check: build $(B)/test-tools
	@$(PY) tools/test.py check

fix: build $(B)/test-tools
	cargo fmt --all
	python3 tools/ledger.py
	$(PY) -m ruff check --fix -q bindings-python tests tools
	bindings-c/generate.sh
	tools/c-style.sh --fix

# One invocation of cargo builds all crates, so that each dependency is built once; then each language's package is
# put together from what it built.
build: $(VENV)/.ready
	@tools/prerequisites.sh $${MMCRED_SYSTEM:-demo}
	cargo build --workspace
	@$(PY) tools/place.py
	tests/behaviour/c/build.sh $(B)/c/behaviour
	cd bindings-node && MMCRED_PREBUILT=1 npm ci --silent

$(VENV)/.ready: tests/requirements-demo.txt
	@tools/prerequisites.sh $${MMCRED_SYSTEM:-demo}
	python3 -m venv $(VENV)
	$(PY) -m pip install -q -r tests/requirements-demo.txt
	@touch $@

$(B)/test-tools: tests/requirements.txt $(VENV)/.ready
	$(PY) -m pip install -q -r tests/requirements.txt
	@touch $@

bench: build
	$(PY) benches/run.py

docs:
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps -p mmcred
	cargo run -q -p mmcred-cli -- man docs/man

PROFILE ?= release
install-c:
	bindings-c/install.sh $(PREFIX) $(PROFILE)

clean:
	rm -rf $(B)
	cargo clean
