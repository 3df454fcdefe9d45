// Random cases from a seed: layers with everything the loader knows, and texts that were damaged.

export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = limit => Math.floor(next() * limit);
  return { below, chance: part => next() < part, pick: list => list[below(list.length)] };
}

const ENV = { X: 'val', HOST: ' db.example.com ', EMPTY: '', NUM: '42', JSON: '{"a":1}', NESTED: '${X}' };

const KEYS = ['app', 'backend', 'database', 'client', 'connection', 'plugin', 'catalog', 'title', 'a', 'b', 'c', 'x-y',
  'a.b', '"quoted key"', "'single'", '1', '1.50', 'true', 'null', '~', '0x10', '"${X}"', '/api', '<<', 'constructor',
  'toString', '__proto__', 'naïve', '日本', '$x', '"a: b"', '"tab\\tkey"', '-5', '1e3', '.inf', 'yes', '"1"', '[k]', '{k: v}'];

const PLAIN = ['word', 'two words', '5', '-3', '5.50', '0x1F', '0o14', '012', '1e3', '.5', '5.', '+7', '.inf', '-.INF', '.nan',
  'true', 'False', 'TRUE', 'null', 'Null', '~', '', 'yes', 'off', '12:30', '2001-01-01', '1_000', 'a#b', 'a:b', 'http://u:p@h/x?y=1#z',
  ':memory:', '-', '-x', '?x', 'x:', '123456789012345678901', '0.1', '-0', '1e400', '${X}', '${MISSING}', 'pre-${X}-post',
  '${MISSING:-def}', '${EMPTY:-def}', '${EMPTY}', '${MISSING:-}', '$${X}', '$$${X}', '$X', '${X', '${M:-${X}}', '${ X }', '${HOST}:${NUM}',
  '${NESTED}', 'größe 😀', 'a, b', 'a]b', '!!str 5', '!!int "5"', '!!float 5', '!!bool yes', '!foo bar', '!!null x', '!!binary aGk=',
  'trailing # comment', '!!str x'];

// What rarely can stand as a plain scalar.
const RISKY = ['*nowhere', '@at', '`tick', '%percent', '|', '>', '&anchor', 'x\ty', '"', "'", '=', '!', '!!', '1 2', '0b11', '--- x', '...'];

const QUOTED = ['', 'text', '${X}', '${MISSING}', '$${X}', '\\t\\n', '\\u00e9', '\\x41', '\\', "it''s", '# no', ': ', '{}', '5', 'true', '  padded  '];

const DIRECTIVES = [['$env', 'X'], ['$env', 'MISSING'], ['$env', '${X}'], ['$file', 'text.txt'], ['$file', 'inc/text.txt'], ['$file', 'none.txt'],
  ['$include', 'inc/part.yaml'], ['$include', 'inc/part.yaml#k'], ['$include', 'inc/part.yaml#k.deep'], ['$include', 'inc/part.yaml#none'],
  ['$include', 'inc/part.yaml#k.none.x'], ['$include', 'inc/data.json'], ['$include', 'inc/data.json#list'], ['$include', 'inc/direct.yaml'],
  ['$include', 'text.txt'], ['$include', 'inc/broken.json'], ['$include', 'inc/scalar.yml'], ['$foo', 'x'], ['$file', '5']];

const sound = ([, argument]) => !/none|direct|broken|^text.txt$/.test(argument) || argument === 'inc/part.yaml#none';

const EXTRA = {
  'text.txt': '  text ${X} \n\n',
  'inc/text.txt': 'other\t\n',
  'inc/part.yaml': 'k:\n  deep: [1, "${X}", "${MISSING}"]\n  f: {$file: text.txt}\nn: null\n',
  'inc/data.json': '{"list": [1, {"$env": "X"}, "${MISSING}"], "dup": 1, "dup": 2}',
  'inc/direct.yaml': '$env: X\n',
  'inc/broken.json': '{"a": 1,}',
  'inc/scalar.yml': '"${X}!"\n',
};

class Writer {
  constructor(rng) {
    this.rng = rng;
    this.anchors = [];
  }

