#!/usr/bin/env bash
# The schema in force against the real one: the schemas of installed packages as a table, the verdicts on every
# mutation of base.yaml, and those on the layers and chains of the fixtures. Fails on a difference that is not explained.
#   run.sh           STAGECHECK names a binary to use instead of the release build
# Installs the pinned packages with three tries, unless they are there. Only where the registry does not answer nothing
# is compared, and that is said.
set -euo pipefail
cd "$(dirname "$0")"

installed() {
  cmp --silent package-lock.json node_modules/.installed && return
  for try in 1 2 3; do
    if npm ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund --no-progress --loglevel=error >/dev/null; then
      cp package-lock.json node_modules/.installed
      return
    fi
    echo "schema oracle: npm did not install (try $try of 3)" >&2
    sleep $((try * 5))
  done
  return 1
}
if ! installed; then
  npm ping >/dev/null 2>&1 && exit 1
  echo '!!!! schema oracle: NOT RUN. The registry does not answer, so nothing was compared with the real loader.' >&2
  exit 0
fi
if [ -z "${STAGECHECK:-}" ] && [ ! -x ../../../target/release/stagecheck ]; then
  (cd ../../.. && cargo build --quiet --release)
fi
node compare.mjs
node verdicts.mjs
node chains.mjs ../../../fixtures/*/
