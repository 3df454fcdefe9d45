// Asks the real loader and stagecheck the same random questions, and prints where they disagree.
//   node compare.mjs --binary PATH [--cases N] [--seed S] [--shrink] [--keep FILE]
// Fails with any disagreement. Questions that have no answer worth comparing are counted apart; see aside().
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import readline from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { isAlias, isCollection, isNode, isPair, parseDocument, visit } from 'yaml';
import { generate, random } from './generate.mjs';
import { askReal } from './real.mjs';

const options = { cases: 300, seed: Math.floor(Math.random() * 2 ** 31) };
for (let index = 2; index < process.argv.length; index += 1) {
  const name = process.argv[index].slice(2);
  options[name] = name === 'shrink' ? true : process.argv[(index += 1)];
}

const child = spawn(options.binary, { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
async function askOurs(question) {
  child.stdin.write(`${JSON.stringify(question)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error(`stagecheck ended at ${JSON.stringify(question)}`);
  return JSON.parse(value);
}

// Why a question is not compared; null when it is.
// - The text of a key that is itself a collection is what npm yaml's printer makes of it. Comments, anchors, tags and
//   aliases in it, and lines it breaks, are printed by rules of their own; nobody asks a config for such a key.
// - A path outside of what may be read leads to a file that the app may have: for stagecheck its value is open, while
//   the real loader looks and finds that this machine has no such file.
function aside(question, real, ours) {
  if (Object.values(question.files).some(text => holdsDecoratedKey(text))) return 'a collection with decorations as a key';
  const outside = /failed to include "?\/[^"]*"?, file does not exist/.test(real.error ?? '');
  if (outside && JSON.stringify(ours).includes('{"$open":"/')) return 'a path outside of the repository';
  return null;
}

function holdsDecoratedKey(text) {
  let found = false;
  const decorated = node => isAlias(node) || Boolean(node.comment || node.commentBefore || node.anchor || node.tag || node.spaceBefore);
  const document = parseDocument(text, { logLevel: 'silent', uniqueKeys: false });
  visit(document, {
    Pair(_key, { key }) {
      // An alias as a key prints what it stands for, unless that holds the alias.
      if (isAlias(key)) found ||= isCollection(key.resolve(document));
      if (!isCollection(key)) return undefined;
      found ||= key.toString().length > 70;
      visit(key, (_inner, node) => {
        if (isNode(node) && node !== key && decorated(node)) found = true;
        if (isPair(node) && isCollection(node.key)) found = true;
      });
      return undefined;
    },
  });
  return found;
}

const asides = new Map();
async function disagreement(question) {
  const real = await askReal(question);
  const ours = await askOurs(question);
  const differs = difference(real, ours);
  const reason = differs && aside(question, real, ours);
  if (reason) asides.set(reason, (asides.get(reason) ?? 0) + 1);
  return reason ? null : differs;
}

function difference(real, ours) {
  if (real.error !== undefined || ours.error !== undefined) {
    return (real.error === undefined) === (ours.error === undefined) ? null : { real, ours };
  }
  const same = isDeepStrictEqual(real.layers, ours.layers) && isDeepStrictEqual(real.merged, ours.merged);
  return same ? null : { real, ours };
}

// The smallest question found that still shows a disagreement: parts of the files are left out one by one.
async function shrink(question) {
  let smallest = question;
  for (const name of Object.keys(question.files)) {
    const files = { ...smallest.files };
    delete files[name];
    if (await disagreement({ ...smallest, files })) smallest = { ...smallest, files };
  }
  for (const name of Object.keys(smallest.files)) {
    for (const width of [64, 16, 4, 2, 1]) {
      for (let at = 0; at < smallest.files[name].length;) {
        const text = smallest.files[name];
        const files = { ...smallest.files, [name]: text.slice(0, at) + text.slice(at + width) };
        if (await disagreement({ ...smallest, files })) smallest = { ...smallest, files };
        else at += width;
      }
    }
  }
  return smallest;
}

const seed = Number(options.seed);
console.log(`loader oracle: seed ${seed}, ${options.cases} cases`);
const rng = random(seed);
const disagreements = [];
let refused = 0;
for (let count = 0; count < Number(options.cases); count += 1) {
  let question = generate(rng);
  if (!(await disagreement(question))) {
    if ((await askReal(question)).error !== undefined) refused += 1;
    continue;
  }
  if (options.shrink) question = await shrink(question);
  const { real, ours } = await disagreement(question);
  disagreements.push({ question, real });
  console.log(`disagreement in case ${count}\n  files ${JSON.stringify(question.files)}\n  real  ${JSON.stringify(real).slice(0, 400)}\n  ours  ${JSON.stringify(ours).slice(0, 400)}`);
}
child.stdin.end();
if (options.keep) {
  const lines = disagreements.map(({ question: { files, env, configs }, real }, index) => {
    const used = configs.length ? { configs } : {};
    const answer = real.error === undefined ? real : { error: {} };
    return JSON.stringify({ name: `seed ${seed}, ${index}`, files, environment: env, ...used, ...answer });
  });
  fs.appendFileSync(options.keep, lines.map(line => `${line}\n`).join(''));
}
console.log(`loader oracle: ${disagreements.length} disagreements in ${options.cases} cases (the real loader refused ${refused})`);
for (const [reason, count] of asides) console.log(`loader oracle: ${count} not compared: ${reason}`);
process.exit(disagreements.length ? 1 : 0);
