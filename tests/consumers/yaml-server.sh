# The form of the schema for editors, in the language server that editors hold YAML against it with: it takes what a
# layer may hold (placeholders, directives, null), also the layers of our fixtures, and still flags wrong values.
source "$(dirname "$0")/lib.sh"
node_packages
cp "$CONSUMERS/yaml-server.mjs" "$WORK/"
fresh_portal "$WORK/yaml-server"
"$STAGECHECK" schema --no-cache --for-editor >"$WORK/app-config.schema.json"

cat >app-config.open.yaml <<'EOT'
app:
  title: ${TITLE}
  baseUrl: { $env: BASE_URL }
backend:
  listen: ${LISTEN:-7007}
  csp: { $include: csp.yaml }
  cors:
    origin: ${ORIGIN}
    methods: ['${METHOD}', GET]
    credentials: ${CREDENTIALS}
  database:
    client: ${CLIENT}
    connection: { $file: connection.txt }
proxy:
EOT
cat >app-config.wrong.yaml <<'EOT'
app:
  baseUrl: [http://localhost:3000]
backend:
  cors:
    credentials: [true]
  database:
    client: postgres
    connection: { host: localhost }
EOT
cp "$ROOT/fixtures/create-app/app-config.yaml" app-config.create-app.yaml
said() { (cd "$WORK" && node yaml-server.mjs app-config.schema.json "$@"); }
fine="$(said yaml-server/app-config.yaml yaml-server/app-config.open.yaml yaml-server/app-config.create-app.yaml)"
[ -z "$fine" ] || fail "the editor flags what a layer may hold: $fine"
ok "layers with placeholders, directives and null are taken"
lines="$(said yaml-server/app-config.wrong.yaml | sed 's/.*yaml:\([0-9]*\) .*/\1/' | sort -n | tr '\n' ' ')"
[ "$lines" = "2 5 7 " ] || fail "the editor flags lines $lines"
ok "wrong types and values are flagged on their lines"
