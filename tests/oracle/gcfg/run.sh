#!/usr/bin/env bash
# The gcfg reader against the real Go library: generated texts and values, another seed each time; the classes of
# characters that names stand on; and the recorded answers, which have to be the library's still.
#   run.sh [CASES [SEED]]
# Installs Go and the library from Debian packages with three tries, unless they are there. Only where the registry does
# not answer nothing is compared, and that is said. Any disagreement fails.
set -euo pipefail
cd "$(dirname "$0")"
cases=${1:-2000}
seed=${2:-$((RANDOM * 32768 + RANDOM))}
packages=(golang-go golang-gopkg-gcfg.v1-dev)
export GO111MODULE=off GOPATH=/usr/share/gocode

installed() {
  command -v go >/dev/null && [ -d "$GOPATH/src/gopkg.in/gcfg.v1" ]
}
listed=
for try in 1 2 3; do
  installed && break
  if apt-get update -qq -o APT::Update::Error-Mode=any; then
    listed=yes
    apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null && break
  fi
  echo "gcfg oracle: apt did not install (try $try of 3)" >&2
  sleep $((try * 5))
done
if ! installed; then
  [ -n "$listed" ] && { echo "gcfg oracle: cannot install ${packages[*]}" >&2; exit 1; }
  echo '!!!! gcfg oracle: NOT RUN. The registry does not answer, so nothing was compared with the real library.' >&2
  exit 0
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
go vet .
go build -o "$work/ask" .
cargo build --quiet --package stagecheck-gcfg --example gcfg-oracle
compare=../../../target/debug/examples/gcfg-oracle
recorded=../../../crates/gcfg/tests/vectors.jsonl

echo "gcfg: seed $seed, $cases cases"
"$work/ask" generate "$seed" "$cases" >"$work/cases"
"$compare" <"$work/cases"
"$work/ask" classes >"$work/classes"
"$compare" classes <"$work/classes"
"$work/ask" ask <"$recorded" >"$work/recorded"
diff -u "$recorded" "$work/recorded"
