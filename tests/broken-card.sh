#!/usr/bin/env bash
# A card with a mistake does not build, and the message names the file and the field.
# Breaks a copy of the project in one way after the other; dependencies are built once, where the project's own are.
set -euo pipefail
cd "$(dirname "$0")/.."
project=$PWD
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | tar --null --files-from=- -cf - | tar -xf - -C "$copy"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$project/target}
card=rules/backstage/security/cors-any-origin.yaml

# What is done to the card, and what the build must say of it.
breaks() {
  local change=$1 message=$2
  sed -i "$change" "$copy/$card"
  if cmp -s "$project/$card" "$copy/$card"; then
    echo "broken card: '$change' changes nothing" >&2
    exit 1
  fi
  if cargo check --quiet --manifest-path "$copy/Cargo.toml" >"$copy/said" 2>&1; then
    echo "broken card: it builds after '$change'" >&2
    exit 1
  fi
  if ! grep -qF "$card: $message" "$copy/said"; then
    echo "broken card: after '$change' nothing says '$card: $message':" >&2
    cat "$copy/said" >&2
    exit 1
  fi
  cp "$project/$card" "$copy/$card"
}

breaks 's/^title:/titel:/' '`titel`'
breaks 's/^scope: chain/scope: chains/' '`scope`'
breaks '/^why:/,/^fix:/{/^fix:/!d}' '`why`'
breaks 's/^id: .*/id: cors-any/' '`id`'
breaks 's/^since: .*/since: "7.0"/' '`since`'
breaks "s/^title: \(.*\)/title: !\1/" 'line 2: `!` begins a YAML tag'
echo 'broken card: 6 mistakes, each refused with its field or line'
