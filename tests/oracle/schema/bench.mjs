#!/usr/bin/env node
// Times the schema check of an app against the real one, side by side, on the packages installed in a folder.
//
//   cargo build --release
//   node bench.mjs [DIR] [RUNS]     DIR: a folder with package.json, node_modules and app-config.yaml; default: this one
//
// "real" is what `backstage-cli config:check --strict` does once its own modules are loaded: a node process that
// collects the schemas with @backstage/config-loader and validates app-config.yaml. It is the faster part of that
// command, so the ratios are modest ones. Without an app-config.yaml in the folder, base.yaml is put there.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2] ?? here);
const runs = Number(process.argv[3] ?? 10);
const binary = path.resolve(here, '../../../target/release/stagecheck');
const layer = path.join(folder, 'app-config.yaml');
const cache = fs.mkdtempSync(path.join(os.tmpdir(), 'stagecheck-bench-'));
const own = !fs.existsSync(layer);
if (own) fs.copyFileSync(path.join(here, 'base.yaml'), layer);

const real = `
  const { loadConfigSchema } = require('@backstage/config-loader');
  const dependencies = Object.keys(require('./package.json').dependencies);
  const data = require('yaml').parse(require('fs').readFileSync('app-config.yaml', 'utf8'));
  loadConfigSchema({ dependencies, onSchemaError() {} }).then(schema => {
    try { schema.process([{ data, context: 'app-config.yaml' }]); } catch { process.exitCode = 1; }
  });`;

// The least wall time of several runs: the one least disturbed by other processes.
function least(count, command, args) {
  let best = Infinity;
  for (let run = 0; run < count; run++) {
    const start = performance.now();
    const result = spawnSync(command, args, { cwd: folder, env: { ...process.env, XDG_CACHE_HOME: cache } });
    if (result.error) throw result.error;
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

try {
  const node = least(Math.min(runs, 3), process.execPath, ['-e', real]);
  const cold = least(runs, binary, ['--no-cache']);
  spawnSync(binary, [], { cwd: folder, env: { ...process.env, XDG_CACHE_HOME: cache } });
  const cached = least(runs, binary, []);
  const row = (what, time) => ({ run: what, milliseconds: time.toFixed(1), 'times faster': (node / time).toFixed(0) });
  console.table([row('real', node), row('stagecheck, not cached', cold), row('stagecheck, cached', cached)]);
} finally {
  fs.rmSync(cache, { recursive: true });
  if (own) fs.rmSync(layer);
}
