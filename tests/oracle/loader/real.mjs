// The real loader's answer to a case: { files, env, configs, root, allowMissing } -> { layers, merged } or { error }.
import { ConfigSources } from '@backstage/config-loader';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';

console.warn = () => {};
process.emitWarning = () => {};

// JSON with the numbers it does not know kept visible.
const visible = (_key, value) => {
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
  if (typeof value === 'number' && Object.is(value, -0)) return { $number: '-0' };
  return value;
};

// A value that holds itself never stops the real loader: it walks on until memory ends. That is a refusal too.
function holdsItself(value, above = new Set()) {
  if (typeof value !== 'object' || value === null) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some(inner => holdsItself(inner, above));
  above.delete(value);
  return found;
}

function isEndless(text) {
  try {
    return holdsItself(parse(text, { logLevel: 'error' }));
  } catch {
    return false;
  }
}

export async function askReal(question) {
  if (Object.values(question.files ?? {}).some(isEndless)) return { error: 'a value holds itself' };
  const saved = { ...process.env };
  const start = process.cwd();
  const folder = question.files && fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'loader-oracle-')));
  try {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, question.env ?? {});
    for (const [name, text] of Object.entries(question.files ?? {})) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    }
    if (folder) process.chdir(folder);
    const root = folder ? path.join(folder, question.root ?? '.') : question.root;
    return JSON.parse(JSON.stringify(await load(question, root), visible));
  } catch (error) {
    return { error: String(error.message).split(folder).join('.') };
  } finally {
    process.chdir(start);
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, saved);
    if (folder) fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function load(question, rootDir) {
  const argv = ['node', 'x', ...(question.configs ?? []).flatMap(file => ['--config', file])];
  const source = ConfigSources.default({
    argv,
    rootDir,
    watch: false,
    allowMissingDefaultConfig: question.allowMissing,
  });
  const stop = new AbortController();
  let layers = [];
  for await (const { configs } of source.readConfigData({ signal: stop.signal })) {
    layers = configs.map(config => config.data);
    stop.abort();
    break;
  }
  const config = await ConfigSources.toConfig(source);
  const merged = config.get();
  config.close();
  return { layers, merged };
}
