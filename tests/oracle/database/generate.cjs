// Makes random `backend.database` blocks, the same ones for the same seed.
//
//   node generate.cjs SEED COUNT > CASES
'use strict';

const [seed, count] = process.argv.slice(2).map(Number);

/** mulberry32 */
let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const chance = probability => random() < probability;
const pick = items => items[Math.floor(random() * items.length)];
const whole = (from, to) => from + Math.floor(random() * (to - from + 1));

const PLUGINS = ['auth', 'catalog', 'my-plugin', 'search', 'a_b'];
const CLIENTS = ['pg', 'pg', 'pg', 'better-sqlite3', 'better-sqlite3', 'sqlite3', 'mysql2', 'mysql'];

/** Sets `key` in `object` sometimes; sometimes to null. */
function maybe(object, key, probability, make) {
  if (!chance(probability)) return;
  object[key] = chance(0.06) ? null : make();
}

function ssl() {
  return pick([
    true,
    false,
    'true',
    'no-verify',
    '',
    0,
    {},
    { rejectUnauthorized: false },
    { rejectUnauthorized: true, ca: 'x' },
    { ca: ['a', 'b'] },
    { ca: null },
    'Amazon RDS',
  ]);
}

function word() {
  return pick(['u', 'me', 'ü', 'a%20b', 'p@x', 'p:q', 'a b', '50%', '%zz', 'x/y', 'e=f', '%41', '']);
}

function url() {
  const scheme = pick(['postgres', 'postgresql', 'postgres', 'mysql', 'mysql', 'socket', 'Postgres']);
  const credentials = pick(['', `${word()}@`, `${word()}:${word()}@`, `u:p@`, `u:p@`, `${word()}:@`]);
  const host = pick(['h', 'db.internal', 'LOCALHOST', '127.0.0.1', '[::1]', '', '%2Fvar%2Frun', 'ho st', 'h_1']);
  const port = pick(['', '', ':5432', ':03306', ':', ':99999', ':x']);
  const path = pick(['', '/', '/db', '/a/b', '/a%20b', '/a b', '/..', '/.', '/d%2Fe', '/ü']);
  const parameters = [];
  const names = {
    sslmode: ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify', 'allow', ''],
    ssl: ['true', 'false', '1', '0', 'no-verify', '', 'x'],
    uselibpqcompat: ['true', 'false'],
    sslnegotiation: ['direct', 'postgres'],
    host: ['other', ''],
    port: ['1', ''],
    user: ['v'],
    password: ['w+x', ''],
    application_name: ['app', ''],
    debug: ['true', 'no', 'x', ''],
    db: ['d'],
    encoding: ['utf8'],
    'a%20b': ['c+d'],
  };
  for (const [name, values] of Object.entries(names)) {
    if (chance(0.1)) parameters.push(`${name}=${pick(values)}`);
  }
  const query = parameters.length ? `?${parameters.join('&')}` : pick(['', '', '?', '#x']);
  const whole = `${scheme}://${credentials}${host}${port}${path}${query}`;
  return chance(0.12)
    ? pick([':memory:', 'localhost:5432/db', '/var/run/pg db', '/sock', 'h/db', './x.sqlite', 'a b', '//h/d', 'mysql:h/d', '?ssl=true', '..'])
    : whole;
}

function object(sqlite) {
  const connection = {};
  if (sqlite || chance(0.1)) {
    maybe(connection, 'directory', 0.5, () => pick(['/data', '.', 'x/../y', 'd/', '', '../up', '/']));
    maybe(connection, 'filename', 0.3, () => pick([':memory:', 'a.sqlite', '/b.sqlite', '', 'sub/c.db', '..']));
  }
  if (!sqlite || chance(0.1)) {
    maybe(connection, 'host', 0.8, () => pick(['h', 'localhost', '/var/run', '']));
    maybe(connection, 'port', 0.4, () => pick([5432, '5432', 0, 'x']));
    maybe(connection, 'user', 0.6, () => pick(['u', '']));
    maybe(connection, 'password', 0.6, () => pick(['p', 'q']));
    maybe(connection, 'database', 0.3, () => pick(['one', 'two', '']));
    maybe(connection, 'ssl', 0.4, ssl);
    maybe(connection, 'application_name', 0.1, () => pick(['app', '']));
    maybe(connection, 'type', 0.15, () => pick(['default', 'cloudsql', 'rds', 'azure', 'gcp', '']));
    maybe(connection, 'instance', 0.15, () => pick(['p:r:i', '']));
    maybe(connection, 'ipAddressType', 0.05, () => pick(['PRIVATE', 'OTHER']));
    maybe(connection, 'region', 0.15, () => 'eu-west-1');
    maybe(connection, 'pool', 0.05, () => ({ max: 3 }));
    maybe(connection, 'connectionString', 0.06, url);
    maybe(connection, 'nested', 0.05, () => ({ a: { b: null, c: [1, null, { d: null }] } }));
  }
  return connection;
}

