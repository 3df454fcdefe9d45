// Compares `stagecheck print` with the real loader on app roots given as folders, with the same (empty) environment.
//   node print.mjs --binary PATH FOLDER…
// Both read the loader's default files; `$file` and `$include` of files that are not there count as refusal on both sides.
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

// Numbers that JSON does not know are null there.
const plain = value => JSON.parse(JSON.stringify(value, (_key, inner) => (inner && inner.$number !== undefined && inner.$number !== '-0' ? null : inner && inner.$number === '-0' ? 0 : inner)));

let different = 0;
for (const folder of folders) {
  const names = ['app-config.yaml', 'app-config.local.yaml'].filter(name => fs.existsSync(path.join(folder, name)));
  const real = await askReal({ root: path.resolve(folder) });
  let ours;
  try {
    const args = ['print', '--format', 'json', '--with-secrets', '--use-process-env', ...names.flatMap(name => ['--config', path.join(path.resolve(folder), name)])];
    ours = JSON.parse(execFileSync(path.resolve(binary), args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: {}, maxBuffer: 2 ** 27 }));
  } catch (error) {
    ours = { error: String(error.stderr ?? error.message).trim() };
  }
  const config = ours.chains?.[0]?.config;
  const same = real.error === undefined
    ? isDeepStrictEqual(plain(real.merged), config)
    : ours.error !== undefined || config === null || config === undefined;
  if (!same) different += 1;
  console.log(`${same ? 'same     ' : 'DIFFERENT'} ${folder}${real.error === undefined ? '' : ` (the real loader refuses: ${real.error.split('\n')[0]})`}`);
  if (!same) console.log(`  real ${JSON.stringify(real).slice(0, 300)}\n  ours ${JSON.stringify(ours).slice(0, 300)}`);
}
process.exit(different ? 1 : 0);
