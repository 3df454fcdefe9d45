# lefthook, husky and lint-staged from npm, with the lines of docs/pre-commit.md, and our package from its tarballs.
source "$(dirname "$0")/lib.sh"
node_packages
[ -d "$WORK/tarballs" ] || node "$ROOT/npm/pack.mjs" "$STAGECHECK" "$(node -p '`${process.platform}-${process.arch}`')" "$WORK/tarballs" >/dev/null

for manager in lefthook husky lint-staged; do
  fresh_portal "$WORK/portal-$manager"
  mkdir -p node_modules/.bin
  # What `npm install --save-dev` of them would have put there.
  (
    mkdir "$WORK/packages-$manager" && cd "$WORK/packages-$manager"
    npm init --yes >/dev/null
    npm install --offline --no-audit --no-fund "$WORK"/tarballs/*.tgz >/dev/null 2>&1
  )
  cp -r "$WORK/packages-$manager/node_modules/." node_modules/
  cp -r "$WORK"/node_modules/{lefthook,lefthook-*,husky} node_modules/
  # A link, behind which it finds what it needs itself.
  ln -s "$WORK/node_modules/lint-staged" node_modules/
  ln -s ../lint-staged/bin/lint-staged.js node_modules/.bin/lint-staged
  printf 'node_modules\n' >>.gitignore
  if [ "$manager" = lefthook ]; then
    node "$CONSUMERS/document.mjs" "$ROOT/docs/pre-commit.md" lefthook.yml >lefthook.yml
    node node_modules/lefthook/bin/index.js install >/dev/null
  else
    node node_modules/husky/bin.js
    block=.husky/pre-commit
    if [ "$manager" = lint-staged ]; then
      block='.husky/pre-commit (lint-staged)'
      node "$CONSUMERS/document.mjs" "$ROOT/docs/pre-commit.md" lint-staged.config.mjs >lint-staged.config.mjs
    fi
    node "$CONSUMERS/document.mjs" "$ROOT/docs/pre-commit.md" "$block" >.husky/pre-commit
  fi
  git add --all
  git commit --quiet --message 'Install the hook' --no-verify
  judge_hook
  ok "$manager"
done
