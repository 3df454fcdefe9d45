# The wheel: built, installed by pip into an empty environment, run.
source "$(dirname "$0")/lib.sh"
python_packages
(
  cd "$ROOT/python"
  CARGO_TARGET_DIR="$TARGET" maturin build --quiet --release --out "$WORK/wheels" >"$WORK/maturin.log" 2>&1 || fail "$(cat "$WORK/maturin.log")"
)
python3 -m venv "$WORK/empty-python"
"$WORK/empty-python/bin/pip" install --quiet --no-index --disable-pip-version-check "$WORK"/wheels/*.whl
status=0
"$WORK/empty-python/bin/stagecheck" --format concise "$ROOT/fixtures/acme-portal" >"$WORK/wheel.log" || status=$?
[ "$status" = 1 ] || fail "the exit status is $status, not 1"
"$STAGECHECK" --fail-on never --format concise "$ROOT/fixtures/acme-portal" >"$WORK/binary.log"
cmp "$WORK/binary.log" "$WORK/wheel.log" || fail "it finds something else"
ok "the wheel's stagecheck runs"
