// The package as it is published: built, then used as a stranger would, in Node and in a real Chromium.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { builtinModules } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sampleMailbox, startGmailSimulator } from '@finito/gmail-simulator';
import type { GmailSimulator } from '@finito/gmail-simulator';
import { findChromium, until } from '@finito/testing';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import ts from 'typescript';
import { tuningProfiles } from '../src/index.ts';
import type * as Client from '../src/index.ts';

jest.setTimeout(120_000);

const dist = join(import.meta.dirname, '../dist');
const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
const owner = 'robin@example.com';

let simulator: GmailSimulator;
let accessToken: string;
beforeAll(async () => {
  // A process of its own, as `npm run build` is: jest's globals are not those that the bundler knows.
  execFileSync(process.execPath, [join(import.meta.dirname, '../build.ts')], { stdio: 'pipe' });
  const messages = await sampleMailbox({ messages: 30 });
  simulator = await startGmailSimulator({
    quotaEnforced: false,
    accounts: [{ emailAddress: owner, name: 'Robin', messages }],
  });
  ({ accessToken } = simulator.issueTokens(owner));
});
afterAll(() => simulator?.close());

const manifest = () => JSON.parse(readFileSync(join(dist, 'package.json'), 'utf8'));

describe('the published package', () => {
  it('has the name that is promised, and every file that it names', () => {
    const { name, version, exports, imports, license } = manifest();
    expect({ name, license }).toEqual({ name: '@finito/gmail-client', license: 'Apache-2.0' });
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const named = [exports, imports].flatMap((each) => JSON.stringify(each).match(/\.\/[\w.-]+/g) ?? []);
    const files = named.filter((path) => path !== './browser.js' || exports[path] === undefined);
    expect(files.filter((path) => !existsSync(join(dist, path)))).toEqual([]);
    expect(existsSync(join(dist, 'README.md')) && existsSync(join(dist, 'LICENSE'))).toBe(true);
  });

  it('has types with which every example of its README compiles', () => {
    const program = exampleProgram();
    const faults = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(faults).toEqual([]);
    expect(examples.length).toBeGreaterThan(3);
  });

  it('R38, R42: has a README whose defaults and profiles are those of the code', async () => {
    const [example] = examples;
    const stated = [...example!.matchAll(/^ {2}(\w+): (\d+),/gm)].map(([, name, value]) => [
      name,
      Number(value),
    ]);
    expect(Object.fromEntries(stated)).toEqual({
      ...{ concurrency: 3, intervalCap: 10, interval: 1_000 },
      ...{ circuitBreakerTimeout: 10_000, errorThreshold: 50, resetTimeout: 30_000 },
    });
    expect(tuningProfiles).toEqual({
      content: {
        concurrency: 2,
        intervalCap: 8,
        circuitBreakerTimeout: 15_000,
        errorThreshold: 40,
        resetTimeout: 60_000,
      },
      critical: { errorThreshold: 30, resetTimeout: 60_000 },
    });
    expect(readme).toContain('2 at once, 8 a second, 15 s, opens above 40 %, tries again after 60 s');
    expect(readme).toContain('opens above 30 %, tries again after 60 s');
  });

  it('works in Node', async () => {
    const { createResilientGmailClient } = (await import(join(dist, 'index.js'))) as typeof Client;
    const client = createResilientGmailClient(accessToken, { apiUrl: simulator.url });
    try {
      const { messages } = await client.listMessages({ maxResults: 5 });
      expect(await client.getMessage(messages[0]!.id)).toMatchObject({ id: messages[0]!.id });
      expect(client.getMetrics()).toMatchObject({ requests: { 'messages.get': 1 }, units: 25 });
    } finally {
      await client.close();
    }
  });
});

/** The examples, each a module of its own, against the built types. */
function exampleProgram(): ts.Program {
  const given = 'declare const accessToken: string;\n';
  const client =
    "import { createResilientGmailClient as c } from '@finito/gmail-client';\nconst resilientClient = c(accessToken);\n";
  const sources = new Map(
    examples.map((code, index) => [
      join(dist, `example-${index}.ts`),
      `${given}${code.includes('resilientClient') && !code.includes('const resilientClient') ? client : ''}${code}\nexport {};\n`,
    ]),
  );
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ['browser'],
    paths: { '@finito/gmail-client': [join(dist, 'browser.d.ts')] },
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.readFile = (path) => sources.get(path) ?? read(path);
  host.fileExists = (path) => sources.has(path) || exists(path);
  const getSource = host.getSourceFile.bind(host);
  host.getSourceFile = (path, version, ...rest) => {
    const text = sources.get(path);
    return text === undefined ? getSource(path, version, ...rest) : ts.createSourceFile(path, text, version);
  };
  return ts.createProgram([...sources.keys()], options, host);
}

