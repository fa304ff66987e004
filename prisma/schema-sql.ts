/**
 * Prints the SQL that makes an empty database what prisma/schema.prisma says: a start for the next
 * migration, and what the drift test compares the migrations with. It is Prisma's own engine,
 * compiled to WebAssembly, whose interface is not documented: hence the pinned version, and the test.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { SchemaEngine } from '@prisma/schema-engine-wasm';

const path = fileURLToPath(new URL('schema.prisma', import.meta.url));
const content = await readFile(path, 'utf8');
// The engine wants a database to speak to (any: it only asks for its version), named by DATABASE_URL.
const adapter = bindMigrationAwareSqlAdapterFactory(
  new PrismaPg({ connectionString: process.env['DATABASE_URL'] }),
);
const engine = await SchemaEngine.new({ datamodels: [[path, content]] } as never, () => undefined, adapter);
const { stdout } = await engine.diff({
  from: { tag: 'empty' },
  to: { tag: 'schemaDatamodel', files: [{ path, content }] },
  script: true,
  exitCode: null,
  shadowDatabaseUrl: null,
  filters: { externalTables: [], externalEnums: [] },
} as never);
console.log(stdout);
process.exit(0);
