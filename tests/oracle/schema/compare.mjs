#!/usr/bin/env node
// Compares the schemas that stagecheck collects in a folder of installed packages with those that the real
// loader collects there, and prints a table.
//
//   node compare.mjs [DIR]            DIR: a folder with package.json and node_modules; default: this one
//
// Both are normalised first: what says the same in two ways becomes one. Exit status 1 when a difference is
// left that EXPLAINED does not name.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const project = path.resolve(here, '../../..');
const folder = path.resolve(process.argv[2] ?? here);

// Differences that are meant, by what they look like after normalising.
const EXPLAINED = [
  {
    why: 'an interface that extends Array is an array for us; the real generator demands an object with `length`',
    holds: (real, ours) => real?.properties?.length && ours?.type === 'array',
  },
];

const collected = JSON.parse(
  execFileSync('cargo', ['xtask', 'collected-schemas', folder], { cwd: project, maxBuffer: 1 << 28 }),
);
const real = await realSchemas();

// What the real loader collects in `folder`.
async function realSchemas() {
  process.chdir(folder);
  const require = createRequire(path.join(folder, 'package.json'));
  const { loadConfigSchema } = require('@backstage/config-loader');
  const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8'));
  const errors = [];
  const start = performance.now();
  const schema = await loadConfigSchema({
    dependencies: Object.keys(manifest.dependencies),
    onSchemaError: error => errors.push(error.message),
  });
  const milliseconds = performance.now() - start;
  return { schemas: schema.serialize().schemas, errors, milliseconds };
}

function version(file) {
  for (let at = path.dirname(file); ; at = path.dirname(at)) {
    const manifest = path.join(at, 'package.json');
    if (fs.existsSync(manifest)) return JSON.parse(fs.readFileSync(manifest, 'utf8')).version;
  }
}

const SCALARS = ['string', 'number', 'integer', 'boolean', 'null'];

// One form for schemas that say the same.
function normal(schema, root, seen = []) {
  if (typeof schema === 'boolean') return schema ? {} : { not: {} };
  if (schema.$ref) {
    const name = decodeURIComponent(schema.$ref.replace('#/definitions/', ''));
    const depth = seen.indexOf(name);
    if (depth >= 0) return { circle: seen.length - depth };
    const { $ref, ...own } = schema;
    return normal({ ...root.definitions[name], ...own }, root, [...seen, name]);
  }
  const out = {};
  const types = [schema.type ?? []].flat().slice().sort();
  if ('const' in schema) schema = { ...schema, enum: [schema.const] };
  if (schema.enum) out.enum = [...new Set(schema.enum.map(x => JSON.stringify(x)))].sort();
  else if (types.length) out.type = types.length === 1 ? types[0] : types;
  for (const key of ['visibility', 'deepVisibility', 'minItems', 'maxItems', 'minimum', 'maximum', 'pattern', 'minLength', 'maxLength'])
    if (key in schema) out[key] = schema[key];
  if ('deprecated' in schema) out.deprecated = String(schema.deprecated === true ? '' : schema.deprecated).split(/\s+/).join(' ');
  if (schema.required?.length) out.required = [...schema.required].sort();
  if (schema.properties) {
    const keys = Object.keys(schema.properties).sort();
    if (keys.length)
      out.properties = Object.fromEntries(keys.map(key => [key.replace(/^'(.*)'$/, '$1'), normal(schema.properties[key], root, seen)]));
  }
  if (out.required) out.required = out.required.map(key => key.replace(/^'(.*)'$/, '$1'));
  for (const key of ['additionalProperties', 'items', 'additionalItems'])
    if (key in schema) {
      const inner = Array.isArray(schema[key]) ? schema[key].map(x => normal(x, root, seen)) : normal(schema[key], root, seen);
      if (JSON.stringify(inner) !== '{}') out[key] = inner;
    }
  if (schema.not) out.not = normal(schema.not, root, seen);
  for (const key of ['anyOf', 'oneOf', 'allOf'])
    if (schema[key]) {
      // `undefined` in a union cannot occur in a configuration; unions in unions are one union.
      let branches = schema[key].map(x => normal(x, root, seen)).filter(x => JSON.stringify(x) !== '{"not":{}}');
      if (key === 'anyOf') branches = branches.flatMap(x => (Object.keys(x).join() === 'anyOf' ? x.anyOf : [x]));
      const plain = branches.filter(x => Object.keys(x).join() === 'type' && [x.type].flat().every(t => SCALARS.includes(t)));
      if (key === 'anyOf' && plain.length > 1) {
        const type = [...new Set(plain.flatMap(x => x.type))].sort();
        branches = [...branches.filter(x => !plain.includes(x)), { type }];
      }
      branches = [...new Map(branches.map(x => [JSON.stringify(x), x])).values()];
      if (branches.length === 1 && key === 'anyOf') Object.assign(out, branches[0]);
      else out[key] = branches.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    }
  return Object.fromEntries(Object.entries(out).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function differences(real, ours, at = '', found = []) {
  if (JSON.stringify(real) === JSON.stringify(ours)) return found;
  const explained = EXPLAINED.find(({ holds }) => holds(real, ours));
  if (explained) found.push({ at, why: explained.why });
  else if (real && ours && typeof real === 'object' && typeof ours === 'object' && Array.isArray(real) === Array.isArray(ours))
    for (const key of new Set([...Object.keys(real), ...Object.keys(ours)])) differences(real[key], ours[key], `${at}/${key}`, found);
  else found.push({ at, real: JSON.stringify(real), ours: JSON.stringify(ours) });
  return found;
}

const rows = [];
for (const { packageName, path: file, value } of real.schemas) {
  const wanted = version(file);
  const own = collected.schemas.find(x => x.packageName === packageName && x.version === wanted);
  const kind = file.endsWith('.d.ts') ? 'd.ts' : 'json';
  const list = own ? differences(normal(value, value), normal(own.value, own.value)) : [{ at: '', real: 'collected', ours: 'missing' }];
  const open = list.filter(x => !x.why);
  const verdict = open.length ? 'DIFFERENT' : list.length ? 'explained' : 'equal';
  rows.push({ package: packageName, version: wanted, kind, verdict });
  for (const { at, real, ours } of open.slice(0, 5)) console.log(`${packageName} ${wanted} ${at}\n  real ${real?.slice(0, 300)}\n  ours ${ours?.slice(0, 300)}`);
  for (const why of new Set(list.map(x => x.why).filter(Boolean))) console.log(`${packageName} ${wanted}: ${why}`);
}
for (const own of collected.schemas)
  if (!real.schemas.some(x => x.packageName === own.packageName && version(x.path) === own.version))
    rows.push({ package: own.packageName, version: own.version, kind: '', verdict: 'ONLY OURS' });
console.table(rows.sort((a, b) => (a.package < b.package ? -1 : 1)));
const count = verdict => rows.filter(row => row.verdict === verdict).length;
const dts = rows.filter(row => row.kind === 'd.ts');
console.log(`${rows.length} schemas: ${count('equal')} equal, ${count('explained')} explained, ${rows.length - count('equal') - count('explained')} different`);
console.log(`of ${dts.length} from config.d.ts: ${dts.filter(row => row.verdict === 'equal').length} equal, ${dts.filter(row => row.verdict === 'explained').length} explained`);
console.log(`collected in ${Math.round(collected.milliseconds)} ms (a debug build), by the real loader in ${Math.round(real.milliseconds)} ms`);
if (collected.notes.length) console.log(collected.notes.join('\n'));
process.exit(rows.every(row => ['equal', 'explained'].includes(row.verdict)) ? 0 : 1);
