# Flywheel CRM. `make` or `make help` lists the targets; everything they need they install themselves (scripts/setup.sh).
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run demo test check lint fmt openapi bench web e2e real-data fuzz crash bench-page pg-up pg-down unit

TARGET := $(or $(CARGO_TARGET_DIR),target)
BIN := $(TARGET)/debug/flywheel
DIR ?= ../shared/data
MODE ?= web

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what is missing for the tests: Debian packages (root or sudo), the target wasm32, npm and Python packages
	@scripts/setup.sh test

run: ## build and start the product on http://127.0.0.1:8080 with demonstration data; FLYWHEEL_BIND=127.0.0.1:8081 for another port
	@scripts/setup.sh run
	@scripts/run.sh

demo: ## load the demonstration data into a fresh database (DATABASE_URL, default data/flywheel.db) and stop
	@scripts/setup.sh run
	@scripts/run.sh --demo-only

web: ## build the single-page app into frontend/dist (MODE=dev for a quick build)
	@scripts/setup.sh run
	@scripts/web.sh $(MODE)

test: ## every test: unit, API on both engines, contract, fuzz, browser, real data
	@scripts/setup.sh test
	@scripts/test.sh

unit: ## the Rust tests only, on both engines; ARGS='name' selects
	@scripts/setup.sh test
	@scripts/test.sh unit $(ARGS)

check: lint test ## lint, then every test

lint: ## formatting and clippy, warnings are errors
	@scripts/setup.sh lint
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

fmt: ## format the Rust code
	@scripts/setup.sh lint
	cargo fmt --all

openapi: ## regenerate openapi/openapi.json from the code
	@scripts/setup.sh run
	cargo build --quiet -p api --bin flywheel
	@mkdir -p openapi && $(BIN) openapi > openapi/.new && mv openapi/.new openapi/openapi.json

e2e: ## the browser journeys (tests/e2e), screenshots in tests/e2e/out
	@scripts/setup.sh test
	@scripts/test.sh e2e

fuzz: ## Schemathesis over every operation, on both engines; EXAMPLES=100 for a longer run
	@scripts/setup.sh test
	@scripts/test.sh fuzz

crash: ## kill the server at random points under load, KILLS times on each engine (default 300), and compare what happened
	@scripts/setup.sh test
	@FLYWHEEL_KILLS=$(or $(KILLS),300) scripts/test.sh unit crashes

real-data: ## import the public pipeline in DIR (default ../shared/data) and print its figures as JSON
	@scripts/setup.sh run
	@scripts/real-data.sh "$(DIR)"

bench: ## Every figure of speed beside its target, at 100k and 1M customers (SIZES="100000 1000000")
	@scripts/setup.sh bench
	@scripts/bench.sh $(SIZES)

bench-page: ## how fast the page is in a browser, beside its targets, at 1M customers (SIZE=100000 for fewer)
	@scripts/setup.sh test
	@scripts/page-bench.sh $(or $(SIZE),1000000)

pg-up: ## start a private PostgreSQL for trials and print its URL
	@scripts/setup.sh bench
	@scripts/pg.sh up

pg-down: ## stop and remove it
	@scripts/pg.sh down
