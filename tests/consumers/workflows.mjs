// GitHub's parser over our action, our workflows and those of docs/ci.md; and what the examples for other services hand
// on is what stagecheck writes.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from "@actions/workflow-parser";
import { parse } from "yaml";
import { block } from "./document.mjs";

const root = process.env.ROOT;
const page = join(root, "docs/ci.md");

const folder = join(root, ".github/workflows");
const workflows = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]);
for (const name of [".github/workflows/stagecheck.yaml", ".github/workflows/stagecheck-npm.yaml"]) {
  workflows.push([name, block(page, name)]);
}
for (const [name, content] of workflows) {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  assert.deepEqual(context.errors.getErrors().map(String), [], name);
  const template = await convertWorkflowTemplate(context, value);
  assert.ok(template.jobs.length > 0, name);
}
console.log(`ok: ${workflows.length} workflows`);

const action = parse(readFileSync(join(root, "action.yml"), "utf8"));
assert.equal(action.runs.using, "composite");
for (const step of action.runs.steps) {
  assert.ok(step.uses || (step.run && step.shell), step.name);
  for (const [, input] of JSON.stringify(step).matchAll(/inputs\.([\w-]+)/g)) assert.ok(action.inputs[input], input);
}
const used = parse(block(page, ".github/workflows/stagecheck.yaml")).jobs.stagecheck.steps.find((step) => step.with);
for (const input of Object.keys(used.with)) assert.ok(action.inputs[input], input);
console.log("ok: the action");

const gitlab = parse(block(page, ".gitlab-ci.yml")).stagecheck;
assert.ok(Array.isArray(gitlab.script));
for (const file of Object.values(gitlab.artifacts.reports)) assert.ok(gitlab.script.join().includes(file), file);
const azure = parse(block(page, "azure-pipelines.yml"));
const published = azure.steps.find((step) => step.inputs)?.inputs.testResultsFiles;
assert.ok(azure.steps.some((step) => step.script?.includes(published)), "what is published is written");
const jenkins = block(page, "Jenkinsfile");
const [, pattern] = /pattern: '([^']+)'/.exec(jenkins);
assert.ok(jenkins.includes(`--output checkstyle=${pattern}`), "what is recorded is written");
console.log("ok: the examples for GitLab, Azure and Jenkins read what stagecheck writes");
