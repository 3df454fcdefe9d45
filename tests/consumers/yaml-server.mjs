// Asks yaml-language-server what it says about layers, held against a schema.
//   node yaml-server.mjs SCHEMA LAYER...      prints `LAYER:LINE MESSAGE` for each diagnostic
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [schema, ...layers] = process.argv.slice(2);
const require = createRequire(path.join(process.cwd(), "x"));
const home = path.dirname(require.resolve("yaml-language-server/package.json"));
const server = spawn(process.execPath, [path.join(home, "bin/yaml-language-server"), "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
const url = (file) => pathToFileURL(path.resolve(file)).href;
const settings = {
  yaml: { schemas: { [url(schema)]: layers.map(url) }, schemaStore: { enable: false }, validate: true, customTags: [] },
};

function send(message) {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

let buffer = Buffer.alloc(0);
const waiting = new Map(layers.map((layer) => [url(layer), layer]));
const lines = [];
server.stdout.on("data", (data) => {
  buffer = Buffer.concat([buffer, data]);
  for (;;) {
    const end = buffer.indexOf("\r\n\r\n");
    const length = Number(/Content-Length: (\d+)/.exec(buffer.subarray(0, Math.max(end, 0)).toString())?.[1]);
    if (end < 0 || buffer.length < end + 4 + length) return;
    const message = JSON.parse(buffer.subarray(end + 4, end + 4 + length).toString());
    buffer = buffer.subarray(end + 4 + length);
    answer(message);
  }
});

function answer({ id, method, params, result }) {
  if (id === 1 && result) {
    send({ method: "initialized", params: {} });
    send({ method: "workspace/didChangeConfiguration", params: { settings } });
    for (const layer of layers) {
      const text = readFileSync(layer, "utf8");
      send({ method: "textDocument/didOpen", params: { textDocument: { uri: url(layer), languageId: "yaml", version: 1, text } } });
    }
  } else if (method === "workspace/configuration") {
    send({ id, result: params.items.map(({ section }) => settings[section] ?? null) });
  } else if (method === "textDocument/publishDiagnostics" && waiting.has(params.uri)) {
    for (const { range, message } of params.diagnostics)
      lines.push(`${waiting.get(params.uri)}:${range.start.line + 1} ${message.split("\n").join(" ")}`);
    waiting.delete(params.uri);
    if (waiting.size === 0) {
      if (lines.length) console.log(lines.join("\n"));
      server.kill();
      process.exit(0);
    }
  } else if (id !== undefined && method) {
    send({ id, result: null });
  }
}

send({ id: 1, method: "initialize", params: { processId: process.pid, rootUri: null, capabilities: { workspace: { configuration: true } } } });
setTimeout(() => {
  console.error(`no answer about ${[...waiting.values()].join(", ")}`);
  process.exit(1);
}, 60_000).unref();
