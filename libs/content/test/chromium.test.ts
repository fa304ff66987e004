import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { findChromium, until } from '@finito/testing';
import { mailDocument } from '../src/mail-document.ts';
import { sanitiseHtml } from '../src/sanitise-html.ts';
import { vectors } from './vectors.ts';

/** The frame's policy; `allow-modals` is added so that a script that did run would be seen. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-modals";

/** The page around the frame lets no stranger into it. */
const pageHeaders = { 'Content-Security-Policy': "frame-src 'self'" };

interface Seen {
  /** Scripts that ran: every one of them calls alert. */
  executions: number;
  /** Strangers that were spoken to: the host names of what reached the network. */
  hosts: string[];
}

/** A few seconds each on a quiet machine. */
jest.setTimeout(120_000);

describe('hostile mails in a real browser', () => {
  let browser: Browser;
  let pages: Server;
  let strangers: TcpServer;
  let documents: string[] = [];
  let headers: Record<string, string> = {};
  let hosts = new Set<string>();

  beforeAll(async () => {
    pages = createServer((request, response) => {
      const [, name = ''] = (request.url ?? '').split('/');
      const document = name === '' ? framesOf(documents.length) : documents[Number(name)];
      if (document === undefined) return void response.writeHead(404).end();
      response.writeHead(200, {
        'Content-Type': 'text/html; charset=utf-8',
        ...(name === '' ? pageHeaders : headers),
      });
      response.end(document);
    });
    // The name of a host stands in the clear in a request and in the first bytes of TLS. The browser's own calls home have others.
    strangers = createTcpServer((socket) => {
      socket
        .on('error', () => undefined)
        .once('data', (bytes) => {
          const [host] =
            /[a-z0-9-]+(?:\.[a-z0-9-]+)*\.example/.exec(bytes.toString('latin1').toLowerCase()) ?? [];
          if (host !== undefined) hosts.add(host);
          socket.destroy();
        });
    });
    await Promise.all([listening(pages), listening(strangers)]);
    const executablePath = await findChromium();
    const args = [
      `--host-resolver-rules=MAP * 127.0.0.1:${portOf(strangers)}, EXCLUDE 127.0.0.1`,
      '--no-sandbox',
    ];
    browser = await chromium.launch({ executablePath, args });
  });

  afterAll(async () => {
    await browser?.close();
    pages.close();
    strangers.close();
  });

  /** All documents at once, each in a frame, every element of them prodded where the frame can be reached. */
  async function show(shown: string[], options: { headers: Record<string, string> }): Promise<Seen> {
    documents = shown;
    headers = options.headers;
    hosts = new Set();
    let executions = 0;
    const page = await browser.newPage();
    page.on('dialog', (dialog) => {
      executions += 1;
      dialog.dismiss().catch(() => undefined);
    });
    const top = `http://127.0.0.1:${portOf(pages)}/`;
    await page.goto(top, { waitUntil: 'load', timeout: 0 });
    await page.evaluate(prod);
    // A request that was caused before this one would have left before it.
    await page.evaluate('fetch("https://sentinel.example/").catch(() => undefined)');
    expect(page.url()).toBe(top);
    await page.close();
    await until(() => hosts.delete('sentinel.example'));
    return { executions, hosts: [...hosts] };
  }

  const bodies = vectors('html-body').map(({ payload }) => payload);
  const texts = vectors('text-body').map(({ payload }) => payload);
  const sanitised = () => [
    ...inEights(bodies.map((html) => sanitiseHtml(html, { images: false }).html)).map((html) =>
      mailDocument({ html, text: null, flaws: [] }),
    ),
    ...inEights(texts).map((text) => mailDocument({ html: null, text, flaws: [] })),
  ];

  it('the test sees scripts and requests when nothing stops them', async () => {
    const { executions, hosts } = await show(bodies.slice(0, 60), { headers: {} });
    expect(executions).toBeGreaterThan(20);
    expect(hosts).toContain('track.example');
  });

  it('run nothing and load nothing when they are sanitised, without any policy', async () => {
    expect(await show(sanitised(), { headers: {} })).toEqual({ executions: 0, hosts: [] });
  });

  it('run nothing and load nothing under the policy of the frame, without being sanitised', async () => {
    const shown = bodies.slice(0, 60).map((html) => mailDocument({ html, text: null, flaws: [] }));
    expect(await show(shown, { headers: { 'Content-Security-Policy': policy } })).toEqual({
      executions: 0,
      hosts: [],
    });
  });

  it('run nothing and load nothing as they are shown', async () => {
    expect(await show(sanitised(), { headers: { 'Content-Security-Policy': policy } })).toEqual({
      executions: 0,
      hosts: [],
    });
  });
});

/** A frame costs a browser more than what is in it, and what was sanitised ends where it ends. */
function inEights(parts: string[]): string[] {
  const eights: string[] = [];
  for (let from = 0; from < parts.length; from += 8) eights.push(parts.slice(from, from + 8).join('\n'));
  return eights;
}

function framesOf(count: number): string {
  const frames = Array.from(
    { length: count },
    (_, index) => `<iframe src="/${index}" width=300 height=80></iframe>`,
  );
  return `<!doctype html><title>frames</title>${frames.join('')}`;
}

/** What a reader may do: touch, hover, focus, click; links are not followed. */
const prod = `(async () => {
  const events = ['mouseover', 'mouseenter', 'pointerenter', 'focus', 'click', 'toggle', 'submit', 'scrollend', 'animationstart'];
  for (const frame of document.querySelectorAll('iframe')) {
    let inner = null;
    try { inner = frame.contentDocument; } catch {}
    if (!inner) continue;
    inner.addEventListener('click', (event) => event.preventDefault(), true);
    inner.addEventListener('submit', (event) => event.preventDefault(), true);
    for (const element of inner.querySelectorAll('*'))
      for (const name of events) element.dispatchEvent(new Event(name, { bubbles: true, cancelable: true }));
  }
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 250)));
})()`;

function listening(server: Server | TcpServer): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function portOf(server: Server | TcpServer): number {
  return (server.address() as AddressInfo).port;
}