  scalar(flow) {
    const { rng } = this;
    if (rng.chance(0.25)) {
      const text = rng.pick(QUOTED);
      return rng.chance(0.5) ? `"${text.replaceAll("''", "'").replace(/\\$/, '\\\\')}"` : `'${text}'`;
    }
    const text = rng.pick(rng.chance(0.03) ? RISKY : PLAIN);
    return flow && /[,[\]{}]/.test(text) && rng.chance(0.97) ? `"${text}"` : text;
  }

  flow(depth) {
    const { rng } = this;
    const count = rng.below(4);
    const parts = [];
    const list = rng.chance(0.5);
    for (let index = 0; index < count; index += 1) {
      const value = depth > 0 && rng.chance(0.3) ? this.flow(depth - 1) : this.scalar(true);
      parts.push(list ? value : `${rng.pick(KEYS)}: ${value}`);
    }
    const space = rng.chance(0.5) ? ' ' : '';
    const comma = count && rng.chance(0.15) ? ',' : '';
    return list ? `[${space}${parts.join(', ')}${comma}${space}]` : `{${space}${parts.join(', ')}${comma}${space}}`;
  }

  block(indent) {
    const { rng } = this;
    const pad = ' '.repeat(indent + 1 + rng.below(3));
    const header = rng.pick(['|', '>', '|-', '>-', '|+', '>+', '|', '>', '|2', '>1-']);
    const lines = [];
    for (let count = 1 + rng.below(4); count > 0; count -= 1) {
      lines.push(rng.chance(0.2) ? '' : pad + (rng.chance(0.2) ? '  ' : '') + rng.pick(['text', '# not', '${X} y', '- a', 'k: v', '\ttab']));
    }
    return `${header}${rng.chance(0.2) ? ' # comment' : ''}\n${lines.join('\n')}`;
  }

  props() {
    const { rng } = this;
    if (!rng.chance(0.08)) return '';
    const name = `n${rng.below(5)}`;
    this.anchors.push(name);
    return `&${name} `;
  }

  // What stands behind `key:` or `-`.
  value(indent, depth) {
    const { rng } = this;
    const kind = rng.below(20);
    if (depth > 0 && kind < 6) return `${rng.chance(0.1) ? ` ${this.props()}`.trimEnd() : ''}\n${this.mapping(indent + 2, depth - 1)}`;
    if (depth > 0 && kind < 8) return `\n${this.sequence(indent + rng.below(2) * 2, depth - 1)}`;
    if (kind === 8) return ` ${this.flow(2)}`;
    if (kind === 9) return ` ${this.block(indent)}`;
    if (kind === 10) {
      const [name, argument] = rng.pick(rng.chance(0.85) ? DIRECTIVES.filter(sound) : DIRECTIVES);
      const other = rng.chance(0.05) ? ', other: 1' : '';
      return rng.chance(0.5) ? ` {${name}: "${argument}"${other}}` : `\n${' '.repeat(indent + 2)}${name}: ${argument}`;
    }
    if (kind === 11 && this.anchors.length) return ` *${rng.pick(this.anchors)}`;
    if (kind === 12) return ` ${this.scalar(false)}\n${' '.repeat(indent + 2)}continued`;
    return ` ${this.props()}${this.scalar(false)}${rng.chance(0.1) ? ' # note' : ''}`;
  }

  mapping(indent, depth) {
    const { rng } = this;
    const lines = [];
    const used = new Set();
    for (let count = 1 + rng.below(4); count > 0; count -= 1) {
      const key = rng.pick(rng.chance(0.9) ? KEYS.slice(0, 11) : KEYS);
      if (used.has(key) && rng.chance(0.995)) continue;
      used.add(key);
      lines.push(`${' '.repeat(indent)}${key}:${this.value(indent, depth)}`);
      if (rng.chance(0.05)) lines.push(`${' '.repeat(indent)}# comment`);
    }
    return lines.join('\n');
  }

  sequence(indent, depth) {
    const { rng } = this;
    const lines = [];
    for (let count = 1 + rng.below(3); count > 0; count -= 1) {
      const compact = depth > 0 && rng.chance(0.3);
      const value = compact ? ` ${this.mapping(indent + 2, depth - 1).trimStart()}` : this.value(indent, depth);
      lines.push(`${' '.repeat(indent)}-${value}`);
    }
    return lines.join('\n');
  }
}

