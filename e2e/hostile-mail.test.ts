// Mail is written by anybody. Whatever stands in it runs nothing in the reader's browser, and tells nobody that it was read.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { aReader, launchBrowser } from './a-browser.ts';
import { aMail } from './mails.ts';
import { startStack } from './running-stack.ts';
import type { RunningStack } from './running-stack.ts';

const account = { name: 'Robin Ferrer', emailAddress: 'robin.ferrer@example.com' };
/** Pictures may be had; what only counts readers may not. */
const image = 'https://pictures.example/photo.png';
const pixelName = 'open.gif';

/** What has worked against mail readers before; each would call, alert, or say so to the page. */
const hostile = (
  tracker: string,
) => `<html><head><style>@import url(${tracker}/style.css); body { background: url(${tracker}/background) }</style>
<base href="${tracker}/"><meta http-equiv="refresh" content="0;url=${tracker}/refresh"><link rel="stylesheet" href="${tracker}/sheet.css"></head>
<body onload="alert('onload')" background="${tracker}/body">
<script>alert('script'); parent.postMessage('script ran', '*'); fetch('${tracker}/script')</script>
<img src="${tracker}/nothing" onerror="alert('onerror'); parent.postMessage('onerror ran', '*')">
<img src="${image}" width="300" height="200"><img src="https://pictures.example/${pixelName}" width="1" height="1"><img srcset="${tracker}/srcset 2x" alt="">
<svg onload="alert('svg')"><script href="${tracker}/svg.js"></script><image href="${tracker}/svg.png"/></svg>
<math><mtext><table><mglyph><style><img src=x onerror="alert('mxss')"></style></mglyph></table></mtext></math>
<iframe src="${tracker}/frame" srcdoc="<script>parent.parent.postMessage('srcdoc ran','*')</script>"></iframe>
<object data="${tracker}/object"></object><embed src="${tracker}/embed"><video src="${tracker}/video" autoplay poster="${tracker}/poster"></video>
<form action="${tracker}/form"><input type="image" src="${tracker}/input" autofocus onfocus="alert('focus')"></form>
<p><a href="javascript:alert('link')">Confirm your account</a></p>
<p>The end of this mail.</p></body></html>`;

// Far more than they need, for machines that are busy otherwise.
jest.setTimeout(120_000);

describe('a hostile mail', () => {
  let stack: RunningStack;
  let browser: Browser;
  let reader: Awaited<ReturnType<typeof aReader>>;
  let tracker: Server;
  const tracked: string[] = [];

  beforeAll(async () => {
    tracker = createServer((request, response) => {
      tracked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => tracker.listen(0, '127.0.0.1', resolve));
    const html = hostile(`http://127.0.0.1:${(tracker.address() as AddressInfo).port}`);
    const mail = aMail({ from: 'Your Bank <bank@example.net>', subject: 'Act now', html });
    browser = await launchBrowser();
    stack = await startStack([{ ...account, messages: [mail] }]);
    reader = await aReader(browser, stack);
    await reader.context.route(image, (route) => route.fulfill({ contentType: 'image/png', body: pixel }));
    await reader.signIn(account.name);
    await reader.page.getByRole('link', { name: 'Act now' }).click();
    await frameOf(reader.page).getByText('The end of this mail.').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.close();
    tracker?.close();
  });

  it('is shown as text, and neither its scripts nor its handlers run', async () => {
    expect(await frameOf(reader.page).locator('script, iframe, object, embed, form').count()).toBe(0);
    expect(await reader.complaints()).toEqual([]);
    expect(reader.context.pages()).toHaveLength(1);
  });

  it('does nothing when its javascript: link is clicked', async () => {
    await frameOf(reader.page).getByText('Confirm your account').click();
    await reader.page.getByRole('heading', { name: 'Act now' }).waitFor();
    expect(await reader.complaints()).toEqual([]);
  });

  it('sends no request to anywhere while it is read', () => {
    expect(reader.leaving).toEqual([]);
    expect(tracked).toEqual([]);
  });

  it('may load its images, and nothing else, once the reader asks for them', async () => {
    const { page } = reader;
    const loaded = page.waitForResponse(image);
    await page.getByRole('button', { name: 'Load them' }).click();
    await loaded;
    await frameOf(page).getByText('The end of this mail.').waitFor();
    expect(reader.leaving).toContain(`image ${image}`);
    expect(
      reader.leaving.filter((request) => !request.startsWith('image ') || request.endsWith(pixelName)),
    ).toEqual([]);
    expect(tracked).toEqual([]);
    expect((await reader.complaints()).filter((complaint) => /dialog|ran/.test(complaint))).toEqual([]);
  });

  it('runs nothing either when its document is opened in a tab of its own', async () => {
    const { page } = reader;
    const source = await page.locator('iframe').getAttribute('src');
    await page.goto(new URL(source!, stack.url).href);
    await page.getByText('The end of this mail.').waitFor();
    expect((await reader.complaints()).filter((complaint) => /dialog|ran/.test(complaint))).toEqual([]);
    expect(tracked).toEqual([]);
  });

  it('R7: runs nothing either if it gets into the page itself, where our own scripts still run', async () => {
    const { page, context } = reader;
    const injected = `<script>alert('injected')</script><img src="/nothing" onerror="alert('handler')">`;
    await context.route(`${stack.url}/`, async (route) => {
      const response = await route.fetch();
      const html = (await response.text()).replace('<body>', `<body>${injected}`);
      expect(html).toContain(injected);
      await route.fulfill({ response, body: html });
    });
    await page.goto(`${stack.url}/`);
    await page.getByRole('link', { name: 'Act now' }).waitFor();
    const complaints = await reader.complaints();
    expect(complaints.filter((complaint) => complaint.startsWith('dialog'))).toEqual([]);
    expect(complaints).toEqual(expect.arrayContaining(['script-src-elem inline', 'script-src-attr inline']));
  });
});

const frameOf = (page: Page) => page.frameLocator('iframe[title="Text of the message"]');

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
