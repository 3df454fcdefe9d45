# The npm package: packed, installed from its tarballs into an empty project, run by npx.
source "$(dirname "$0")/lib.sh"
node "$ROOT/npm/pack.mjs" "$STAGECHECK" "$(node -p '`${process.platform}-${process.arch}`')" "$WORK/tarballs" >/dev/null
mkdir "$WORK/empty"
cd "$WORK/empty"
npm init --yes >/dev/null
npm install --offline --no-audit --no-fund "$WORK"/tarballs/*.tgz >"$WORK/install.log" 2>&1 || fail "$(cat "$WORK/install.log")"
[ "$(npx --no-install stagecheck --version | cut -d' ' -f1)" = stagecheck ] || fail "npx does not start it"
status=0
npx --no-install stagecheck no-such-path 2>/dev/null || status=$?
[ "$status" = 2 ] || fail "the exit status is $status, not 2"
ok "npx stagecheck runs, with its exit status"

rm -r node_modules/@stagecheck
status=0
npx --no-install stagecheck 2>"$WORK/missing.log" || status=$?
[ "$status" = 2 ] || fail "without its binary the exit status is $status, not 2"
grep -q 'is not installed' "$WORK/missing.log" || fail "without its binary it says: $(cat "$WORK/missing.log")"
ok "without the binary it says what to do"
