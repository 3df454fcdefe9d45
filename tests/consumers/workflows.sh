# The action, our own workflows and the examples of docs/ci.md: read by GitHub's own parser, held against the schemas of
# GitHub, GitLab and Azure (as check-jsonschema ships them), the Jenkinsfile parsed by the grammar of Groovy 3. Then the
# action's steps run.
source "$(dirname "$0")/lib.sh"
node_packages
python_packages
cp "$CONSUMERS"/{workflows,document,json-modules}.mjs "$WORK/"
(cd "$WORK" && node --import ./json-modules.mjs workflows.mjs)

# of_page BLOCK SCHEMA
of_page() {
  node "$CONSUMERS/document.mjs" "$ROOT/docs/ci.md" "$1" >"$WORK/example.yaml"
  of_schema "$WORK/example.yaml" "$2"
}
of_schema() {
  check-jsonschema --quiet --builtin-schema "vendor.$2" "$1" || fail "$1 is not what the schema of $2 asks for"
}
of_page .github/workflows/stagecheck.yaml github-workflows
of_page .github/workflows/stagecheck-npm.yaml github-workflows
of_page .gitlab-ci.yml gitlab-ci
of_page azure-pipelines.yml azure-pipelines
of_schema "$ROOT/action.yml" github-actions
for workflow in "$ROOT"/.github/workflows/*; do of_schema "$workflow" github-workflows; done
ok "$(check-jsonschema --version): the action, the workflows, the examples for GitHub, GitLab and Azure"

node "$CONSUMERS/document.mjs" "$ROOT/docs/ci.md" Jenkinsfile >"$WORK/Jenkinsfile"
python - "$WORK/Jenkinsfile" <<'EOT' || fail "the Jenkinsfile is no Groovy"
import sys
from pathlib import Path
from groovy_parser.parser import parse_groovy_content

text = Path(sys.argv[1]).read_text()
parse_groovy_content(text)
try:
    parse_groovy_content(text.replace("checkStyle(", "checkStyle(("))
except Exception:
    sys.exit(0)
sys.exit("it takes what is no Groovy")
EOT
ok "the Jenkinsfile is Groovy"

# What `stagecheck init` writes, with no question asked, for the same readers.
fresh_portal "$WORK/portal-init"
"$STAGECHECK" init </dev/null >"$WORK/init.log" || fail "$(cat "$WORK/init.log")"
[ ! -e .github/workflows/stagecheck.yaml ] || of_schema .github/workflows/stagecheck.yaml github-workflows
pre-commit validate-config .pre-commit-config.yaml || fail "pre-commit does not take the hook"
check-jsonschema --quiet --schemafile "$ROOT/schemas/stagecheck.schema.json" stagecheck.yaml || fail "the settings are not what their schema says"
"$STAGECHECK" --quiet --fail-on info >"$WORK/init.log" || fail "with the settings it finds: $(cat "$WORK/init.log")"
sed 's/^/# mine\n/;q' stagecheck.yaml >mine && cp mine stagecheck.yaml
"$STAGECHECK" init </dev/null >"$WORK/init.log"
cmp -s mine stagecheck.yaml || fail "init overwrites what is there"
ok "what init writes: $(git status --short | tr -s '\n? ' ' ')"

# The step that installs a release, from a folder that stands for the network.
release="$WORK/release"
mkdir -p "$release/bin"
tar -czf "$release/stagecheck-linux-x64.tar.gz" -C "$(dirname "$STAGECHECK")" stagecheck
for other in linux-arm64 darwin-x64 darwin-arm64; do cp "$release"/stagecheck-{linux-x64,"$other"}.tar.gz; done
(cd "$release" && for archive in *.tar.gz; do sha256sum "$archive" >"$archive.sha256"; done)
# shellcheck disable=SC2016 # for the script to read
printf '#!/bin/sh\nfor last; do :; done\ncp "%s/${last##*/}" .\n' "$release" >"$release/bin/curl"
# The GitHub CLI finds an attestation of every archive, unless told to find none.
printf '#!/bin/sh\n[ "$1 $2" = "attestation verify" ] && [ -f "$3" ] && [ ! -e "%s/unattested" ]\n' "$release" >"$release/bin/gh"
chmod +x "$release/bin/curl" "$release/bin/gh"
install_step() { # FOLDER: its PATH has no stagecheck
  env PATH="$release/bin:/usr/bin:/bin" RUNNER_TEMP="$1" GITHUB_PATH="$1/path" INPUT_VERSION=0.1.0 bash "$ROOT/action/install.sh"
}
mkdir "$WORK"/runner-{good,bad,unattested}
install_step "$WORK/runner-good" >"$WORK/install.log" 2>&1 || fail "$(cat "$WORK/install.log")"
"$(cat "$WORK/runner-good/path")/stagecheck" --version >/dev/null || fail "what was installed does not start"
touch "$release/unattested"
if install_step "$WORK/runner-unattested" >"$WORK/install.log" 2>&1; then fail "an archive without an attestation is installed"; fi
[ ! -e "$WORK/runner-unattested/path" ] || fail "an archive without an attestation is put on the PATH"
rm "$release/unattested"
for archive in "$release"/*.tar.gz; do echo >>"$archive"; done
if install_step "$WORK/runner-bad" >"$WORK/install.log" 2>&1; then fail "an archive with another checksum is installed"; fi
[ ! -e "$WORK/runner-bad/path" ] || fail "an archive with another checksum is put on the PATH"
ok "the action installs a release, and none that is not attested or whose checksum is another"

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
sarif="$(sed -n 's/^sarif-file=//p' "$GITHUB_OUTPUT")"
case "$sarif" in "$RUNNER_TEMP"/stagecheck-*/stagecheck.sarif) ;; *) fail "no output" ;; esac
node -e 'JSON.parse(require("fs").readFileSync(process.argv[1]))' "$sarif"
if grep -rq "$TOKEN" "$RUNNER_TEMP" "$WORK/action.log"; then fail "the secret is shown"; fi
ok "the action finds, annotates, summarises and writes SARIF"
