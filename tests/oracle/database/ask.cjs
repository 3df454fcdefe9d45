// Asks the real DatabaseManager what it would do, with knex and the drivers replaced by recorders.
//
//   node ask.cjs PACKAGE < CASES > VECTORS
//
// PACKAGE is the folder in node_modules that has the release of backend-defaults to ask.
//
// One JSON case per line, {config, plugins: [id, …]}; the answer is the same with `plugins` as a mapping from id to
// {overridden, effective} or {error}: the form of tests/it/database_vectors.json.
'use strict';

const Module = require('module');
const path = require('path');
const readline = require('readline');

process.env.NODE_ENV = 'test'; // no keepalive loops
for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'PGSSLMODE']) delete process.env[name];

let calls = [];

/** Stands for knex: remembers the config, and answers every query with nothing. */
function recorder(config) {
  calls.push(config);
  const table = () => {
    const query = { where: () => query, count: async () => [{ count: '0' }] };
    return query;
  };
  return {
    client: { config: { includes: () => false }, pool: { on() {} } },
    raw: async () => ({ rows: [] }),
    from: table,
    destroy: async () => {},
  };
}

const cloudSqlConnector = {
  IpAddressTypes: { PUBLIC: 'PUBLIC', PRIVATE: 'PRIVATE', PSC: 'PSC' },
  AuthTypes: { PASSWORD: 'PASSWORD', IAM: 'IAM' },
  Connector: class {
    async getOptions() {
      return { stream: '<cloudsql stream>' };
    }
  },
};

const load = Module._load;
Module._load = function (request, parent) {
  if (request === 'knex') return Object.assign(recorder, { default: recorder, knex: recorder });
  if (request === '@google-cloud/cloud-sql-connector') return cloudSqlConnector;
  const module = load.apply(this, arguments);
  if (request === 'fs-extra' && /connectors[\\/]sqlite3/.test(parent?.filename ?? '')) {
    return { ...module, ensureDirSync() {} };
  }
  return module;
};

// A manager that refuses a setting leaves the promise of a connection alone that fails as well.
process.on('unhandledRejection', () => {});

const release = path.join(__dirname, 'node_modules', process.argv[2] ?? '@backstage/backend-defaults');
const real = path.join(release, 'dist/entrypoints/database');
const { DatabaseManager } = require(path.join(real, 'DatabaseManager.cjs.js'));
const { ConfigReader } = require('@backstage/config');

/** Keys that the manager reads and knex ignores. */
const SETTINGS = [
  'plugin',
  'prefix',
  'schemaPrefix',
  'pluginDivisionMode',
  'ensureExists',
  'ensureSchemaExists',
  'skipMigrations',
  'keepalive',
  'knexConfig',
  'useNullAsDefault',
];

/** What an error is about; the words are those of `Refusal` in src/backstage/database/error.rs. */
const ERRORS = [
  [/Unsupported database client type/, 'client-unknown'],
  [/connection\.filename/, 'base-filename'],
  [/plugin division mode/, 'division-mode'],
  [/Missing required config value at 'backend\.database\.client'/, 'client-missing'],
  [/Missing required config value at 'backend\.database\.connection'/, 'connection-missing'],
  [/Unknown connection type/, 'connection-type-unknown'],
  [/Cloud SQL only supports the pg client/, 'cloudsql-client'],
  [/Missing instance connection name/, 'cloudsql-instance'],
  [/Invalid connection\.ipAddressType/, 'cloudsql-address'],
  [/AWS RDS IAM auth: missing/, 'rds-incomplete'],
  [/Missing region/, 'rds-region'],
  [/Invalid schemaPrefix/, 'schema-prefix'],
  [/exceeds the 63-byte limit/, 'schema-too-long'],
  [/sslmode=verify-ca requires/, 'verify-ca-without-ca'],
  [/MySQL connection string|Invalid URL|URI malformed/, 'connection-string'],
  [/Invalid type in config|Unable to convert config/, 'ill-typed'],
  [/Invalid config key/, 'invalid-key'],
];

function refusal(error) {
  const known = ERRORS.find(([pattern]) => pattern.test(error.message));
  return { error: known ? known[1] : `unexpected: ${error.message}` };
}

async function outcome(config, plugin) {
  calls = [];
  const logger = { error() {}, warn() {}, info() {}, debug() {} };
  const without = new ConfigReader(config).getOptional('backend.database');
  const used = without
    ? config
    : { backend: { database: { client: 'better-sqlite3', connection: ':memory:' } } };
  let manager;
  try {
    manager = DatabaseManager.fromConfig(new ConfigReader(used), {});
    const { overridden } = manager.impl.getClientType(plugin);
    const service = manager.forPlugin(plugin, { logger, lifecycle: { addShutdownHook() {} } });
    await service.getClient();
    const effective = JSON.parse(
      JSON.stringify(calls.at(-1), (_, value) =>
        typeof value === 'function' ? '<function>' : value,
      ),
    );
    for (const key of SETTINGS) delete effective[key];
    return { overridden, effective };
  } catch (error) {
    return refusal(error);
  } finally {
    await manager?.impl.shutdown({ logger }).catch(() => {});
  }
}

(async () => {
  process.on('warning', () => {});
  process.removeAllListeners('warning');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    const { config, plugins, ...rest } = JSON.parse(line);
    const answers = {};
    for (const plugin of plugins) answers[plugin] = await outcome(config, plugin);
    process.stdout.write(`${JSON.stringify({ ...rest, config, plugins: answers })}\n`);
  }
})();
