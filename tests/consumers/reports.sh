# Every machine format, of a portal with nasty names, through the programs that people read it with: Microsoft's SARIF
# multitool, its library for Azure, GitHub's library for actions, a validator of reviewdog's format, a reader of
# Checkstyle from Danger, and of JUnit both Jenkins' schema and a reader.
source "$(dirname "$0")/lib.sh"
node_packages
python_packages

export NASTY="$WORK/nasty"
folder="$NASTY/a b: 100% größe, (1;2) [x]&<\"'>"$'\n'"second"
mkdir -p "$folder"
cat >"$folder/app-config.yaml" <<EOT
app:
  baseUrl: http://localhost:3000
  titel: größe 😀
backend:
  baseUrl: http://localhost:7007
  database: { client: postgres }
proxy:
  endpoints:
    "/a\nb %:,;]é😀":
      target: http://user:$SECRET@internal.example.com
      credentials: dangerously-allow-unauthenticated
EOT
cp "$folder/app-config.yaml" "$folder/app-config.x y%,:;ü.production.yaml"
git init --quiet "$NASTY"
git -C "$NASTY" add --all

cd "$NASTY"
formats=(json sarif github gitlab junit rdjson azure checkstyle)
outputs=()
for format in "${formats[@]}"; do outputs+=(--output "$format=$WORK/nasty.$format"); done
status=0
"$STAGECHECK" --fail-on warning "${outputs[@]}" >"$WORK/nasty.concise" 2>"$WORK/nasty.summary" || status=$?
[ "$status" = 1 ] || fail "exit status $status: $(cat "$WORK/nasty.summary")"
grep -Eq '^[0-9]+ errors? \(fails?\), [0-9]+ warnings? \(fails?\).* in [0-9]+ files' "$WORK/nasty.summary" || fail "no summary: $(cat "$WORK/nasty.summary")"
if grep -rq "$SECRET" "$WORK"/nasty.*; then fail "the secret is shown"; fi

cp "$CONSUMERS"/reports.mjs "$WORK/"
(cd "$WORK" && node reports.mjs)

if [ "$(uname -s)" = Linux ]; then
  multitool="$WORK/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
  chmod +x "$multitool"
  # Invariant: it needs no library of all the world's languages to judge a report.
  DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$multitool" validate "$WORK/nasty.sarif" --config "$CONSUMERS/schemas/sarif.xml" \
    --rule-kind 'Sarif;Ghas;Ado' --level 'Error;Warning;Note' --kind Fail --output "$WORK/judged.sarif" --log ForceOverwrite \
    >"$WORK/multitool.log" 2>&1 || fail "$(cat "$WORK/multitool.log")"
  # What Azure DevOps wants to know of the build (1014 and those behind it), the task that publishes there fills in.
  node -e '
    const [run] = JSON.parse(require("fs").readFileSync(process.argv[1])).runs;
    const ofBuild = ["GHAzDO1014", "GHAzDO1019", "GHAzDO1020"];
    const said = run.results.filter(({ ruleId, level }) => level !== "note" && !ofBuild.includes(ruleId)).map(({ ruleId, message }) => `${ruleId} ${JSON.stringify(message)}`);
    if (!run.invocations[0].executionSuccessful || said.length) { console.error(said.join("\n")); process.exit(1); }
  ' "$WORK/judged.sarif" || fail "the SARIF multitool is not content"
  ok "the SARIF multitool finds no fault, nor for GitHub and Azure DevOps"
fi

python "$CONSUMERS/reports.py" "$WORK" "$CONSUMERS/schemas"
