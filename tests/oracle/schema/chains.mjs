#!/usr/bin/env node
// Compares verdicts on whole configurations with those of the real loader: every layer and every chain of some
// repositories, loaded from files by both, against the packages installed here.
//
//   cargo build --release
//   node chains.mjs [--packages DIR] REPOSITORY...     DIR: a folder with node_modules in a git repository; default: this one
//
// Both know the same variables: once none is set, once all are. So no value is open. A repository's own package.json
// files are left out: the packages installed here stand for its own. Exit status 1 when a configuration is rejected by
// one side only, and nothing below says why.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const binary = process.env.STAGECHECK ?? path.resolve(here, '../../../target/release/stagecheck');
const repositories = process.argv.slice(2).map(x => path.resolve(x));
let folder = here;
if (process.argv[2] === '--packages') [, folder] = repositories.splice(0, 2);
process.chdir(folder);
const require = createRequire(path.join(folder, 'package.json'));
const { ConfigSources, loadConfigSchema } = require('@backstage/config-loader');

// For the real loader a package requires its top-level keys as soon as it is installed; for stagecheck, once one of
// its keys is set. Such messages are compared by themselves.
const AT_THE_ROOT = / must have required property .* at $/;
const REQUIRED_ANYWAY = 'a package that is installed and not configured requires its top-level keys of the real loader only';
const EMPTY = 'a layer in which nothing is set has a rule of its own, layer-empty';

// A violation is told by this; what is deprecated or misspelt is no violation for the real loader.
const RULE = 'schema-violation';
const LAYER = /^app-config.*\.ya?ml$/;

const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8'));
const schema = await loadConfigSchema({
  dependencies: Object.keys(manifest.dependencies),
  packagePaths: [path.resolve('package.json')],
  onSchemaError: () => {},
});

function* files(at) {
  for (const entry of fs.readdirSync(at, { withFileTypes: true })) {
    const file = path.join(at, entry.name);
    if (entry.isDirectory() && !['node_modules', '.git'].includes(entry.name)) yield* files(file);
    else if (entry.isFile()) yield file;
  }
}

// The lists of layers to load: each layer alone, and each chain whose layers are there.
function configurations(repository) {
  const all = [...files(repository)].filter(file => LAYER.test(path.basename(file))).map(file => [file]);
  const run = spawnSync(binary, ['chains', '--format', 'json'], { cwd: repository, maxBuffer: 1 << 26 });
  for (const app of run.status === 0 ? JSON.parse(run.stdout).appRoots : [])
    for (const chain of app.chains) {
      const layers = chain.layers.map(layer => path.join(repository, layer.path)).filter(file => fs.existsSync(file));
      all.push(layers.filter(file => LAYER.test(path.basename(file))));
    }
  return [...new Map(all.filter(layers => layers.length).map(layers => [layers.join('\n'), layers])).values()];
}

// No variable, and every variable that the layers name.
function environments(layers) {
  const names = layers.flatMap(file => {
    const text = fs.readFileSync(file, 'utf8');
    return [...text.matchAll(/\$\{\s*([A-Za-z_]\w*)/g), ...text.matchAll(/\$env:\s*['"]?(\w+)/g)].map(match => match[1]);
  });
  const all = Object.fromEntries(names.map(name => [name, '1']));
  return names.length ? [{}, all] : [{}];
}

async function real(layers, environment) {
  const source = ConfigSources.default({
    argv: layers.flatMap(file => ['--config', file]),
    rootDir: folder,
    watch: false,
    substitutionFunc: async name => environment[name],
  });
  const stop = new AbortController();
  for await (const { configs } of source.readConfigData({ signal: stop.signal })) {
    stop.abort();
    try {
      schema.process(configs, { visibility: ['frontend', 'backend', 'secret'] });
      return [];
    } catch (error) {
      return error.messages ?? [error.message];
    }
  }
}

function ours(layers, environment) {
  const run = spawnSync(
    binary,
    ['--format', 'json', '--select', RULE, '--use-process-env', ...layers.flatMap(file => ['--config', file])],
    { cwd: folder, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment }, maxBuffer: 1 << 28 },
  );
  if (run.status > 1) throw new Error(run.stderr.toString());
  return JSON.parse(run.stdout).findings;
}

const split = (list, holds) => [list.filter(holds), list.filter(x => !holds(x))];
const explained = new Map();
const explain = why => explained.set(why, (explained.get(why) ?? 0) + 1);

const work = fs.mkdtempSync(path.join(folder, 'chains-'));
const count = { rejected: 0, accepted: 0, different: 0, unloadable: 0 };
try {
  for (const repository of repositories) {
    const copy = path.join(work, path.basename(repository));
    fs.cpSync(repository, copy, { recursive: true, filter: from => !/^(\.git|node_modules|package\.json|.*\.lock)$/.test(path.basename(from)) });
    for (const layers of configurations(copy))
      for (const environment of environments(layers)) {
        const name = layers.map(file => path.relative(work, file)).join(' + ');
        let wanted;
        try {
          wanted = await real(layers, environment);
        } catch (error) {
          count.unloadable++;
          continue;
        }
        const own = ours(layers, environment).filter(finding => finding.severity === 'error');
        const [root, rest] = split(wanted, message => AT_THE_ROOT.test(message));
        const [ownRoot, ownRest] = split(own, finding => !finding.configPath);
        if (!own.length && rest.length && rest.every(message => / must be object .* at $/.test(message))) explain(EMPTY);
        else if (rest.length > 0 === ownRest.length > 0 && root.length >= ownRoot.length) {
          if (root.length && !own.length) explain(REQUIRED_ANYWAY);
          else count[own.length ? 'rejected' : 'accepted']++;
        } else {
          count.different++;
          console.log(`${name}, variables ${Object.keys(environment).length ? 'set' : 'not set'}`);
          for (const message of wanted) console.log(`  real: ${message}`);
          for (const { message } of own) console.log(`  ours: ${message}`);
        }
      }
  }
} finally {
  fs.rmSync(work, { recursive: true });
}
console.log(`both reject ${count.rejected}, both accept ${count.accepted}, different ${count.different}`);
console.log(`${count.unloadable} more do not load: a file that they include is not there, or they are no YAML`);
for (const [why, number] of explained) console.log(`explained: ${number}: ${why}`);
process.exit(count.different ? 1 : 0);
