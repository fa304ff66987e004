import { findChromium } from '@finito/testing';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import type { RunningStack } from './running-stack.ts';

const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Noted by the page itself as long as it is open: what its policy forbade, and what reached it from a frame. */
const watch = `
  globalThis.violations = [];
  globalThis.messages = [];
  addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI));
  addEventListener('message', (event) => messages.push(String(event.data)));
`;

export async function launchBrowser(own: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: await findChromium(), args: [...flags, ...own] });
}

/** A reader with a browser profile of their own, and everything that should not happen written down. */
export async function aReader(browser: Browser, { url, simulator }: Pick<RunningStack, 'url' | 'simulator'>) {
  const context = await browser.newContext({ viewport: { width: 1_400, height: 850 } });
  context.setDefaultTimeout(30_000);
  await context.addInitScript({ content: watch });
  const complaints: string[] = [];
  const leaving: string[] = [];
  const page = await context.newPage();
  context.on('request', (request) => {
    const isOurs = [url, simulator.url].some((origin) => request.url().startsWith(`${origin}/`));
    if (!isOurs) leaving.push(`${request.resourceType()} ${request.url()}`);
  });
  context.on('weberror', ({ error }) => complaints.push(`error: ${error().message}`));
  context.on('console', (message) => {
    const from = message.location().url;
    // Chromium writes down every 401, and asking who is there answers with one before the sign-in.
    const isExpected = from === `${url}/api/auth/me` || from.startsWith(simulator.url);
    if (message.type() === 'error' && !isExpected) complaints.push(`console: ${message.text()} ${from}`);
  });
  context.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });

  return {
    ...{ context, page },
    /** Requests to anybody but the gateway and, for the sign-in, Google: their kinds and addresses. */
    leaving,
    /** Dialogs, errors, messages from frames and what the policy had to forbid. */
    async complaints(): Promise<string[]> {
      return [...complaints, ...(await page.evaluate<string[]>('[...violations, ...messages]'))];
    },
    /** Through the consent page of the simulator. */
    async signIn(name: string): Promise<void> {
      await page.goto(url);
      await page.getByRole('link', { name: 'Connect the sample mailbox' }).click();
      await page.getByRole('button', { name }).click();
      await page.waitForURL(`${url}/**`);
    },
  };
}
