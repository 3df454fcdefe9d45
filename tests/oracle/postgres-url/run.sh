#!/usr/bin/env bash
# The reader of PostgreSQL URLs against net/url, lib/pq and pgx: generated strings, another seed each time, and the
# recorded answers, which have to be the libraries' still.
#   run.sh [CASES [SEED]]
# Installs Go and the libraries from Debian packages with three tries, unless they are there. Only where the registry
# does not answer nothing is compared, and that is said. Any disagreement fails.
set -euo pipefail
cd "$(dirname "$0")"
cases=${1:-2000}
seed=${2:-$((RANDOM * 32768 + RANDOM))}
packages=(golang-go golang-github-lib-pq-dev golang-github-jackc-pgconn-dev)
export GO111MODULE=off GOPATH=/usr/share/gocode

installed() {
  command -v go >/dev/null && [ -d "$GOPATH/src/github.com/lib/pq" ] && [ -d "$GOPATH/src/github.com/jackc/pgconn" ]
}
listed=
for try in 1 2 3; do
  installed && break
  if apt-get update -qq -o APT::Update::Error-Mode=any; then
    listed=yes
    apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null && break
  fi
  echo "PostgreSQL URL oracle: apt did not install (try $try of 3)" >&2
  sleep $((try * 5))
done
if ! installed; then
  [ -n "$listed" ] && { echo "PostgreSQL URL oracle: cannot install ${packages[*]}" >&2; exit 1; }
  echo '!!!! PostgreSQL URL oracle: NOT RUN. The registry does not answer, so nothing was compared with the real drivers.' >&2
  exit 0
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
go vet .
go build -o "$work/ask" .
cargo build --quiet --package stagecheck-go-postgres-url --example go-postgres-url-oracle
compare=../../../target/debug/examples/go-postgres-url-oracle
recorded=../../../crates/go-postgres-url/tests/vectors.jsonl

echo "PostgreSQL URLs: seed $seed, $cases cases"
"$work/ask" generate "$seed" "$cases" >"$work/cases"
"$compare" <"$work/cases"
"$work/ask" ask <"$recorded" >"$work/recorded"
diff -u "$recorded" "$work/recorded"
