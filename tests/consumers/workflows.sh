# The action, our own workflows and the examples of docs/ci.md, read by GitHub's own parser; the action's steps run.
source "$(dirname "$0")/lib.sh"
node_packages
cp "$CONSUMERS"/{workflows,document,json-modules}.mjs "$WORK/"
(cd "$WORK" && node --import ./json-modules.mjs workflows.mjs)

# The step that checks, as the runner would start it.
export GITHUB_ACTIONS=true GITHUB_ACTION_PATH="$ROOT" RUNNER_TEMP="$WORK/runner"
export GITHUB_OUTPUT="$RUNNER_TEMP/output" GITHUB_STEP_SUMMARY="$RUNNER_TEMP/summary" GITHUB_PATH="$RUNNER_TEMP/path"
mkdir "$RUNNER_TEMP"
export PATH="$(dirname "$STAGECHECK"):$PATH"
"$ROOT/action/install.sh" | grep -q 'is installed' || fail "the action does not take the stagecheck that is there"
fresh_portal "$WORK/portal-action"
printf 'integrations:\n  github:\n    - host: github.com\n      token: ghp_%s\n' "$TOKEN" >app-config.extra.yaml
status=0
INPUT_FAIL_ON=warning INPUT_PATHS=$'.\n' "$ROOT/action/check.sh" >"$WORK/action.log" || status=$?
[ "$status" = 1 ] || fail "the step ends with $status: $(cat "$WORK/action.log")"
grep -q '^::add-matcher::.*stagecheck-matcher.json$' "$WORK/action.log" || fail "no matcher is registered"
grep -q '^app-config.extra.yaml:4:14: error\[hardcoded-secret\]' "$WORK/action.log" || fail "$(cat "$WORK/action.log")"
grep -q 'hardcoded-secret' "$GITHUB_STEP_SUMMARY" || fail "no job summary"
grep -q "^sarif-file=$RUNNER_TEMP/stagecheck.sarif$" "$GITHUB_OUTPUT" || fail "no output"
node -e 'JSON.parse(require("fs").readFileSync(process.argv[1]))' "$RUNNER_TEMP/stagecheck.sarif"
if grep -rq "$TOKEN" "$RUNNER_TEMP" "$WORK/action.log"; then fail "the secret is shown"; fi
ok "the action finds, annotates, summarises and writes SARIF"
