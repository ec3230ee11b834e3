# Shortcuts; each is one Maven command, and plain `mvn verify` needs none of them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
MVN ?= mvn
BENCHED := benchmarks/raw,benchmarks/grpc,benchmarks/ours,benchmarks/jmh,benchmarks/spring,benchmarks/broker
UNCHECKED := -Dspring-javaformat.skip -Dcheckstyle.skip -Denforcer.skip

.PHONY: help
help: ## Show this
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: install
install: ## Put the modules into the local Maven repository, untested
	$(MVN) install -DskipTests

.PHONY: fast
fast: ## Compile everything, tests too, and check nothing
	$(MVN) -q test-compile $(UNCHECKED)

.PHONY: test
test: ## Check and test everything: what a change must pass
	$(MVN) verify

.PHONY: contracts
contracts: ## Run the contracts against the embedded defaults
	$(MVN) -pl micro-test -am test $(UNCHECKED) -Dtest='io.microspring.test.*Test' -Dsurefire.failIfNoSpecifiedTests=false

.PHONY: backends
backends: ## Run the contracts against the real servers; one that is missing is a failure
	$(MVN) -pl micro-plugins -am test $(UNCHECKED) -Dtest='io.microspring.plugins.**' \
		-Dsurefire.failIfNoSpecifiedTests=false -Dmicro.test.skip-is-failure=true

.PHONY: broker-features
broker-features: ## Write what each broker can to docs/broker-features.md, as its contract shows it
	$(MVN) -pl micro-test,micro-plugins -am test $(UNCHECKED) -Dtest='*Broker*Test' \
		-Dsurefire.failIfNoSpecifiedTests=false -Dmicro.test.broker-features=write

.PHONY: samples
samples: ## Run the samples, each in a process of its own
	$(MVN) -pl samples/greeter,samples/test -am test $(UNCHECKED) -Dtest='io.microspring.samples.**' \
		-Dsurefire.failIfNoSpecifiedTests=false

.PHONY: faults
faults: ## Kill, stop, pause and restart nodes under load, and print what failed
	$(MVN) -pl samples/test -am test $(UNCHECKED) -Dtest=FaultTest -Dsurefire.failIfNoSpecifiedTests=false

.PHONY: figures
figures: ## Measure how fast news travels through each registry; TYPES="a b" only these, ROUNDS=3
	$(MVN) -q -pl samples/test -am test-compile exec:exec@figures $(UNCHECKED) -Dfigures="$(or $(ROUNDS),3) $(TYPES)"

.PHONY: vectors
vectors: ## Play the recordings of go-micro to the greeter at TARGET=host:port and to our client; DIR= other recordings, FAMILY= only one
	$(MVN) -q -pl micro-plugins -am test-compile exec:java@vectors $(UNCHECKED) \
		-Dexec.args="$(if $(DIR),$(abspath $(DIR)),-) $(or $(TARGET),$(error TARGET=host:port is missing)) $(FAMILY)"

.PHONY: fuzz
fuzz: ## Try random input on the decoders, each for SECONDS=60
	$(MVN) -pl micro-core,micro-test,micro-plugins -am test $(UNCHECKED) -Dtest='*FuzzTest' \
		-Dsurefire.failIfNoSpecifiedTests=false -Dmicro.fuzz.seconds=$(or $(SECONDS),60)

.PHONY: bench
bench: ## Measure what the goals are about, in about 8 minutes; ROWS=a,b only these, JDK=home, ROUNDS=5
	$(MVN) -q -Pbench -pl $(BENCHED) -am package -Dmaven.test.skip $(UNCHECKED)
	$(if $(JDK),BENCH_JDK=$(JDK)) benchmarks/run.sh goals $(ROWS)

.PHONY: bench-full
bench-full: ## Measure every row under every load, in hours
	$(MVN) -q -Pbench package -Dmaven.test.skip $(UNCHECKED)
	$(if $(JDK),BENCH_JDK=$(JDK)) benchmarks/run.sh full $(ROWS)

.PHONY: servers
servers: ## Build the test servers that take minutes, into a cache (needs Go)
	.ci/servers.sh all

.PHONY: format
format: ## Format the sources
	$(MVN) -q spring-javaformat:apply

.PHONY: check
check: ## Check format, style and dependencies, and on JDK 25 that nothing is null unawares
	$(MVN) -q compile

.PHONY: hooks
hooks: ## Check each commit before it is made
	git config core.hooksPath config/hooks

.PHONY: compare-reproducible
compare-reproducible: first := $(or $(TMPDIR),/tmp)/micro-spring-boot-first-build.sha256
compare-reproducible: ## Build twice, and see that the jars are the same to the byte
	$(MVN) -q clean package -DskipTests $(UNCHECKED)
	find . -path '*/target/*.jar' | sort | xargs sha256sum > $(first)
	$(MVN) -q clean package -DskipTests $(UNCHECKED)
	sha256sum --check $(first)

.PHONY: ci
ci: ## Run what the build server runs
	.ci/run
