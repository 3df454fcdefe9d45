#!/usr/bin/env bash
# Every consumer for real: installed, fed, and asked what it made of it. `run.sh NAME…` runs only those.
#
# A suite fails when its consumer is not content. Where a registry does not answer after three tries, what needs it
# is skipped, and said so at the end. STAGECHECK names a binary to use instead of a release build.
set -euo pipefail
cd "$(dirname "$0")/../.."

export ROOT="$PWD"
export TARGET="${CARGO_TARGET_DIR:-$ROOT/target}"
WORK="$(mktemp -d)"
export WORK
trap 'rm -rf "$WORK"' EXIT

if [ -z "${STAGECHECK:-}" ]; then
  cargo build --quiet --release
  STAGECHECK="$TARGET/release/stagecheck"
fi
export STAGECHECK

suites=("$@")
if [ ${#suites[@]} = 0 ]; then suites=(terminal shell matchers editors lsp yaml-server reports json-schema workflows npm hooks wheel pre-commit); fi
skipped=()
for suite in "${suites[@]}"; do
  printf '\n-- consumers: %s\n' "$suite"
  status=0
  started=$SECONDS
  bash "tests/consumers/$suite.sh" || status=$?
  printf -- '-- %s took %d s\n' "$suite" $((SECONDS - started))
  case "$status" in
    0) ;;
    77) skipped+=("$suite") ;;
    *)
      printf '!! consumers: %s failed\n' "$suite" >&2
      exit 1
      ;;
  esac
done
if [ ${#skipped[@]} != 0 ]; then
  printf '\n!!!! SKIPPED, a registry does not answer: %s\n' "${skipped[*]}" >&2
fi
