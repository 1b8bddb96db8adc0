# What a person types. Each recipe is one line; the work is in scripts/.

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-quick verify cluster fuzz lint fmt bench bench-latency bench-peers evaluate kafka-start kafka-stop

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: ## show Kentongan at work: simulated feeds, page on http://127.0.0.1:8080
	@scripts/need cargo cc c++ make
	@scripts/page
	cargo run --locked --release -- demo

setup: ## install what the tests need beyond Rust and build-essential (Debian 12)
	@scripts/setup

test: ## everything that a change can break, with real Kafka, Prometheus, Alertmanager
	@scripts/test

test-quick: ## the same without outside parts: Rust alone
	@scripts/test quick

verify: test ## the tests and their long forms
	@scripts/verify

cluster: ## what deploy/ makes, asked of a real Kubernetes API server (needs Go; builds for minutes once)
	@scripts/need go mvn openssl target/tools/bin/python
	target/tools/bin/python scripts/check-cluster

fuzz: ## broken bytes at every reader of foreign bytes, two minutes each (FUZZ_SECONDS=120)
	@scripts/need cargo cc c++ make
	KENTONGAN_FUZZ_SECONDS=$${FUZZ_SECONDS:-120} cargo test --locked --test fuzz -- --nocapture --test-threads 2

lint: ## format, lints, documentation, dependencies; no tests
	@scripts/need cargo cc c++ make target/tools/bin/cargo-deny
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps
	target/tools/bin/cargo-deny --locked check --hide-inclusion-graph bans licenses sources

evaluate: ## measure detection on real posts and count series (needs KENTONGAN_DATA)
	@scripts/need cargo cc c++ make
	cargo build --locked --release
	python3 scripts/evaluate_posts.py --perturbed 10
	python3 scripts/evaluate_peers.py --plot docs/peers.svg

fmt: ## format the source
	cargo fmt

bench: ## measure the hot path: instructions per post, against budgets
	@scripts/need cargo cc c++ make valgrind
	cargo run --locked --release --example hot_path

bench-peers: ## the same job on the engines that a user would pick instead; hours
	@scripts/bench-peers --report

bench-latency: ## from a post to its alert on a real broker, at three loads; ten minutes
	@scripts/bench-latency

kafka-start: ## start a Kafka broker for tests in ./.kafka, print its address
	@scripts/kafka start

kafka-stop: ## stop it and remove its data
	@scripts/kafka stop
