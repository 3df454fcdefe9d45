#!/usr/bin/env bash
# The loader against the real one: random layers, another seed each time, and `print` over every fixture.
#   run.sh [CASES [SEED]]
# Installs the pinned packages with three tries. Only where the registry does not answer nothing is compared, and that
# is said. Any disagreement fails.
set -euo pipefail
cd "$(dirname "$0")"
cases=${1:-300}
seed=${2:-$((RANDOM * 32768 + RANDOM))}

installed() {
  for try in 1 2 3; do
    npm ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund --no-progress >/dev/null 2>npm.log && return
    echo "loader oracle: npm did not install (try $try of 3)" >&2
    sleep $((try * 5))
  done
  return 1
}
if ! installed; then
  tail -n 5 npm.log >&2
  npm ping >/dev/null 2>&1 && exit 1
  echo '!!!! loader oracle: NOT RUN. The registry does not answer, so nothing was compared with the real loader.' >&2
  exit 0
fi
rm -f npm.log
cargo build --quiet --bin stagecheck --example loader-answer
built=../../../target/debug
node compare.mjs --binary "$built/examples/loader-answer" --cases "$cases" --seed "$seed"
node print.mjs --binary "$built/stagecheck" ../../../fixtures/*/
