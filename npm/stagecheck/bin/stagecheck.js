#!/usr/bin/env node
// Starts the binary of this platform, which npm installed as an optional dependency. Downloads nothing.
"use strict";

const { spawnSync } = require("node:child_process");

const platform = `${process.platform}-${process.arch}`;
const name = process.platform === "win32" ? "stagecheck.exe" : "stagecheck";

function binary() {
  try {
    return require.resolve(`@stagecheck/${platform}/bin/${name}`);
  } catch {
    console.error(`stagecheck: the package @stagecheck/${platform} is not installed`);
    console.error("  help: install without --omit=optional, or build from source: cargo install stagecheck");
    process.exit(2);
  }
}

const { status, signal, error } = spawnSync(binary(), process.argv.slice(2), { stdio: "inherit" });
if (error) {
  console.error(`stagecheck: cannot start the binary: ${error.code}`);
  process.exit(2);
}
if (signal) {
  process.kill(process.pid, signal);
}
process.exit(status ?? 2);
