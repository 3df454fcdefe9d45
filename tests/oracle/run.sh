#!/usr/bin/env bash
# The loader against the real one, on random layers: a few hundred cases, another seed each time.
#   run.sh [CASES [SEED]]
# Installs the pinned packages with three tries. Without a registry nothing can be compared: that is said, and fails.
set -euo pipefail
cd "$(dirname "$0")/loader"
cases=${1:-300}
seed=${2:-$((RANDOM * 32768 + RANDOM))}

installed() {
  for try in 1 2 3; do
    npm ci --no-progress >/dev/null 2>npm.log && return
    echo "loader oracle: npm did not install (try $try of 3)" >&2
    sleep $((try * 5))
  done
  return 1
}
if ! installed; then
  echo 'loader oracle: NOT RUN. The registry does not answer, so nothing was compared with the real loader:' >&2
  tail -n 5 npm.log >&2
  exit 1
fi
rm -f npm.log
cargo build --quiet --example loader-answer
node compare.mjs --binary ../../../target/debug/examples/loader-answer --cases "$cases" --seed "$seed"
