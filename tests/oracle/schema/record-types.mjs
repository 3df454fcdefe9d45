#!/usr/bin/env node
// Records what the real loader makes of types/config.d.ts, in types/real.json. `cargo test` compares with it.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(path.join(here, 'package.json'));
const { loadConfigSchema } = require('@backstage/config-loader');
process.chdir(path.join(here, 'types'));
const schema = await loadConfigSchema({
  dependencies: [],
  packagePaths: [path.resolve('package.json')],
  onSchemaError: error => {
    throw error;
  },
});
fs.writeFileSync('real.json', `${JSON.stringify(schema.serialize().schemas[0].value, null, 1)}\n`);
