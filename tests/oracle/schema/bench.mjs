#!/usr/bin/env node
// Times the schema check of an app against the real `config:check`, side by side, on the packages installed in a folder.
//
//   cargo build --release
//   node bench.mjs [--rounds N] [--real FILE] [DIR]
//     DIR: a folder with package.json and node_modules; default: this one
//     FILE: the script of a real command line, e.g. node_modules/@backstage/cli/bin/backstage-cli; default: the one of
//           @backstage/cli-module-config, which is `backstage-cli config:check` without the rest of that tool
//
// Every round runs the real command once and each of ours several times, so that all suffer alike from what else the
// machine does. Ratios are those of medians, and of least times. Without an app-config.yaml in DIR, base.yaml is put
// there. Exit status 1 when a ratio of medians is below its target.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const TARGETS = { 'not cached': 20, cached: 150 };

const here = path.dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '10' }, real: { type: 'string' } },
  allowPositionals: true,
});
const folder = path.resolve(positionals[0] ?? here);
const module = () => createRequire(path.join(here, 'x')).resolve('@backstage/cli-module-config/package.json');
const real = path.resolve(values.real ?? path.join(path.dirname(module()), 'bin/backstage-cli-module-config'));
const binary = process.env.STAGECHECK ?? path.resolve(here, '../../../target/release/stagecheck');
const layer = path.join(folder, 'app-config.yaml');
const cache = fs.mkdtempSync(path.join(os.tmpdir(), 'stagecheck-bench-'));
const own = !fs.existsSync(layer);
if (own) fs.copyFileSync(path.join(here, 'base.yaml'), layer);

const runs = {
  real: { times: [], each: 1, command: [process.execPath, real, 'config:check', '--strict', '--lax'] },
  'not cached': { times: [], each: 5, command: [binary, '--no-cache'] },
  cached: { times: [], each: 10, command: [binary] },
};

function run({ command: [program, ...args] }) {
  const start = performance.now();
  const result = spawnSync(program, args, { cwd: folder, env: { ...process.env, XDG_CACHE_HOME: cache }, encoding: 'utf8' });
  const time = performance.now() - start;
  // 1: there are findings. Anything else would be no check.
  if (result.error || result.status > 1) throw result.error ?? new Error(`${program}: ${result.stderr}`);
  return time;
}

const median = times => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
const least = times => Math.min(...times);

try {
  Object.values(runs).forEach(run);
  for (let round = 0; round < Number(values.rounds); round++)
    for (const one of Object.values(runs)) for (let i = 0; i < one.each; i++) one.times.push(run(one));
} finally {
  fs.rmSync(cache, { recursive: true });
  if (own) fs.rmSync(layer);
}
const ratio = (name, of) => of(runs.real.times) / of(runs[name].times);
console.table(
  Object.fromEntries(
    Object.entries(runs).map(([name, { times }]) => [
      name,
      {
        runs: times.length,
        'median ms': +median(times).toFixed(1),
        'least ms': +least(times).toFixed(1),
        'times faster (median)': Math.round(ratio(name, median)),
        'times faster (least)': Math.round(ratio(name, least)),
        wanted: TARGETS[name] ?? '',
      },
    ]),
  ),
);
process.exit(Object.entries(TARGETS).every(([name, target]) => ratio(name, median) >= target) ? 0 : 1);
