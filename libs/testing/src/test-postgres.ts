import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminQuery } from './admin-query.ts';
import { dockerAnswers } from './docker.ts';
import { startPostgresServer } from './postgres-server.ts';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

export interface TestPostgres {
  readonly url: string;
  /** A new empty database on this server. */
  createDatabase(): Promise<TestDatabase>;
  /** Ends the server, unless it was given by TEST_DATABASE_URL. */
  stop(): Promise<void>;
}

/**
 * A Postgres for tests: the one TEST_DATABASE_URL names (its user may create databases), else a container where a
 * Docker engine answers, else the embedded one. It does not force anything to disk.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const { url, stop } = await anyServer();
  return { url, stop, createDatabase: () => createDatabase(url) };
}

/** Makes a database of a random name on the server of `serverUrl`, as a copy of `template` if one is named. */
export async function createDatabase(serverUrl: string, template = 'template1'): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await adminQuery(serverUrl, `create database "${name}" template "${template}"`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => adminQuery(serverUrl, `drop database if exists "${name}" with (force)`),
  };
}

async function anyServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: given, stop: async () => undefined };
  return (await dockerAnswers()) ? inContainer() : embedded();
}

async function embedded() {
  const dataDir = mkdtempSync(join(tmpdir(), 'finito-postgres-'));
  const server = await startPostgresServer({ dataDir, password: 'test', durable: false });
  const stop = async () => {
    await server.stop();
    for (const folder of [dataDir, server.dataDir]) rmSync(folder, { recursive: true, force: true });
  };
  return { url: server.url, stop };
}

async function inContainer() {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer('postgres:18-alpine')
    .withEnvironment({ POSTGRES_USER: 'finito', POSTGRES_PASSWORD: 'test', POSTGRES_DB: 'finito' })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'max_connections=200'])
    .withExposedPorts(5432)
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start();
  const url = `postgresql://finito:test@${container.getHost()}:${container.getMappedPort(5432)}/finito`;
  return { url, stop: async () => void (await container.stop()) };
}
