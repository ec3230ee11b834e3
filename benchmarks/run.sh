#!/usr/bin/env bash
# Measures with what has been built (by make bench or make bench-full, which run this):
#
#   run.sh goals [ROW,...]    what the goals are about; make bench
#   run.sh full [ROW,...]     every row under every load; make bench-full
#   run.sh quick ...          see quick.sh
#
#   BENCH_JDK=home            the JDK of the measured processes; else JAVA_HOME, else the newest JDK there is
#   ROUNDS= WARM= WINDOW=     how often, and for how many seconds each row is warmed and measured
set -euo pipefail
benchmarks="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

# The newest JDK of those installed where Linux has them, or the one on the path.
newest() {
    local home version
    {
        for home in /usr/lib/jvm/*; do
            version="$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2>/dev/null)" || true
            [ -z "$version" ] || [ ! -x "$home/bin/java" ] || echo "$version $home"
        done
        echo "0 $(dirname "$(dirname "$(readlink -f "$(command -v java)")")")"
    } | sort -n | tail -n 1 | cut -d ' ' -f 2-
}

BENCH_JDK="${BENCH_JDK:-${JAVA_HOME:-$(newest)}}"
exec "$BENCH_JDK/bin/java" -Xmx128m -XX:+UseSerialGC -Dbenchmarks="$benchmarks" \
    -cp "$benchmarks/harness/target/classes:$(cat "$benchmarks/harness/target/classpath.txt")" \
    io.microspring.benchmarks.controller.Bench "$@"
