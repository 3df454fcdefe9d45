// Packs what is published: the package of one platform, and the package that users install. Both contain the licence
// texts, which MIT and Apache-2.0 require of every copy.
//
//   node npm/pack.mjs BINARY PLATFORM FOLDER     e.g. target/release/stagecheck linux-x64 dist
//
// Writes two tarballs to FOLDER. The versions are those of npm/stagecheck/package.json.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
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
const licences = ["LICENSE-MIT", "LICENSE-APACHE"];
const packageName = `@${name}/${platform}`;
if (optionalDependencies[packageName] !== version) {
  console.error(`${packageName} is not an optional dependency of ${name} ${version}`);
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
  files: ["bin", ...licences],
  preferUnplugged: true,
};
writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
writeFileSync(
  join(stage, "README.md"),
  `# ${packageName}\n\nThe binary of [${name}](https://www.npmjs.com/package/${name}) for ${platform}. Install \`${name}\` instead.\n`,
);

// Packed from a copy, so that the licence texts exist once in the repository.
const copy = mkdtempSync(join(tmpdir(), "stagecheck-npm-"));
cpSync(main, copy, { recursive: true });
for (const target of [stage, copy]) {
  for (const licence of licences) {
    copyFileSync(fileURLToPath(new URL(`../${licence}`, import.meta.url)), join(target, licence));
  }
}

mkdirSync(folder, { recursive: true });
for (const source of [stage, copy]) {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", resolve(folder)], { cwd: source, stdio: "inherit" });
}
