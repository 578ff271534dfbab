# Bureau. `make` prints the verbs; `make demo` and `make test` do all the
# set-up themselves, and write nothing outside .bureau/ but Go's own caches.

BUREAU_HOME ?= $(CURDIR)/.bureau
export BUREAU_HOME

GO      ?= go
LINT    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.5.0
export CGO_ENABLED ?= 0

.DEFAULT_GOAL := help
.PHONY: help build demo test check bench fuzz eval down clean

help: ## print the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build the one binary, ./bureau
	$(GO) build -trimpath -o bureau ./cmd/bureau

demo: build ## serve the sample company with a real model, and print the address
	@scripts/ollama.sh up
	@. "$(BUREAU_HOME)/ollama.env" && exec ./bureau demo --data "$(BUREAU_HOME)/demo"

test: ## run every test: unit, contract, fuzz seeds, protocol, real model, real browser
	@scripts/ollama.sh up --small
	@scripts/browser.sh
	@scripts/axe.sh
	@scripts/qdrant.sh up
	@scripts/test.sh

check: ## vet and lint
	$(GO) vet ./...
	$(GO) run $(LINT) run ./...

bench: ## run the benchmarks behind docs/benchmarks.md (about 10 minutes)
	@scripts/ollama.sh up --small
	@scripts/qdrant.sh up
	@. "$(BUREAU_HOME)/ollama.env" && . "$(BUREAU_HOME)/qdrant.env" && export BUREAU_TEST_QDRANT_EDGE && BUREAU_TEST_OLLAMA=$$BUREAU_OLLAMA BUREAU_TEST_CHAT_MODEL=$$BUREAU_CHAT_MODEL \
		BUREAU_TEST_EMBEDDER=$$BUREAU_EMBEDDER $(GO) test -run '^$$' -bench . -benchtime 5s -timeout 30m ./...

fuzz: ## fuzz every target for a while (FUZZTIME=30s each)
	@scripts/fuzz.sh

down: ## stop the Ollama that demo or test started
	@scripts/ollama.sh down

clean: down ## remove the binary and everything under .bureau/
	rm -rf bureau "$(BUREAU_HOME)"
