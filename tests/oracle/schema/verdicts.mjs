#!/usr/bin/env node
// Compares verdicts on configurations with those of the real loader, with the packages installed here:
// on base.yaml, on every mutation of it, and on further configurations.
//
//   node verdicts.mjs [DIR] [CONFIG...]     DIR: the folder with node_modules; default: this one
//
// A mutation gives one value another type, removes one key, or misspells one key or value. Exit status 1 when a
// configuration is rejected by one side only, and EXPLAINED does not say why.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const project = path.resolve(here, '../../..');
const [folder = here, ...further] = process.argv.slice(2).map(x => path.resolve(x));
process.chdir(folder);
const require = createRequire(path.join(folder, 'package.json'));
const { loadConfigSchema } = require('@backstage/config-loader');
const YAML = require('yaml');

const EXPLAINED = [
  [
    'an open value may be anything',
    (real, ours, config, name) => !ours.length && (name.endsWith('= open') || real.some(at => isOpen(config, at))),
  ],
];

const schema = await loadConfigSchema({
  dependencies: Object.keys(JSON.parse(fs.readFileSync('package.json', 'utf8')).dependencies),
  onSchemaError: () => {},
});

// The paths that the real loader complains about.
function realProblems(data) {
  try {
    schema.process([{ data, context: 'app-config.yaml' }]);
    return [];
  } catch (error) {
    return (error.messages ?? [error.message]).map(message => message.replace(/^.* at /s, ''));
  }
}

function isOpen(config, at) {
  let value = config;
  for (const part of at.split('/').filter(Boolean)) value = value?.[part];
  return JSON.stringify(value ?? '').includes('${');
}

const clone = value => JSON.parse(JSON.stringify(value));

function* places(value, at = []) {
  if (at.length) yield at;
  if (value && typeof value === 'object') for (const key of Object.keys(value)) yield* places(value[key], [...at, key]);
}

function changed(base, at, change) {
  const copy = clone(base);
  const parent = at.slice(0, -1).reduce((value, key) => value[key], copy);
  change(parent, at.at(-1));
  return copy;
}

function* mutations(base) {
  for (const at of places(base)) {
    const value = at.reduce((value, key) => value[key], base);
    const put = (name, other) => ({ name: `${at.join('.')} = ${name}`, config: changed(base, at, (parent, key) => (parent[key] = other)) });
    if (typeof value !== 'object') yield put('an object', { mutated: true });
    if (!Array.isArray(value)) yield put('a list', ['mutated']);
    if (typeof value !== 'string') yield put('a string', 'mutated');
    if (typeof value === 'string') yield put('misspelt', `${value}x`);
    yield put('null', null);
    yield put('42', 42);
    yield put('open', '${OPEN}');
    yield {
      name: `${at.join('.')} removed`,
      config: changed(base, at, (parent, key) => (Array.isArray(parent) ? parent.splice(key, 1) : delete parent[key])),
    };
    if (Number.isNaN(Number(at.at(-1))))
      yield {
        name: `${at.join('.')} misspelt`,
        config: changed(base, at, (parent, key) => {
          parent[`${key}x`] = parent[key];
          delete parent[key];
        }),
      };
  }
}

const base = YAML.parse(fs.readFileSync(path.join(here, 'base.yaml'), 'utf8'));
const cases = [{ name: 'base.yaml', config: base }, ...mutations(base)];
for (const file of further) {
  try {
    const config = YAML.parse(fs.readFileSync(file, 'utf8'));
    if (config && typeof config === 'object') cases.push({ name: file, config });
  } catch {
    // The check of layers reports what does not parse.
  }
}

const ours = spawnSync('cargo', ['xtask', 'schema-verdicts', folder], {
  cwd: project,
  input: cases.map(({ config }) => JSON.stringify(config)).join('\n'),
  maxBuffer: 1 << 28,
  stdio: ['pipe', 'pipe', 'inherit'],
});
const verdicts = ours.stdout.toString().trim().split('\n').map(line => JSON.parse(line));
if (verdicts.length !== cases.length) throw new Error('stagecheck did not judge every configuration');

const wrong = realProblems(clone(base));
if (wrong.length) throw new Error(`base.yaml must be accepted, or no mutation tells anything: ${wrong.join(', ')}`);
const count = { rejected: 0, accepted: 0, different: 0 };
const explained = new Map();
cases.forEach(({ name, config }, index) => {
  const real = realProblems(clone(config));
  const own = verdicts[index].filter(problem => problem.rule === 'schema-violation');
  if (real.length > 0 === own.length > 0) return real.length ? count.rejected++ : count.accepted++;
  const why = EXPLAINED.find(([, holds]) => holds(real, own, config, name))?.[0];
  if (why) return explained.set(why, (explained.get(why) ?? 0) + 1);
  count.different++;
  console.log(`${name}\n  real: ${real.join(', ') || 'accepted'}\n  ours: ${own.map(x => x.message).join(', ') || 'accepted'}`);
});
console.log(`${cases.length} configurations: both reject ${count.rejected}, both accept ${count.accepted}, different ${count.different}`);
for (const [why, number] of explained) console.log(`explained: ${number}: ${why}`);
process.exit(count.different ? 1 : 0);
