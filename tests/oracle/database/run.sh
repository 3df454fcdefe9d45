#!/usr/bin/env bash
# Compares our plans with those of the real DatabaseManager on generated configs.
#   run.sh [SEED [COUNT]]      without a seed a new one is taken, and printed
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
seed="${1:-$((RANDOM * 32768 + RANDOM))}"
count="${2:-400}"

cd "$here"
if [ ! -d node_modules/@backstage/backend-defaults ]; then
  for try in 1 2 3; do
    npm ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund --loglevel=error && break
    if [ "$try" = 3 ]; then
      npm ping >/dev/null 2>&1 && { echo "cannot install the real packages" >&2; exit 1; }
      echo '!!!! database oracle: NOT RUN. The registry does not answer, so nothing was compared with the real manager.' >&2
      exit 0
    fi
    sleep $((try * 5))
  done
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
echo "databases: seed $seed, $count cases"
node generate.cjs "$seed" "$count" >"$work/cases"
node ask.cjs <"$work/cases" >"$work/vectors"
cd "$here/../../.."
cargo xtask database-oracle "$work/vectors"
