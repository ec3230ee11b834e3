#!/usr/bin/env bash
# A few rows side by side: quick.sh ROW[,ROW...] LOAD[,LOAD...] [SECONDS]
#
# A load is a number of calls at a time (16), with a size where it is not 100 B (16x65536), or stream. The first row is what
# the others are compared with. It prints for each row the rate, its ratio to the first within a round (median, least and
# most), CPU per call as such a ratio, latencies, CPU seconds per 100,000 calls and bytes allocated per call of client and
# server, and how many processors others used meanwhile. Rows are listed by quick.sh without arguments.
#
# Builds nothing: mvn -q -Pbench -pl benchmarks/ours,benchmarks/raw,benchmarks/grpc -am process-classes first.
#   BENCH_JDK=home     the JDK of the processes; else JAVA_HOME, else java
#   WARM=5 ROUNDS=3    seconds to warm each row, and how often each is measured
set -euo pipefail
benchmarks="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
java="${BENCH_JDK:-${JAVA_HOME:-}}"
java="${java:+$java/bin/}java"
exec "$java" -Xmx64m -XX:+UseSerialGC -Dbenchmarks="$benchmarks" \
    -cp "$benchmarks/harness/target/classes:$(cat "$benchmarks/harness/target/classpath.txt")" \
    io.microspring.benchmarks.controller.Bench quick "$@"
