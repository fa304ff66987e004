// Hostile mail on the whole way: it is delivered, synced, and opened by a person in the page, one after another.
import { until } from '@finito/testing';
import type { Browser, Page } from 'playwright-core';
import { ownPostgres } from '../../bench/kit/servers.ts';
import { aReader, launchBrowser } from '../../e2e/a-browser.ts';
import { startStack, usualShape } from '../../e2e/running-stack.ts';
import { hostileBodies } from '../../libs/content/test/hostile-browser.ts';
import { listenAsStrangers } from '../../libs/content/test/strangers.ts';
import type { Strangers } from '../../libs/content/test/strangers.ts';
import type { RunKit } from '../kit/in-ward.ts';
import { vectorMails } from './vector-mails.ts';

export interface SeenInPage {
  /** Mails whose text was shown. */
  opened: number;
  /** Dialogs, errors, messages from the frame: a script has run. */
  ran: string[];
  /** What the browser itself had to forbid. */
  stopped: string[];
  /** Requests to anybody but the gateway, as the browser tells them. */
  requests: readonly string[];
  /** Strangers that something reached by any way: names that were looked up only to connect included. */
  hosts: readonly string[];
}

const account = { name: 'Robin Ferrer', emailAddress: 'robin.ferrer@example.com' };
/** For the control: as many bodies as it takes to show that everything is seen. */
const controls = 60;
const sentinel = 'sentinel.example';

/** `control`: the same with the first bodies shown as they came, so that only the frame stands between them and the reader. */
export async function openHostileMails(kit: RunKit): Promise<{ seen: SeenInPage; control: SeenInPage }> {
  await using started = new AsyncDisposableStack();
  kit.progress('starting the product');
  const postgres = await ownPostgres(false);
  started.defer(() => postgres.remove());
  const strangers = await listenAsStrangers();
  started.defer(() => strangers.close());
  const browser = await launchBrowser([strangers.flag]);
  started.defer(() => browser.close());
  const mails = vectorMails();
  const stack = await startStack([{ ...account, messages: mails }], {
    ...usualShape,
    postgresUrl: postgres.url,
    // Nobody opens mail as fast as this reader.
    settings: { RATELIMIT_DISABLED: 'true' },
  });
  started.defer(() => stack.close());

  const read = async (count: number, bodies?: readonly string[]) => {
    const reader = await aReader(browser, stack);
    strangers.forget();
    await reader.signIn(account.name);
    await reader.page.getByText('Up to date').waitFor({ timeout: 120_000 });
    if (bodies) await replaceDocuments(reader.page, bodies);
    const opened = await openAll(kit, reader.page, count);
    await untilNothingIsUnderWay(browser, strangers);
    const complaints = await reader.complaints();
    const requests = [...reader.leaving];
    await reader.context.close();
    return {
      opened,
      ran: complaints.filter((complaint) => !isOfTheBrowser(complaint)),
      stopped: complaints.filter(isOfTheBrowser),
      requests,
      hosts: strangers.heard().filter((host) => host !== sentinel),
    };
  };
  const seen = await read(mails.length);
  return { seen, control: await read(controls, hostileBodies().slice(0, controls)) };
}

/** What it writes down when it forbids something; but that a dialog was ignored means that a script asked for it. */
function isOfTheBrowser(complaint: string): boolean {
  return /^console: (?!Ignored call)|^[a-z-]+-src /.test(complaint);
}

async function replaceDocuments(page: Page, bodies: readonly string[]): Promise<void> {
  let next = 0;
  await page
    .context()
    .route('**/document?images=*', (route) =>
      route.fulfill({ contentType: 'text/html; charset=utf-8', body: bodies[next++ % bodies.length]! }),
    );
}

/** The newest by a click, the others by the key for the next one. */
async function openAll(kit: RunKit, page: Page, count: number): Promise<number> {
  await page.locator('[data-message]').first().click();
  let shown = '';
  for (let opened = 1; ; opened += 1) {
    kit.signal.throwIfAborted();
    kit.progress(`${opened} of ${count} mails opened`);
    shown = await shownAfter(page, shown);
    await prodFrame(page);
    if (opened === count) return opened;
    await page.keyboard.press('j');
  }
}

/** The address of the open mail's document, once it is another than before and wholly there. */
async function shownAfter(page: Page, before: string): Promise<string> {
  const look = async () => {
    const source = await page.locator('iframe.message-frame:not(.message-frame-coming)').getAttribute('src', {
      timeout: 1_000,
    });
    return source !== before ? source : undefined;
  };
  return until(look, { timeoutMs: 30_000, everyMs: 10, message: 'the next mail to be shown' });
}

/** What a reader may do: touch, hover, focus, click; links are not followed. */
async function prodFrame(page: Page): Promise<void> {
  const frame = page.frames().find((each) => each.parentFrame() !== null);
  await frame?.evaluate(prod);
}

const prod = `(() => {
  const events = ['mouseover', 'mouseenter', 'pointerenter', 'focus', 'click', 'toggle', 'submit', 'scrollend', 'animationstart'];
  for (const element of document.querySelectorAll('*'))
    for (const name of events) element.dispatchEvent(new Event(name, { bubbles: true, cancelable: true }));
})()`;

/** A request that was caused before this one would have left before it. */
async function untilNothingIsUnderWay(browser: Browser, strangers: Strangers): Promise<void> {
  const page = await browser.newPage();
  await page.evaluate(`fetch("https://${sentinel}/").catch(() => undefined)`);
  await until(() => strangers.heard().includes(sentinel));
  await page.close();
}
