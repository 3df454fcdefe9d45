#!/usr/bin/env bash
# Compares our plans with those of the real DatabaseManager on generated configs, for two releases of it.
#   run.sh [SEED [COUNT [SEEDS]]]      SEEDS seeds from SEED on; without a seed a new one is taken, and printed
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
first="${1:-$((RANDOM * 32768 + RANDOM))}"
count="${2:-400}"
seeds="${3:-1}"

cd "$here"
if [ ! -d node_modules/backend-defaults-newest ]; then
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
for package in @backstage/backend-defaults backend-defaults-newest; do
  release="$(node -p "require('./node_modules/$package/package.json').version")"
  for ((seed = first; seed < first + seeds; seed++)); do
    echo "databases of backend-defaults $release: seed $seed, $count cases"
    node generate.cjs "$seed" "$count" >"$work/cases"
    node ask.cjs "$package" <"$work/cases" >"$work/vectors"
    (cd "$here/../../.." && cargo xtask database-oracle "$work/vectors" "$release")
  done
done

# The facts follow these two releases: say so when there is a third.
published="$(npm view @backstage/backend-defaults version 2>/dev/null || true)"
if [ -n "$published" ] && [ "$published" != "$release" ]; then
  echo "!!!! database oracle: npm has @backstage/backend-defaults $published, the newest compared here is $release" >&2
fi
