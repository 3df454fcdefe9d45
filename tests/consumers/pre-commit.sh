# The real pre-commit with our hooks, as a repository of a user would have them.
source "$(dirname "$0")/lib.sh"
python_packages
export PRE_COMMIT_HOME="$WORK/pre-commit"
commit="$(git -C "$ROOT" rev-parse HEAD)"

# portal ID: a portal with one of our hooks installed.
portal() {
  fresh_portal "$WORK/portal-$1"
  printf 'repos:\n  - repo: %s\n    rev: %s\n    hooks:\n      - id: %s\n' "$ROOT" "$commit" "$1" >.pre-commit-config.yaml
  git add .pre-commit-config.yaml
  git commit --quiet --message 'Hook' --no-verify
  pre-commit install >/dev/null
}

# From source. The folder of compiled dependencies is the one that is there already: the package itself is compiled
# anew, from pre-commit's own clone, and installed where pre-commit wants it; but not optimized, which takes minutes.
mkdir "$WORK/.cargo"
printf '[profile.release.package.stagecheck]\nopt-level = 0\ncodegen-units = 16\n' >"$WORK/.cargo/config.toml"
portal stagecheck
export CARGO_TARGET_DIR="$TARGET"
install pypi pre-commit install-hooks
judge_hook
pre-commit run --all-files >"$WORK/all.log" || fail "$(cat "$WORK/all.log")"
git commit --quiet --allow-empty --message 'Nothing' >"$WORK/all.log" 2>&1
grep -q 'Skipped' "$WORK/all.log" || fail "the hook ran without a relevant file: $(cat "$WORK/all.log")"
ok "pre-commit, from source"

if [ -d "$WORK/wheels" ]; then
  export PIP_FIND_LINKS="$WORK/wheels"
  portal stagecheck-wheel
  install pypi pre-commit install-hooks
  judge_hook
  ok "pre-commit, from the wheel"
fi

export PATH="$(dirname "$STAGECHECK"):$PATH"
portal stagecheck-system
judge_hook
ok "pre-commit, from the PATH"
