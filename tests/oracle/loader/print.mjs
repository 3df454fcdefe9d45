// Compares `stagecheck print` with the real loader on app roots given as folders.
//   node print.mjs --binary PATH FOLDER…
// For each folder: the files that the loader finds by itself, and the base with production, each once with no variable
// set and once with every variable set that the layers name. Where one side refuses, the other has to refuse too; but
// for a file that is not here, which the app may have where it runs: the real loader refuses, and we leave it open.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { askReal } from './real.mjs';

const [flag, binary, ...folders] = process.argv.slice(2);
if (flag !== '--binary' || !folders.length) {
  console.error('usage: node print.mjs --binary PATH FOLDER…');
  process.exit(2);
}

// JSON has no NaN, no infinities and no -0.
const plain = value => JSON.parse(JSON.stringify(value, (_key, inner) => {
  if (inner?.$number === undefined) return inner;
  return inner.$number === '-0' ? 0 : null;
}));

const MISSING = /does not exist|ENOENT|no such file/;

// The config, `null` for a refusal, or MISSING when it is for want of a file.
async function real(root, configs, env) {
  const answer = await askReal({ root, env, ...(configs.chosen ? { configs: configs.names.map(name => path.join(root, name)) } : {}) });
  if (answer.error === undefined) return plain(answer.merged);
  return MISSING.test(answer.error) ? MISSING : null;
}

function ours(root, configs, env) {
  const layers = configs.names.flatMap(name => ['--config', path.join(root, name)]);
  const args = ['print', '--format', 'json', '--with-secrets', '--use-process-env', ...layers];
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env, maxBuffer: 2 ** 27 };
  try {
    return JSON.parse(execFileSync(path.resolve(binary), args, options)).chains[0].config;
  } catch (error) {
    if (error.status !== 1) throw error;
    return JSON.parse(error.stdout).chains[0].config;
  }
}

function chains(root) {
  const there = names => names.filter(name => fs.existsSync(path.join(root, name)));
  const found = there(['app-config.yaml', 'app-config.local.yaml']);
  const production = there(['app-config.yaml', 'app-config.production.yaml']);
  return [
    { names: found, chosen: false },
    ...(production.length === 2 ? [{ names: production, chosen: true }] : []),
  ].filter(({ names }) => names.length);
}

// A value for every variable that a layer names.
function everyVariable(root, names) {
  const texts = names.map(name => fs.readFileSync(path.join(root, name), 'utf8')).join('\n');
  const variables = [...texts.matchAll(/\$\{\s*([A-Za-z_]\w*)|\$env:\s*([A-Za-z_]\w*)/g)];
  return Object.fromEntries(variables.map(([, one, other]) => [one ?? other, `value-of-${one ?? other}`]));
}

let compared = 0;
let different = 0;
let refused = 0;
let open = 0;
for (const folder of folders) {
  const root = path.resolve(folder);
  for (const configs of chains(root)) {
    for (const env of [{}, everyVariable(root, configs.names)]) {
      const [theirs, mine] = [await real(root, configs, env), ours(root, configs, env)];
      compared += 1;
      if (theirs === null && mine === null) refused += 1;
      if (theirs === MISSING && (mine === null || /"\$(file|include)":/.test(JSON.stringify(mine)))) open += 1;
      else if (isDeepStrictEqual(theirs, mine)) continue;
      else {
        different += 1;
        console.log(`DIFFERENT ${folder}: ${configs.names.join(', ')} with ${Object.keys(env).length} variables`);
        console.log(`  real ${JSON.stringify(theirs)?.slice(0, 300)}\n  ours ${JSON.stringify(mine)?.slice(0, 300)}`);
      }
    }
  }
}
console.log(`print: ${compared} configs of ${folders.length} folders compared, ${different} differ, ${refused} refused by both, ${open} want a file that is not here`);
process.exit(different ? 1 : 0);
