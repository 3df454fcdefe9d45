# Man pages through the program that shows them, and completion in the shells themselves.
source "$(dirname "$0")/lib.sh"
debian_packages groff:groff-base zsh:zsh

(cd "$ROOT" && cargo xtask man "$WORK/man") >/dev/null
for page in "$WORK"/man/*.1; do
  groff -man -Tutf8 -P-cbou -ww "$page" 2>"$WORK/groff.log" >"$WORK/page.txt" || fail "$page: $(cat "$WORK/groff.log")"
  [ ! -s "$WORK/groff.log" ] || fail "$page: $(cat "$WORK/groff.log")"
  grep -q 'SYNOPSIS' "$WORK/page.txt" || fail "$page has no synopsis"
done
for command in $("$STAGECHECK" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'); do
  [ -f "$WORK/man/stagecheck-$command.1" ] || fail "$command has no man page"
done
ok "groff shows $(find "$WORK/man" -name '*.1' | wc -l) man pages without a warning"

# What bash offers behind `stagecheck $1`.
offers() {
  "$STAGECHECK" completions bash >"$WORK/stagecheck.bash"
  bash --norc -c '
    source "$1"
    COMP_WORDS=(stagecheck "${@:2}")
    COMP_CWORD=$(($# - 1))
    $(complete -p stagecheck | sed "s/.*-F \([^ ]*\).*/\1/") stagecheck "${@: -1}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf "%s\n" "${COMPREPLY[@]}"
  ' bash "$WORK/stagecheck.bash" "$@"
}
offers --st | grep -qx -- --staged || fail "bash does not offer --staged: $(offers --st)"
offers test | grep -qx test-policies || fail "bash does not offer test-policies: $(offers test)"
offers --format s | grep -qx sarif || fail "bash does not offer sarif: $(offers --format s)"
mkdir "$WORK/zsh"
"$STAGECHECK" completions zsh >"$WORK/zsh/_stagecheck"
# shellcheck disable=SC2016 # for zsh to read
zsh -f -c 'fpath=("$1" $fpath); autoload -U compinit && compinit -u -D && [[ $_comps[stagecheck] = _stagecheck ]] && autoload -X +X _stagecheck' \
  zsh "$WORK/zsh" >"$WORK/zsh.log" 2>&1 || fail "zsh: $(cat "$WORK/zsh.log")"
ok "bash completes options, commands and formats, and zsh takes its script"
