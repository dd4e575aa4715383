# Every command sets up what it needs first; running one twice does the work once. `make` alone lists them.
# The work is done by the scripts in .make/; MOORING_WASM_FROM_DEBIAN=1 is explained in .make/wasm-target.sh.

.DEFAULT_GOAL := help
.PHONY: help run test corpus dev build dist bench lint fmt
MAKEFLAGS += --no-print-directory

export MOORING_WASM_FROM_DEBIAN

help:
	@echo "make run     build and start Mooring; prints a link to sign in (ARGS=\"--listen 0.0.0.0:8888\" goes to mooring serve)"
	@echo "make test    every test: the walls, clippy, Rust, the Python clients, a real browser (ONLY=walls|lint|rust|sdk|browser for one part)"
	@echo "make corpus  the Python clients with every pipeline of others (table: target/corpus.tsv) and 200 crashes"
	@echo "make dev     rebuild and reload on every change (uses cargo-leptos when it is there)"
	@echo "make build   the optimised program, and the site in target/site"
	@echo "make dist    one self-contained executable: target/dist/mooring"
	@echo "make bench   the figures of the README, measured on this machine"
	@echo "make lint    clippy, formatting, walls"
	@echo "make fmt     format the Rust code"

run:
	@.make/run.sh $(ARGS)

test:
	@.make/test.sh $(ONLY)

corpus:
	@MOORING_CORPUS=all MOORING_CORPUS_TABLE=$(CURDIR)/target/corpus.tsv MOORING_CRASHES=200 .make/test.sh sdk

dev:
	@.make/dev.sh $(ARGS)

build:
	@.make/build.sh release

dist:
	@.make/dist.sh

bench:
	@.make/bench.sh $(ARGS)

lint:
	@.make/test.sh lint
	@.make/test.sh walls

fmt:
	@cargo fmt --all
