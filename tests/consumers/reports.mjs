// The reports of a portal with nasty names, read by libraries of their consumers: each must yield the file, the line and
// the message that `--format json` has, unchanged.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const { WORK: work } = process.env;
const text = (format) => readFileSync(join(work, `nasty.${format}`), "utf8");
const json = (format) => JSON.parse(text(format));

const { findings } = json("json");
assert.deepEqual([...new Set(findings.map(({ severity }) => severity))].sort(), ["error", "info", "warning"]);
for (const part of ["a b: 100% größe, (1;2) [x]&<\"'>\nsecond/app-config.yaml", "app-config.x y%,:;ü.production.yaml"]) {
  assert.ok(findings.some(({ primary }) => primary.path.endsWith(part)), part);
}
const byPlace = (list) => list.map((one) => JSON.stringify(one)).sort();
const expected = (pick) => byPlace(findings.map(pick));

// reviewdog's format: a validator of it, strict, and no fields that it does not know.
const { RDFormatValidator } = require("@umbrelladocs/rdformat-validator");
const validated = await new RDFormatValidator({ strictMode: true, allowExtraFields: false }).validateString(text("rdjson"));
assert.deepEqual(validated.errors, []);
assert.ok(validated.valid);
const { diagnostics } = json("rdjson");
assert.deepEqual(
  byPlace(diagnostics.map(({ location, code }) => [location.path, location.range.start.line, code.value])),
  expected(({ primary, rule }) => [primary.path, primary.start.line, rule]),
);
assert.ok(diagnostics.some(({ suggestions }) => suggestions?.[0].text === "pg"), "a suggestion is there");
console.log(`ok: a validator of reviewdog's format reads ${diagnostics.length} diagnostics`);

// SARIF: what a URI is, says the platform.
const [{ results }] = json("sarif").runs;
const ofUri = (uri) => decodeURIComponent(new URL(uri, "file:///").pathname).slice(1);
assert.deepEqual(
  byPlace(results.map(({ ruleId, locations: [{ physicalLocation: at }] }) => [ofUri(at.artifactLocation.uri), at.region.startLine, ruleId])),
  expected(({ primary, rule }) => [primary.repositoryPath, primary.start.line, rule]),
);
console.log("ok: the paths of SARIF are URIs of the files");

// Azure Pipelines: the library of Microsoft's own tasks.
const { commandFromString } = require("azure-pipelines-task-lib/taskcommand");
const commands = text("azure").split("\n").filter((line) => line.startsWith("##vso")).map(commandFromString);
assert.deepEqual(
  byPlace(commands.map(({ command, properties: at, message }) => [command, at.type, at.sourcepath, at.linenumber, at.columnnumber, at.code, message])),
  byPlace(
    findings
      .filter(({ severity }) => severity !== "info")
      .map(({ severity, primary: { repositoryPath, start }, rule, message }) => ["task.logissue", severity, repositoryPath, `${start.line}`, `${start.column}`, rule, message]),
  ),
);
console.log(`ok: Microsoft's task library reads ${commands.length} commands`);

// GitHub: the commands are those that its own library writes for the same properties.
const core = pathToFileURL(join(work, "node_modules/@actions/core/lib/command.js")).href;
const issues = findings.map(({ severity, primary: { repositoryPath: file, start, end }, rule, message, help }) => {
  const columns = start.line === end.line ? { col: start.column, endColumn: end.column } : {};
  const properties = { file, line: start.line, endLine: end.line, ...columns, title: rule };
  return [severity === "info" ? "notice" : severity, properties, help ? `${message}\n${help}` : message];
});
const writing = `import { issueCommand } from ${JSON.stringify(core)}; for (const issue of ${JSON.stringify(issues)}) issueCommand(...issue);`;
const theirs = execFileSync(process.execPath, ["--input-type=module", "--eval", writing], { encoding: "utf8" });
const lines = (written) => written.split("\n").filter(Boolean).sort();
assert.deepEqual(lines(text("github")), lines(theirs));
console.log(`ok: GitHub's library for actions writes the same ${issues.length} commands`);

// Checkstyle: it has no schema; Danger's reader of it.
const { xml2js } = require("xml-js");
const { parseCheckstyle } = require("danger-plugin-lint-report/dist/parse/checkstyle_parser");
const violations = parseCheckstyle(xml2js(text("checkstyle")), "/nowhere");
assert.deepEqual(
  byPlace(violations.map(({ file, line, column, severity, message }) => [file, line, column, severity, message])),
  expected(({ primary: { path, start }, severity, message }) => [path, start.line, start.column, severity, message]),
);
console.log(`ok: Danger reads ${violations.length} violations of Checkstyle`);

// GitLab: a program in Ruby that no registry here has; the cargo tests hold its documented schema against the report.
assert.deepEqual(
  byPlace(json("gitlab").map(({ location, check_name: rule, description }) => [location.path, location.lines.begin, rule, description])),
  expected(({ primary, rule, message }) => [primary.repositoryPath, primary.start.line, rule, message]),
);
console.log("ok: GitLab's report has the same files and lines");
