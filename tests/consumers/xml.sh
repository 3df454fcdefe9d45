# JUnit and Checkstyle against their grammars, and JUnit through a reader of it.
source "$(dirname "$0")/lib.sh"
python_packages
status=0
"$STAGECHECK" --output "junit=$WORK/junit.xml" --output "checkstyle=$WORK/checkstyle.xml" --fail-on never "$ROOT/fixtures" >"$WORK/findings" || status=$?
[ "$status" = 0 ] || fail "the run ends with $status"
python "$CONSUMERS/xml_reports.py" "$WORK" "$(wc -l <"$WORK/findings")"
