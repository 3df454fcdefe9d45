# Vim and Emacs with the lines of docs/editors.md, over real output: what they jump to is what was found.
source "$(dirname "$0")/lib.sh"
debian_packages vim:vim emacs:emacs-nox

# Names that these editors can tell from a message: without a colon.
folder="$WORK/editors/a b, 100% größe (1) [x]"
mkdir -p "$folder"
cp -r "$ROOT/fixtures/acme-portal/." "$folder"
mkdir "$WORK/editors/second" && cd "$WORK/editors"
printf 'app:\n  titel: größe\n' >second/app-config.yaml
printf 'backend:\n  baseUrl: https://portal.example.com\n' >second/app-config.production.yaml
export PATH="$(dirname "$STAGECHECK"):$PATH"
stagecheck --fail-on never --format json >found.json
stagecheck --fail-on never --format concise >found.concise
node -e '
  const { findings } = JSON.parse(require("fs").readFileSync("found.json"));
  for (const { primary: { path, start }, severity, rule, message } of findings)
    console.log([path, start.line, start.column, severity[0], rule, message].join("\t"));
' >expected
cut -f1-4 expected >expected-places
[ "$(cut -f4 expected | sort -u | tr -d '\n')" = eiw ] || fail "there is not a finding of each severity"

# Vim: `:make` as the page sets it, then the quickfix list. Its text is the rule and the message.
node "$CONSUMERS/document.mjs" "$ROOT/docs/editors.md" .vim/after/ftplugin/yaml.vim >ftplugin.vim
cat >read.vim <<'EOT'
set encoding=utf-8
source ftplugin.vim
silent make!
let found = filter(getqflist(), 'v:val.valid')
call writefile(map(found, 'join([bufname(v:val.bufnr), v:val.lnum, v:val.col, v:val.type, v:val.text], "\t")'), 'vim-found')
quitall!
EOT
vim -es -u NONE -S read.vim </dev/null >vim.log || fail "vim: $(cat vim-found 2>&1)"
awk -F'\t' '{ print $1 "\t" $2 "\t" $3 "\t" $4 "\t[" $5 "] " $6 }' expected >expected-vim
diff expected-vim vim-found || fail "vim reads something else"
ok "$(vim --version | sed 1q | cut -d' ' -f1-5): :make reads $(wc -l <vim-found) findings"

# Emacs: the compilation buffer, as `M-x compile` fills it.
node "$CONSUMERS/document.mjs" "$ROOT/docs/editors.md" init.el >init.el
cat >read.el <<'EOT'
(setq coding-system-for-read 'utf-8 coding-system-for-write 'utf-8 compilation-error-regexp-alist nil)
(load-file "init.el")
(let (found)
  (with-current-buffer (get-buffer-create "*compilation*")
    (insert-file-contents "found.concise")
    (setq default-directory (file-name-as-directory (getenv "PWD")))
    (compilation-mode)
    (let ((inhibit-read-only t)) (compilation--ensure-parse (point-max)))
    (goto-char (point-min))
    (while (not (eobp))
      (let ((message (get-text-property (point) 'compilation-message)))
        (when message
          ;; Where RET on the line leads to.
          (save-window-excursion
            (save-excursion (compile-goto-error))
            (with-current-buffer (window-buffer)
              (push (format "%s\t%d\t%d\t%s\n" (file-relative-name buffer-file-name (getenv "PWD")) (line-number-at-pos)
                            (1+ (- (point) (line-beginning-position)))
                            (nth (compilation--message->type message) '("i" "w" "e")))
                    found)))))
      (forward-line 1)))
  (with-temp-file "emacs-found" (apply #'insert (nreverse found))))
EOT
emacs --batch --quick --load read.el >emacs.log 2>&1 || fail "emacs: $(cat emacs.log)"
diff expected-places emacs-found || fail "emacs reads something else"
ok "$(emacs --version | sed 1q): the compilation buffer has $(wc -l <emacs-found) findings"
