# What the suites share. Sourced.
set -euo pipefail
CONSUMERS="$ROOT/tests/consumers"
SECRET=hunter2-planted-for-this-test

fail() {
  printf 'not ok: %s\n' "$*" >&2
  exit 1
}

ok() { printf 'ok: %s\n' "$*"; }

# install REGISTRY COMMAND…: three tries; status 77 only if the registry does not answer either. What it says on the
# way is shown when it fails.
install() {
  local registry="$1" try
  shift
  for try in 1 2 3; do
    if "$@" >"$WORK/install.log" 2>&1; then return; fi
    sleep "$try"
  done
  case "$registry" in
    npm) npm ping >/dev/null 2>&1 || exit 77 ;;
    debian) exit 77 ;;
    pypi) "${PIP[@]}" download --quiet --no-deps --dest "$WORK/ping" cfgv >/dev/null 2>&1 || exit 77 ;;
  esac
  cat "$WORK/install.log" >&2
  fail "cannot install: $*"
}

# The packages of package-lock.json, in $WORK/node_modules.
node_packages() {
  [ ! -d "$WORK/node_modules" ] || return 0
  cp "$CONSUMERS/package.json" "$CONSUMERS/package-lock.json" "$WORK/"
  install npm npm --prefix "$WORK" ci --no-audit --no-fund --ignore-scripts
}

# The packages of requirements.txt, in $WORK/python.
python_packages() {
  PIP=("$WORK/python/bin/python" -m pip)
  export PATH="$WORK/python/bin:$PATH"
  [ ! -d "$WORK/python" ] || return 0
  python3 -m venv "$WORK/python"
  install pypi "${PIP[@]}" install --quiet --disable-pip-version-check --requirement "$CONSUMERS/requirements.txt"
}

# debian_packages COMMAND:PACKAGE…: what is not there yet, where Debian's packages can be installed.
debian_packages() {
  local wanted
  for wanted in "$@"; do
    command -v "${wanted%%:*}" >/dev/null 2>&1 && continue
    command -v apt-get >/dev/null 2>&1 || { echo "there is no ${wanted%%:*} here" >&2; exit 77; }
    install debian apt-get update -qq
    install debian env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted##*:}"
  done
}

# fresh_portal FOLDER: a committed portal without findings that fail a run.
fresh_portal() {
  cp -r "$ROOT/fixtures/clean" "$1"
  cd "$1"
  git init --quiet --initial-branch main
  git config user.name tester
  git config user.email tester@example.com
  git config commit.gpgsign false
  git add --all
  git commit --quiet --message 'Start' --no-verify
}

# What every commit hook must do, in a portal in which it is installed.
judge_hook() {
  local log="$WORK/commit.log"
  printf 'integrations:\n  github:\n    - host: github.com\n      token: ghp_%s\n' "$TOKEN" >app-config.extra.yaml
  git add app-config.extra.yaml
  if git commit --quiet --message 'A secret' >"$log" 2>&1; then fail "a secret was committed: $(cat "$log")"; fi
  # Pretty or concise: some managers give their hooks a terminal.
  grep -q 'app-config.extra.yaml:4:14' "$log" && grep -q 'hardcoded-secret' "$log" || fail "the finding is not shown: $(cat "$log")"
  if grep -q "$TOKEN" "$log"; then fail "the secret is shown"; fi
  ok "a secret stops the commit"

  # shellcheck disable=SC2016 # a placeholder of the config
  printf 'integrations:\n  github:\n    - host: github.com\n      token: ${GITHUB_TOKEN}\n' >app-config.extra.yaml
  if git commit --quiet --message 'Still staged' >"$log" 2>&1; then fail "the index was not judged, but the working tree"; fi
  ok "what is staged is judged, not what lies in the working tree"
  git add app-config.extra.yaml
  git commit --quiet --message 'Mended' >"$log" 2>&1 || fail "the mended file is stopped: $(cat "$log")"
  ok "the mended file is committed"

  printf 'token: ghp_%s\n' "$TOKEN" >>app-config.extra.yaml
  echo hello >notes.txt
  git add notes.txt
  git commit --quiet --message 'Something else' >"$log" 2>&1 || fail "an unrelated commit is stopped: $(cat "$log")"
  git checkout --quiet app-config.extra.yaml
  ok "an unrelated commit goes through"
}

# Of the shape of a token, and none.
TOKEN="$(printf 'Ab1%.0s' 1 2 3 4 5 6 7 8 9 10 11 12)"
export SECRET TOKEN