describe('its browser build', () => {
  let pages: Server;
  let browser: Browser;
  let page: Page;
  const batches: { events: unknown[]; bytes: number }[] = [];
  let answerWith: (call: number) => { status: number; headers?: Record<string, string> } = () => ({
    status: 202,
  });

  beforeAll(async () => {
    pages = createServer(async (request, response) => {
      if (request.url === '/events') {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const body = Buffer.concat(chunks);
        const { status, headers } = answerWith(batches.length);
        batches.push({ events: JSON.parse(body.toString()).events, bytes: body.length });
        return void response.writeHead(status, headers).end();
      }
      const isScript = request.url === '/browser.js';
      response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
      response.end(isScript ? readFileSync(join(dist, 'browser.js')) : '<!doctype html><title>page</title>');
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath: await findChromium(), args: ['--no-sandbox'] });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await browser.close();
    pages.closeAllConnections();
    pages.close();
  });

  it('is at most 15 kB gzipped, one file that imports nothing, least of all of Node', () => {
    const code = readFileSync(join(dist, 'browser.js'));
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(15_000);
    const text = code.toString();
    expect(text).not.toMatch(/\bfrom\s*["'`]|\bimport\s*\(|\bimport\s*["'`]/);
    const required = [...text.matchAll(/\brequire\(["'`](?:node:)?([\w/]+)["'`]\)/g)].map(
      ([, name]) => name!,
    );
    expect(required.filter((name) => builtinModules.includes(name))).toEqual([]);
  });

  it('reads mail in Chromium from another origin, sees Retry-After, and opens and closes its breaker', async () => {
    simulator.inject({ match: { method: 'getProfile', count: 1 }, effect: { status: 429, retryAfter: 1 } });
    simulator.inject({ match: { method: 'labels.list' }, effect: { status: 503 } });
    const seen = await page.evaluate(
      async ({ url, token }) => {
        const path = '/browser.js';
        const { createResilientGmailClient } = await import(path);
        const client = createResilientGmailClient(token, { apiUrl: url, intervalCap: 100, maxRetries: 1 });
        const startedAt = performance.now();
        const profile = await client.getProfile();
        const waitedMs = performance.now() - startedAt;
        const { messages } = await client.listMessages({ maxResults: 3 });
        const ids = [];
        for await (const { id, message } of client.getMessages(
          messages.map(({ id }: { id: string }) => id),
        )) {
          if (message) ids.push(id);
        }
        const hurried = createResilientGmailClient(token, { apiUrl: url, intervalCap: 100, maxRetries: 0 });
        const ends = await Promise.allSettled(Array.from({ length: 12 }, () => hurried.listLabels()));
        const reasons = ends.map((end) => end.status === 'rejected' && end.reason.name);
        const opened = { state: hurried.getMetrics().circuitBreakerState, healthy: hurried.isHealthy() };
        hurried.resetCircuitBreaker();
        return {
          profile,
          waitedMs,
          ids,
          reasons,
          opened,
          after: hurried.isHealthy(),
          metrics: client.getMetrics(),
        };
      },
      { url: simulator.url, token: accessToken },
    );
    expect(seen.profile.emailAddress).toBe(owner);
    expect(seen.waitedMs).toBeGreaterThanOrEqual(1_000);
    expect(seen.ids).toHaveLength(3);
    expect(new Set(seen.reasons)).toEqual(new Set(['GmailUnavailableError']));
    expect({ opened: seen.opened, after: seen.after }).toEqual({
      opened: { state: 'open', healthy: false },
      after: true,
    });
    expect(seen.metrics).toMatchObject({ retries: 1, refusals: 1, requests: { 'messages.get': 3 } });
  });

  it('tells a server what happens, in batches within its limits, and with the page’s last breath', async () => {
    answerWith = (call) => (call === 0 ? { status: 503, headers: { 'retry-after': '1' } } : { status: 202 });
    const waits = await page.evaluate(async () => {
      const path = '/browser.js';
      const { createEventReporter } = await import(path);
      const reporter = createEventReporter({ url: '/events', everyMs: 20, maxQueued: 300 });
      const event = {
        type: 'gmail_request',
        timestamp: 1,
        details: { operation: 'messages.get', latency: 3 },
      };
      for (let n = 0; n < 350; n += 1) reporter.report({ ...event, timestamp: n });
      const { dropped } = reporter.state();
      const startedAt = performance.now();
      while (reporter.state().queued > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      const waitedMs = performance.now() - startedAt;
      for (let n = 350; n < 600; n += 1) reporter.report({ ...event, timestamp: n });
      return { dropped, waitedMs };
    });
    expect(waits.dropped).toBe(50);
    expect(waits.waitedMs).toBeGreaterThanOrEqual(1_000);
    await page.goto('about:blank');
    const told = () =>
      new Set(
        batches
          .slice(1)
          .flatMap(({ events }) => events.map((event) => (event as { timestamp: number }).timestamp)),
      );
    await until(() => told().size >= 550);
    expect(told().size).toBe(550);
    expect(batches.every(({ events, bytes }) => events.length <= 100 && bytes <= 60_000)).toBe(true);
  });
});
