# Trialog. `make` alone lists the targets.
SHELL := /bin/bash
GO ?= go
NPM := npm --prefix ui --no-fund --no-audit
UI_SOURCES := $(shell find ui -type f -not -path '*/node_modules/*' -not -path 'ui/dist/*' -not -path 'ui/e2e/*')
# Packages whose goroutines meet: here the race detector pays.
RACE := ./internal/chat ./internal/store ./internal/desk ./internal/gateway ./internal/graph ./internal/teams ./internal/apptest

.DEFAULT_GOAL := help
.PHONY: help build ui demo test test-go test-race test-ui test-e2e test-independent check screens sim histories bench fuzz crash soak planted clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

ui/node_modules/.package-lock.json: ui/package-lock.json
	$(NPM) ci --ignore-scripts --loglevel=error
	@touch $@

ui/dist/.built: $(UI_SOURCES) ui/node_modules/.package-lock.json
	$(NPM) run build --silent
	@touch $@

ui: ui/dist/.built ## build the interface

build: ui ## build the program into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags="-s -w" -o bin/trialog ./cmd/trialog

demo: build ## start server, simulated Microsoft tenant and seeded people; prints the addresses
	./bin/trialog demo

test: need check test-go test-race test-ui test-e2e independent ## everything a newcomer needs to trust the code

.PHONY: need
need:
	@scripts/need

check: ui ## formatting, vet, types, architecture
	@test -z "$$(gofmt -l cmd internal ui/*.go)" || { gofmt -l cmd internal ui/*.go; exit 1; }
	$(GO) vet ./...
	$(NPM) run check --silent

# The scenarios run under the race detector; what is long in them, and the replays, crashes and worlds, run without it.
LONG := TestScenarios/(long-history|subscription|idle)$$

test-go: ui ## Go tests on SQLite and PostgreSQL
	$(GO) test -shuffle=on -timeout 30m $$($(GO) list ./... | grep -v -F -x -f <($(GO) list $(RACE)))
	$(GO) test -shuffle=on -timeout 30m -run '$(LONG)|TestReplay|TestCrash|TestLeaks' ./internal/apptest

test-race: ui ## packages whose goroutines meet, under the race detector
	$(GO) test -race -shuffle=on -timeout 30m -skip '$(LONG)|TestReplay|TestCrash' $(RACE)

test-ui: ui ## unit tests of the interface
	$(NPM) test --silent

test-e2e: build ## a real browser for each role, in German and English
	$(NPM) run test -w e2e --silent

test/independent/js/node_modules/.package-lock.json: test/independent/js/package-lock.json
	npm --prefix $(@D)/.. ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

# Last, so that nothing else wants the memory, and only where there is enough of it.
.PHONY: independent
independent:
	@MAKE="$(MAKE)" scripts/independent

# The SDK's models take 3 minutes and 5 GB to compile, once: one package at a time, and nothing else beside it.
test-independent: test/independent/js/node_modules/.package-lock.json ## Microsoft's own clients against the simulated tenant (first time: 3 minutes, 5 GB)
	@test -z "$$(gofmt -l test)" || { gofmt -l test; exit 1; }
	cd test/independent && $(GO) vet -p=1 ./... && $(GO) test -p=1 -count=1 ./...
	cd test/independent/js && $(GO) run ../withtenant npm test --silent

screens: build ## pictures of every state of every screen, in out/screenshots, for people to look at
	$(NPM) run screens -w e2e --silent

# Worlds for which a seed decides nearly everything need a few lines of Go's runtime changed: the first time builds the standard library anew.
out/worlds.test: scripts/seeded.go FORCE
	@mkdir -p out
	@$(GO) run scripts/seeded.go out/_seeded
	$(GO) test -c -vet=off -overlay out/_seeded/overlay.json -tags seeded -o $@ ./internal/worlds
.PHONY: FORCE

sim: out/worlds.test ## WORLDS=200: seeded worlds of people and misfortunes, how often each happened, and some played twice; SEED=n: the story of one; LONG=n: one of n is long
	cd internal/worlds && ../../out/worlds.test -test.run '^($(if $(SEED),,TestSameSeedSameTrace|)TestWorlds)$$' -test.v -test.timeout 0 -keep-going -worlds $(or $(WORLDS),200) $(if $(SEED),-seed $(SEED)) $(if $(LONG),-long $(LONG)) $(if $(ONLY),-only $(ONLY))

histories: ## HISTORIES=50 CALLS=2000: what many clients called at once, held against one order, and how many calls that were
	$(GO) test ./internal/histories -run TestHistories -v -timeout 0 -histories $(or $(HISTORIES),50) -calls $(or $(CALLS),2000)

soak: ui ## KILLS=1000 SECONDS=1500 [CLOCK=1]: real processes killed at random moments under load on both databases, and what became of every line
	$(GO) test ./internal/soak -run TestSoak -v -timeout 0 -kills $(or $(KILLS),1000) -seconds $(or $(SECONDS),1500) -calm 5m -disk $(if $(CLOCK),-clock)

crash: ui ## the whole crash matrix: every durable step, before and after it, on the same and on another node, and all pairs
	set -o pipefail; $(GO) test ./internal/apptest -run 'TestCrash$$' -v -timeout 0 -slice 1 | grep -v -E '^ *(=== |--- PASS)'

planted: ## BUGS=pattern: plant bugs in the product; every one has to be caught, most by the worlds
	$(GO) test ./internal/planted -run TestBugsAreCaught -v -timeout 0 -bugs '$(or $(BUGS),.)'

bench: build ## figures beside the machine's own limits of the same run
	$(GO) test -run "^$$" -bench . -benchtime 1x -timeout 20m ./internal/bench

fuzz: ## TIME=30s: fuzz what strangers send
	@scripts/fuzz $(or $(TIME),30s)

clean: ## remove what was built
	rm -rf bin out ui/dist/* ui/node_modules
