// The regexes of the problem matchers, run over the real output of `--format concise` for every fixture, and over a
// folder with a nasty name: for every finding of `--format json` they must yield file, line, column, severity, code and
// message, by the field rules of the GitHub runner and of VS Code.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const { ROOT: root, STAGECHECK: stagecheck, WORK: work } = process.env;
const json = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));

function report(folder, format) {
  const options = { cwd: folder, encoding: "utf8", env: { PATH: process.env.PATH } };
  return execFileSync(stagecheck, ["--fail-on", "never", "--format", format], options);
}

// As the runner validates a matcher, and as it makes an issue of a line.
function github(config) {
  assert.equal(config.problemMatcher.length, 1);
  const [{ owner, severity: usual, pattern: patterns }] = config.problemMatcher;
  assert.ok(owner);
  assert.ok(["error", "warning", "notice"].includes(usual));
  assert.equal(patterns.length, 1, "several patterns have rules of their own");
  const [pattern] = patterns;
  const groups = new RegExp(`${pattern.regexp}|`).exec("").length;
  for (const [name, group] of Object.entries(pattern)) {
    if (name !== "regexp") assert.ok(group >= 0 && group < groups, name);
  }
  assert.ok(pattern.message);
  const regex = new RegExp(pattern.regexp);
  return (line) => {
    const match = regex.exec(line);
    if (!match) return null;
    const field = (name) => match[pattern[name]] ?? "";
    const severity = field("severity") || usual;
    if (!["error", "warning", "notice"].includes(severity)) return null;
    return { file: field("file"), line: field("line"), column: field("column"), severity, code: field("code"), message: field("message") };
  };
}

// As VS Code does: `severity` words it knows, file relative to the folder.
function vscode(matcher) {
  assert.deepEqual(matcher.fileLocation, ["relative", "${workspaceFolder}"]);
  const { regexp, ...fields } = matcher.pattern;
  const regex = new RegExp(regexp);
  return (line) => {
    const match = regex.exec(line);
    if (!match) return null;
    const found = Object.fromEntries(Object.entries(fields).map(([name, group]) => [name, match[group]]));
    assert.ok(["error", "warning", "info"].includes(found.severity));
    return found;
  };
}

const nasty = mkdtempSync(join(work, "matchers-"));
cpSync(join(root, "fixtures/acme-portal"), join(nasty, "a b: 100% größe (1,2) [x]"), { recursive: true });
const folders = [nasty, ...readdirSync(join(root, "fixtures"), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(root, "fixtures", entry.name))];
const tasks = json("editors/vscode/tasks.json").tasks.map((task) => task.problemMatcher);
const readers = [
  ["GitHub", github(json(".github/stagecheck-matcher.json")), "notice"],
  ...tasks.map((matcher) => ["VS Code", vscode(matcher), "info"]),
];

let count = 0;
for (const folder of folders) {
  const findings = JSON.parse(report(folder, "json")).findings;
  const lines = report(folder, "concise").split("\n").slice(0, -1);
  assert.equal(lines.length, findings.length);
  for (const [name, read, info] of readers) {
    findings.forEach((finding, index) => {
      const expected = {
        file: finding.primary.path,
        line: `${finding.primary.start.line}`,
        column: `${finding.primary.start.column}`,
        severity: finding.severity === "info" ? info : finding.severity,
        code: finding.rule,
        message: finding.message,
      };
      assert.deepEqual(read(lines[index]), expected, `${name}: ${lines[index]}`);
      count += 1;
    });
  }
}
assert.ok(count > 20, "the fixtures have findings");
console.log(`ok: ${count} findings come through the matchers`);

// No line that is no finding may look like one, and none may take long.
for (const line of ["stagecheck: checking", "a".repeat(200_000), `${":1:1".repeat(40_000)}: error`]) {
  const start = performance.now();
  for (const [name, read] of readers) assert.equal(read(line), null, name);
  assert.ok(performance.now() - start < 1000, "a regex takes longer than a second");
}
console.log("ok: other lines are nothing to them");

// The lines around a check of `--watch` are those that the background task waits for.
const { background } = tasks.find((matcher) => matcher.background);
const watch = spawn(stagecheck, ["--watch", "--format", "concise"], { cwd: nasty });
const timer = setTimeout(() => watch.kill(), 20_000);
const seen = [];
let checks = 0;
for await (const line of createInterface(watch.stdout)) {
  seen.push(line);
  if (!new RegExp(background.endsPattern).test(line)) continue;
  checks += 1;
  if (checks === 1) writeFileSync(join(nasty, "app-config.yaml"), "app:\n  title: new\n");
  if (checks === 2) watch.kill();
}
clearTimeout(timer);
assert.equal(seen.filter((line) => new RegExp(background.beginsPattern).test(line)).length, 2);
assert.equal(checks, 2, seen.join("\n"));
console.log("ok: the watching task sees each check begin and end");
