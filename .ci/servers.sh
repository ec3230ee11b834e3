#!/usr/bin/env bash
# Builds the real servers that the tests run against, from their published Go modules, into a cache directory.
#
#   servers.sh path     print the cache directory
#   servers.sh all      build every server
#   servers.sh NAME...  build these
#
# A server is a Go program in servers/NAME/. To add one: put it there and add its name to SERVERS.
# A server is not built again while its main.go, go.mod and go.sum are what they were.
set -euo pipefail

SERVERS=(consul etcd kubernetes memberlist nats-server nsqd nsqlookupd pubsub)

sources="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/servers"
cache="${XDG_CACHE_HOME:-${HOME:?}/.cache}/micro-spring-boot/servers"

usage() {
    echo "usage: ${0##*/} path | all | NAME...   (servers: ${SERVERS[*]})" >&2
    exit 2
}

known() {
    local server
    for server in "${SERVERS[@]}"; do
        [ "$server" != "$1" ] || return 0
    done
    return 1
}

# minimum NAME: the Go that its module asks for.
minimum() {
    sed -n 's/^go //p' "$sources/$1/go.mod"
}

# have_go MINIMUM: whether there is a Go at least as new.
have_go() {
    local version
    command -v go >/dev/null || return 1
    version="$(cd / && GOTOOLCHAIN=local go env GOVERSION 2>/dev/null)" || return 1
    version="${version#go}"
    [ "$(printf '%s\n' "$1" "${version%% *}" | sort -V | head -n 1)" = "$1" ]
}

build() {
    local name="$1" binary="$cache/$1" stamp="$cache/$1.stamp" hash minimum started partial
    hash="$(cd "$sources/$name" && sha256sum main.go go.mod go.sum | sha256sum | cut -d ' ' -f 1)"
    if [ -x "$binary" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$hash" ]; then
        echo "$name: up to date"
        return
    fi
    minimum="$(minimum "$name")"
    if ! have_go "$minimum"; then
        echo "Go $minimum or newer is needed to build $name; Debian's golang package may be too old:" \
            "take it from https://go.dev/dl/ or from the distribution's backports." >&2
        echo "$name: skipped (no Go)"
        return
    fi
    echo "$name: building (takes minutes the first time)"
    mkdir -p "$cache"
    started="$SECONDS"
    partial="$binary.partial.$$"
    # Not set here, so the environment can: GOFLAGS (such as -p=2) and GOPROXY. No C: Debian's Go brings no compiler.
    (cd "$sources/$name" && CGO_ENABLED=0 go build -mod=readonly -buildvcs=false -trimpath -ldflags='-s -w' -o "$partial" .) || {
        rm -f "$partial"
        echo "$name: build failed" >&2
        return 1
    }
    mv -f "$partial" "$binary"
    echo "$hash" >"$stamp"
    echo "$name: built in $((SECONDS - started)) s"
}

[ $# -gt 0 ] || usage
case "$1" in
    path)
        echo "$cache"
        exit
        ;;
    all) set -- "${SERVERS[@]}" ;;
esac
for name in "$@"; do
    known "$name" || usage
done
for name in "$@"; do
    build "$name"
done