function layer(rng) {
  const writer = new Writer(rng);
  const text = `${writer.mapping(0, 3)}\n`;
  if (rng.chance(0.03)) return `---\n${text}`;
  if (rng.chance(0.03)) return `%YAML 1.${1 + rng.below(2)}\n---\n${text}`;
  if (rng.chance(0.03)) return text.replaceAll('\n', '\r\n');
  if (rng.chance(0.02)) return `\ufeff${text}`;
  return text;
}

// A layer that the real one mostly reads: nothing odd, so that merging is what is compared.
function calm(rng) {
  const keys = ['app', 'backend', 'a', 'b', 'c', 'list'];
  const scalars = ['1', 'two', 'true', 'null', '~', '${X}', '${MISSING}', '"${MISSING:-d}"', '"x${HOST}"', '[1, "${MISSING}", null]', '{}', '[]', ''];
  const mapping = (indent, depth) => keys
    .filter(() => rng.chance(0.4))
    .map(key => `${' '.repeat(indent)}${key}:${depth > 0 && rng.chance(0.6)
      ? (body => (body ? `\n${body}` : ' {}'))(mapping(indent + 2, depth - 1))
      : ` ${rng.pick(scalars)}`}`)
    .join('\n');
  return `${mapping(0, 3)}\n`;
}

const PIECES = ['\t', ' ', '  ', '\n', '\r', '\r\n', ':', ': ', '- ', '-', '#', ' #', "'", '"', '[', ']', '{', '}', ',', '&a ', '*a', '!', '!!str ', '|', '>', '%', '@', '`',
  '?', '? ', '\\', '~', '---\n', '...\n', '\n---\n', '%YAML 1.2\n', '\u0000', '\u0007', '\u0085', '\u2028', '\ufeff', '\u00a0', 'é', '😀', '<<: *a', '${X}', '$', '=', '\n\n', '\n\t', ' \t', '\u007f'];

function damage(rng, text) {
  const at = rng.below(text.length + 1);
  const lines = text.split('\n');
  const line = rng.below(lines.length);
  switch (rng.below(10)) {
    case 0: case 1: case 2: return text.slice(0, at) + rng.pick(PIECES) + text.slice(at);
    case 3: return text.slice(0, at) + text.slice(at + 1 + rng.below(3));
    case 4: lines[line] = ' '.repeat(1 + rng.below(3)) + lines[line]; return lines.join('\n');
    case 5: lines[line] = lines[line].replace(/^ {1,2}/, ''); return lines.join('\n');
    case 6: lines.splice(line, 0, lines[rng.below(lines.length)]); return lines.join('\n');
    case 7: lines[line] = lines[line].replace(/^( *)/, '$1\t'); return lines.join('\n');
    case 8: lines[line] = lines[line].replace(rng.pick([/ /, /: /, /- /]), found => found.replace(' ', '\t')); return lines.join('\n');
    default: lines[line] = `${lines[line]}${rng.pick(PIECES)}`; return lines.join('\n');
  }
}

export function generate(rng) {
  const kind = rng.below(10);
  if (kind < 3) {
    const files = { 'app-config.yaml': calm(rng), 'app-config.local.yaml': calm(rng) };
    const configs = [];
    if (rng.chance(0.5)) {
      files['third.yaml'] = calm(rng);
      configs.push('app-config.yaml', 'app-config.local.yaml', 'third.yaml');
    }
    const env = { ...ENV };
    if (rng.chance(0.3)) env[`APP_CONFIG_${rng.pick(['a', 'app_b', 'backend_c_a', 'c', '1', 'a__b'])}`] = rng.pick(['5', 'text', '{"b":null}', '[1]', 'null', 'true']);
    if (rng.chance(0.1)) env[`APP_CONFIG_${rng.pick(['a_b', 'app', 'c_list'])}`] = '{"x":1}';
    return { files, env, configs };
  }
  let text = layer(rng);
  if (kind >= 5) for (let count = 1 + rng.below(2); count > 0; count -= 1) text = damage(rng, text);
  // Half a character cannot stand in a file: writing it makes U+FFFD of it.
  text = text.toWellFormed();
  const files = { ...EXTRA, 'app-config.yaml': text };
  if (rng.chance(0.2)) files['app-config.local.yaml'] = layer(rng);
  return { files, env: { ...ENV }, configs: [] };
}