function connection(client) {
  const sqlite = String(client).includes('sqlite');
  if (chance(sqlite ? 0.5 : 0)) return ':memory:';
  return chance(0.4) && !sqlite ? url() : chance(0.05) ? url() : object(sqlite);
}

function pool() {
  const options = {};
  maybe(options, 'min', 0.6, () => whole(0, 5));
  maybe(options, 'max', 0.6, () => whole(1, 12));
  maybe(options, 'idleTimeoutMillis', 0.2, () => 1000);
  return options;
}

function knexConfig() {
  const config = {};
  maybe(config, 'pool', 0.8, pool);
  maybe(config, 'searchPath', 0.15, () => pick([['a', 'b'], ['c'], [], 'x']));
  maybe(config, 'debug', 0.1, () => true);
  maybe(config, 'connection', 0.05, () => ({ host: 'from-knex', extra: 1 }));
  maybe(config, 'list', 0.1, () => pick([[{ a: 1 }, 2], [{ b: 2 }], [[1, 2], 3], { 0: 'x' }]));
  return config;
}

const truth = () => pick([true, false, 'true', 'no', 1, 0, ' ON ', 'maybe']);

function shared(block) {
  maybe(block, 'role', 0.12, () => pick(['r', 'r2', '']));
  maybe(block, 'ensureExists', 0.15, truth);
  maybe(block, 'ensureSchemaExists', 0.1, truth);
  maybe(block, 'skipMigrations', 0.06, truth);
  maybe(block, 'knexConfig', 0.4, () => (chance(0.03) ? 'text' : knexConfig()));
}

function database() {
  const client = chance(0.04) ? pick(['postgres', 'PG', 'embedded-postgres', '', 7]) : pick(CLIENTS);
  const block = {};
  if (!chance(0.02)) block.client = client;
  if (!chance(0.02)) block.connection = connection(client);
  maybe(block, 'prefix', 0.15, () => pick(['acme_', '', 'x']));
  maybe(block, 'schemaPrefix', 0.08, () => pick(['s_', '1x', 'y'.repeat(60), '']));
  maybe(block, 'pluginDivisionMode', 0.25, () => pick(['schema', 'schema', 'database', 'other', '']));
  maybe(block, 'pool', 0.08, pool);
  maybe(block, 'ssl', 0.04, () => true);
  maybe(block, 'keepalive', 0.08, truth);
  shared(block);
  if (chance(0.85)) {
    block.plugin = {};
    for (const id of PLUGINS) {
      if (!chance(0.4)) continue;
      const own = {};
      maybe(own, 'client', 0.5, () => pick(CLIENTS));
      maybe(own, 'connection', 0.65, () => connection(own.client ?? client));
      maybe(own, 'pool', 0.05, pool);
      maybe(own, 'getEnsureSchemaExistsConfig', 0.03, truth);
      shared(own);
      block.plugin[id] = chance(0.03) ? pick([null, 'text']) : own;
    }
  }
  return block;
}

for (let index = 0; index < count; index += 1) {
  const backend = { baseUrl: 'http://localhost:7007' };
  maybe(backend, 'database', 0.99, () => (chance(0.01) ? pick([true, '', 'x', []]) : database()));
  const plugins = [pick(PLUGINS), pick(PLUGINS), 'other', ...(chance(0.02) ? ['a.b', '-x'] : [])];
  const config = { backend };
  process.stdout.write(`${JSON.stringify({ config, plugins: [...new Set(plugins)] })}\n`);
}
