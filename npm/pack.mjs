// Packs what is published: the package of one platform, and the package that people install.
//
//   node npm/pack.mjs BINARY PLATFORM FOLDER     e.g. target/release/stagecheck linux-x64 dist
//
// Writes two tarballs to FOLDER. The versions are those of npm/stagecheck/package.json.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [binary, platform, folder] = process.argv.slice(2);
if (!binary || !platform || !folder) {
  console.error("usage: node npm/pack.mjs BINARY PLATFORM FOLDER");
  process.exit(2);
}
const main = fileURLToPath(new URL("stagecheck", import.meta.url));
const { name, version, license, repository, optionalDependencies } = JSON.parse(
  readFileSync(join(main, "package.json"), "utf8"),
);
const packageName = `@${name}/${platform}`;
if (optionalDependencies[packageName] !== version) {
  console.error(`${packageName} is no optional dependency of ${name} ${version}`);
  process.exit(2);
}

const stage = mkdtempSync(join(tmpdir(), "stagecheck-npm-"));
const [os, cpu] = platform.split("-");
const file = os === "win32" ? "stagecheck.exe" : "stagecheck";
mkdirSync(join(stage, "bin"));
copyFileSync(binary, join(stage, "bin", file));
chmodSync(join(stage, "bin", file), 0o755);
const manifest = {
  name: packageName,
  version,
  description: `The binary of ${name} for ${platform}`,
  license,
  repository,
  os: [os],
  cpu: [cpu],
  files: ["bin"],
  preferUnplugged: true,
};
writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

mkdirSync(folder, { recursive: true });
for (const source of [stage, main]) {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", resolve(folder)], { cwd: source, stdio: "inherit" });
}
