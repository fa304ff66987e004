// Documents of mails in a real Chromium, each in a frame: which scripts ran, and who was spoken to.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { findChromium, until } from '@finito/testing';
import { mailDocument, sanitiseHtml } from '../src/index.ts';
import { listenAsStrangers } from './strangers.ts';
import { vectors } from './vectors.ts';

/** The frame's policy; `allow-modals` is added so that a script that did run would be seen. */
export const framePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-modals";

/** The page around the frame lets no stranger into it. */
const pageHeaders = { 'Content-Security-Policy': "frame-src 'self'" };

const sentinel = 'sentinel.example';

export interface Seen {
  /** Scripts that ran: every one of them calls alert. */
  executions: number;
  /** Strangers that were spoken to: the host names of what reached the network. */
  hosts: string[];
}

export type HostileBrowser = Awaited<ReturnType<typeof openHostileBrowser>>;

export async function openHostileBrowser() {
  let documents: string[] = [];
  let headers: Record<string, string> = {};
  const pages = createServer((request, response) => {
    const [, name = ''] = (request.url ?? '').split('/');
    const document = name === '' ? framesOf(documents.length) : documents[Number(name)];
    if (document === undefined) return void response.writeHead(404).end();
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      ...(name === '' ? pageHeaders : headers),
    });
    response.end(document);
  });
  const strangers = await listenAsStrangers();
  await listening(pages);
  const args = [strangers.flag, '--no-sandbox'];
  const browser = await chromium.launch({ executablePath: await findChromium(), args });

  return {
    /** All documents at once, each in a frame, every element of them prodded where the frame can be reached. */
    async show(shown: string[], options: { headers: Record<string, string> }): Promise<Seen> {
      documents = shown;
      headers = options.headers;
      strangers.forget();
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
      await page.evaluate(`fetch("https://${sentinel}/").catch(() => undefined)`);
      if (page.url() !== top) throw new Error(`a mail led the page to ${page.url()}`);
      await page.close();
      const hosts = await until(() => {
        const heard = strangers.heard();
        return heard.includes(sentinel) ? heard.filter((host) => host !== sentinel) : undefined;
      });
      return { executions, hosts };
    },
    async close() {
      await browser.close();
      pages.close();
      strangers.close();
    },
  };
}

export const hostileBodies = () => vectors('html-body').map(({ payload }) => payload);

/** All vectors as the product shows them, with images off. */
export function sanitisedVectors(): string[] {
  const bodies = hostileBodies().map((html) => sanitiseHtml(html, { images: false }).html);
  const texts = vectors('text-body').map(({ payload }) => payload);
  return [
    ...inEights(bodies).map((html) => mailDocument({ html, text: null, flaws: [] })),
    ...inEights(texts).map((text) => mailDocument({ html: null, text, flaws: [] })),
  ];
}

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

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
