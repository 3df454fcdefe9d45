#!/usr/bin/env bash
# The step of action.yml that checks. Annotations come from the problem matcher, so that the log reads well too. The runner
# takes the paths it matches for those of the repository (actions/runner#765); elsewhere the report itself annotates.
set -euo pipefail

format=github
if [[ . -ef "${GITHUB_WORKSPACE:-.}" ]]; then format=concise; fi
arguments=(--format "$format")
lines() { # name: the lines of an input, without empty ones
  while IFS= read -r line; do
    if [[ -n "${line//[[:space:]]/}" ]]; then printf '%s\0' "$line"; fi
  done <<<"${!1:-}"
}
if [[ -n "${INPUT_FAIL_ON:-}" ]]; then arguments+=(--fail-on "$INPUT_FAIL_ON"); fi
if [[ -n "${INPUT_BASELINE:-}" ]]; then arguments+=(--baseline "$INPUT_BASELINE"); fi
while IFS= read -r -d '' argument; do arguments+=("$argument"); done < <(lines INPUT_ARGS)

# A new folder: what an earlier use in the same job left is not a report of this one.
sarif="$(mktemp -d "${RUNNER_TEMP:-/tmp}/stagecheck-XXXXXX")/stagecheck.sarif"
arguments+=(--output "sarif=$sarif" --)
while IFS= read -r -d '' path; do arguments+=("$path"); done < <(lines INPUT_PATHS)

echo "::add-matcher::$GITHUB_ACTION_PATH/.github/stagecheck-matcher.json"
status=0
stagecheck "${arguments[@]}" || status=$?
echo "::remove-matcher owner=stagecheck::"
if [[ -f "$sarif" ]]; then echo "sarif-file=$sarif" >>"$GITHUB_OUTPUT"; fi
exit "$status"
