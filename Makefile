# Thin on purpose: each line is a tool's own command, or one of the scripts in tools/.
.PHONY: demo test check fix build soak size live bench mutants docs docs-session install-c clean
SHELL := /bin/sh

# Everything but cargo's own folder is built here.
B := .build
VENV := $(B)/venv
PY := $(VENV)/bin/python
PREFIX ?= /usr/local

demo: build
	@$(PY) tools/demo.py

test: export MMCRED_SYSTEM := test
test: build $(B)/test-tools $(B)/tools/bin/cargo-deny
	@$(PY) tools/test.py $(SUITES)

check: export MMCRED_SYSTEM := test
check: build $(B)/test-tools $(B)/tools/bin/cargo-deny
	@$(PY) tools/test.py check

fix: build $(B)/test-tools
	cargo fmt --all
	python3 tools/ledger.py
	$(PY) -m ruff check --fix -q bindings-python examples tests tools
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

$(B)/test-tools: tests/requirements.txt tests/judges/package-lock.json $(VENV)/.ready
	$(PY) -m pip install -q -r tests/requirements.txt
	cd tests/judges && npm ci --silent
	@touch $@

# Not in release: it runs for seconds, and so takes minutes less to build.
$(B)/tools/bin/cargo-deny:
	cargo install -q cargo-deny --version 0.20.2 --locked --debug --root $(B)/tools

# A minute of all hands under load, their tokens replaced and revoked meanwhile. make test runs 6 seconds of it.
soak: export MMCRED_SYSTEM := test
soak: build $(B)/test-tools
	$(PY) tests/soak/run.py

# What users download, in release; several minutes.
size: build $(B)/test-tools
	$(PY) tests/packaging/size.py

# Asks a real server, by MMCRED_TEST_SERVER, what the fake is asked (tests/live/README.md).
live:
	cargo build -q -p fake-mattermost
	python3 tests/live/run.py

bench: build $(B)/bench-peers
	$(PY) benches/run.py

$(B)/bench-peers: benches/requirements.txt $(VENV)/.ready
	$(PY) -m pip install -q -r benches/requirements.txt
	@touch $@

# Not part of the tests: each of the committed faults costs a build.
mutants: $(VENV)/.ready
	$(PY) tools/mutants.py $(LISTS)

docs: build
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps -p mmcred
	cargo run -q -p mmcred-cli -- man docs/man
	$(PY) tools/transcripts.py

docs-session: build
	$(PY) tools/session.py

PROFILE ?= release
install-c:
	bindings-c/install.sh $(PREFIX) $(PROFILE)

clean:
	rm -rf $(B)
	cargo clean
