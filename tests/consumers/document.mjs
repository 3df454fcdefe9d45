// Prints the code block of a page whose info string ends with a file name:
//   node document.mjs docs/ci.md .gitlab-ci.yml
import { readFileSync } from "node:fs";

export function block(page, name) {
  const lines = readFileSync(page, "utf8").split("\n");
  const start = lines.findIndex((line) => line.startsWith("```") && line.split(" ").slice(1).join(" ") === name);
  const length = lines.slice(start + 1).indexOf("```");
  if (start < 0 || length < 0) throw new Error(`${page} has no block ${name}`);
  return `${lines.slice(start + 1, start + 1 + length).join("\n")}\n`;
}

if (process.argv[1]?.endsWith("document.mjs")) {
  process.stdout.write(block(process.argv[2], process.argv[3]));
}
