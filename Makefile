# The one command that says whether a change is good: `make test`.

CARGO ?= cargo
VALIDATOR := .tools/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool

.PHONY: test tools lint doc update

# The suite comes last, so that its summary ends the output.
test: tools lint doc
	$(CARGO) test --locked --doc
	$(CARGO) test --locked --lib --bins
	$(CARGO) test --locked --test suite

# Third-party validators that the tests run.
tools: .tools/package-lock.json .tools/python/ready

# The stand-in for AWS that the live tests ask.
.tools/python/ready: tests/live/requirements.txt
	python3 -m venv .tools/python
	.tools/python/bin/pip install --quiet --disable-pip-version-check --requirement tests/live/requirements.txt
	touch $@

.tools/package-lock.json: tests/tools/package-lock.json tests/tools/package.json
	mkdir -p .tools
	cp tests/tools/package.json .tools/package.json
	cp tests/tools/package-lock.json .tools/package-lock.new
	mv .tools/package-lock.new .tools/package-lock.json
	cd .tools && npm ci --ignore-scripts --no-audit --no-fund || { rm -f package-lock.json; exit 1; }
	chmod +x $(VALIDATOR)
	touch $@

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) clippy --locked --all-targets --no-default-features -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items

# Writes the generated tables and schemas anew.
update:
	UPDATE=1 $(CARGO) test
