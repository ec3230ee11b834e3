#!/usr/bin/env bash
# A few rows side by side: quick.sh ROW[,ROW...] LOAD[,LOAD...] [SECONDS]
#
# A load is a number of calls at a time (16), with a size where it is not 100 B (16x65536) and a number of calls a second
# where they begin by the clock (16@5000), or stream. The first row is what the others are compared with. It prints for
# each row the rate, its ratio to the first within a round (median, least and most), CPU per call as such a ratio,
# latencies, CPU seconds per 100,000 calls and bytes allocated per call of client and server, and how many processors
# others used meanwhile. Rows are listed by quick.sh without arguments.
#
# Builds nothing: that does make bench, or of single modules
# mvn -q -Pbench -pl benchmarks/ours,benchmarks/raw -am process-classes. See run.sh for BENCH_JDK, ROUNDS and WARM.
exec "$(dirname "${BASH_SOURCE[0]}")/run.sh" quick "$@"
