// The main story, as a person lives it: from the sign-in page to a message that was read, and out again.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sampleMailbox, sampleOwner } from '@finito/gmail-simulator';
import { until } from '@finito/testing';
import type { Browser } from 'playwright-core';
import { aReader, launchBrowser } from './a-browser.ts';
import { aMail } from './mails.ts';
import { startStack } from './running-stack.ts';
import type { RunningStack } from './running-stack.ts';

const timeoutMs = 30_000;
const messages = 400;
const account = { ...sampleOwner, emailAddress: sampleOwner.address };
const letter = {
  from: 'Anna Weber <anna@example.org>',
  subject: 'Where the keys are',
  text: 'Dear Robin,\n\nthe keys are under the blue pot.\n\nAnna',
};

// Far more than they need, for machines that are busy otherwise.
jest.setTimeout(120_000);

describe('a reader with a browser', () => {
  let stack: RunningStack;
  let browser: Browser;
  let reader: Awaited<ReturnType<typeof aReader>>;
  let delivered = '';

  beforeAll(async () => {
    const sample = await sampleMailbox({ messages: messages - 1 });
    browser = await launchBrowser();
    stack = await startStack([{ ...account, messages: [...sample, aMail(letter)] }]);
    reader = await aReader(browser, stack);
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  it('signs in through the consent page and sees the mailbox fill', async () => {
    const { page } = reader;
    await reader.signIn(account.name);
    await page.getByText(account.emailAddress).first().waitFor();

    const bar = page.getByRole('progressbar', { name: 'Messages fetched' });
    const value = async () => Number((await bar.getAttribute('value', { timeout: 500 })) ?? 0);
    const first = await until(value, { timeoutMs, message: 'the bar to move' });
    const later = await until(async () => ((await value()) > first ? value() : 0), {
      timeoutMs,
      message: 'it to move on',
    });
    expect(first).toBeLessThan(messages);
    expect(later).toBeGreaterThan(first);

    await page.getByText('Up to date').waitFor({ timeout: 60_000 });
    await page.getByText(`${messages} messages`).waitFor();
    expect(stack.simulator.report().refusals).toEqual({});
  });

  it('opens a message and reads its text in the frame', async () => {
    const { page } = reader;
    await page.getByRole('link', { name: letter.subject }).click();
    await page.getByRole('heading', { name: letter.subject }).waitFor();
    const text = page.frameLocator('iframe[title="Text of the message"]');
    await text.getByText('the keys are under the blue pot').waitFor();
  });

  it('finds the open message again after a reload, and goes on by keyboard', async () => {
    const { page } = reader;
    await page.reload();
    await page.getByRole('heading', { name: letter.subject }).waitFor();
    await page.keyboard.press('j');
    await until(async () => (await page.title()).includes(letter.subject) === false, {
      timeoutMs,
      message: 'the next one',
    });
    await page.keyboard.press('u');
    await page.getByText('Choose a message to read it here.').waitFor();
  });

  it('sees new mail come in without doing anything', async () => {
    const { page } = reader;
    delivered = stack.simulator
      .account(account.emailAddress)
      .deliver(aMail({ ...letter, subject: 'One more thing' }));
    await page.getByRole('link', { name: 'One more thing' }).waitFor();
  });

  it('reads, stars and archives it, and Gmail learns of all three', async () => {
    const { page } = reader;
    await page.getByRole('link', { name: 'One more thing' }).click();
    await page.getByRole('button', { name: 'Star' }).click();
    await page
      .getByRole('link', { name: 'One more thing' })
      .and(page.locator(':not(.message-unread)'))
      .waitFor();
    await page.keyboard.press('e');
    await page.getByText('Archived').waitFor();
    expect(await page.getByRole('link', { name: 'One more thing' }).count()).toBe(0);
    const labels = () =>
      stack.simulator.truth(account.emailAddress).find(({ gmailId }) => gmailId === delivered)?.labelIds;
    await until(() => JSON.stringify(labels()) === '["STARRED"]', {
      timeoutMs,
      message: 'Gmail to learn it',
    });
  });

  it('searches', async () => {
    const { page } = reader;
    await page.keyboard.press('/');
    await page.keyboard.type('subject:keys pot');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Results for' }).waitFor();
    await until(async () => (await page.getByRole('link', { name: 'Anna Weber' }).count()) === 1, {
      timeoutMs,
    });
  });

  it('finds nothing of the operator’s without the admin key, and the charts of a day with it', async () => {
    const { context, page } = await aReader(browser, stack);
    await page.goto(`${stack.url}/admin`);
    const show = async (key: string) => {
      await page.getByLabel('Admin key').fill(key);
      await page.getByRole('button', { name: 'Show' }).click();
    };
    await show('a guess');
    await page.getByText('This is not the key.').waitFor();
    await show(stack.adminKey);
    await page.getByRole('heading', { name: 'Client telemetry' }).waitFor();
    expect(await page.getByRole('img', { name: 'by the hour' }).count()).toBe(6);
    expect(
      await page.evaluate('JSON.stringify([violations, { ...localStorage }, { ...sessionStorage }])'),
    ).toBe('[[],{},{}]');
    await page.reload();
    await page.getByLabel('Admin key').waitFor();
    await context.close();
  });

  it('signs out, and the page gave no cause for complaint', async () => {
    const { page } = reader;
    expect(await reader.complaints()).toEqual([]);
    await page.getByRole('button', { name: 'Sign out' }).first().click();
    await page.getByRole('link', { name: 'Connect the sample mailbox' }).waitFor();
    const answer = await page.request.get(`${stack.url}/api/auth/me`);
    expect(answer.status()).toBe(401);
    expect(reader.leaving).toEqual([]);
  });
});
