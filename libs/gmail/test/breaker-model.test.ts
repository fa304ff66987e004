// The breaker against a model: whatever calls, answers, aborts, resets and waits come in whatever order, its state and
// what it lets through are those of the rules. The rules include what opossum has got wrong over the years in
// half-open: stuck for ever after a filtered error (#388) or below its volume (#276), a flood in place of one probe
// (#119), one abort that ends all calls (#780).
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { createGmail, GmailUnavailableError, type Transport, type TransportAnswer } from '../src/index.ts';

const resetTimeoutMs = 20;
const volumeThreshold = 4;

type Outcome = 'well' | 'refused' | 'outage' | 'aborted';

/** A Gmail whose every answer the test gives by hand. */
function aGmail() {
  const waiting: { answer(answer: TransportAnswer): void; fail(reason: unknown): void }[] = [];
  const transport: Transport = {
    send: ({ signal }) =>
      new Promise((answer, fail) => {
        waiting.push({ answer, fail });
        signal.addEventListener('abort', () => fail(signal.reason), { once: true });
      }),
  };
  const gmail = createGmail({
    transport,
    concurrency: 100,
    maxRetries: 0,
    breaker: { resetTimeoutMs, volumeThreshold, windowMs: 60_000 },
  });
  const mailbox = gmail.mailbox({ getAccessToken: () => 'token' });
  /** Begins a call; resolves to its end. `undefined` when it was turned away without reaching Gmail. */
  async function begin() {
    const leave = new AbortController();
    const before = waiting.length;
    let turnedAway = false;
    const ended = mailbox.getProfile(leave.signal).then(
      () => undefined,
      (error: unknown) => {
        turnedAway = error instanceof GmailUnavailableError && error.reason === 'breaker-open';
      },
    );
    await tick();
    if (waiting.length === before) {
      await ended;
      expect(turnedAway).toBe(true);
      return undefined;
    }
    const exchange = waiting.at(-1)!;
    return {
      async end(outcome: Outcome) {
        if (outcome === 'aborted') leave.abort();
        else exchange.answer(answers[outcome]);
        await ended;
        await tick();
      },
    };
  }
  return { gmail, begin, state: () => gmail.breakers.states().read };
}

const noHeaders = { get: () => null };
const answers = {
  well: {
    status: 200,
    headers: noHeaders,
    body: JSON.stringify({
      emailAddress: 'a@example.com',
      messagesTotal: 1,
      threadsTotal: 1,
      historyId: '1',
    }),
  },
  refused: { status: 404, headers: noHeaders, body: '{}' },
  outage: { status: 503, headers: noHeaders, body: '' },
};

/** Lets everything that is ready happen, timers apart. */
const tick = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

interface Model {
  state: 'closed' | 'open' | 'half-open';
  /** Since it was last closed, turned away or not. */
  calls: number;
  failures: number;
  inARow: number;
  probing: boolean;
}
interface Real {
  begin: ReturnType<typeof aGmail>['begin'];
  gmail: ReturnType<typeof aGmail>['gmail'];
  state: ReturnType<typeof aGmail>['state'];
}
type Command = fc.AsyncCommand<Model, Real>;

const startOver = (model: Model, state: Model['state']) =>
  Object.assign(model, { state, calls: 0, failures: 0, inARow: 0, probing: false });

/** Calls that overlap, and how each ends. */
class Calls implements Command {
  readonly outcomes: Outcome[];
  constructor(outcomes: Outcome[]) {
    this.outcomes = outcomes;
  }
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const begun = [];
    for (const outcome of this.outcomes) {
      const call = await real.begin();
      model.calls += 1;
      const lets = model.state === 'closed' || (model.state === 'half-open' && !model.probing);
      expect(call !== undefined).toBe(lets);
      if (call && model.state === 'half-open') model.probing = true;
      if (call) begun.push({ call, outcome });
    }
    for (const { call, outcome } of begun) {
      await call.end(outcome);
      ended(model, outcome);
      expect(real.state()).toBe(model.state);
    }
  }
  toString = () => `calls(${this.outcomes.join(', ')})`;
}

function ended(model: Model, outcome: Outcome): void {
  if (outcome === 'outage') model.failures += 1;
  if (model.state === 'half-open') {
    // A refusal is an answer; an abort proves nothing.
    const isAlive = outcome === 'well' || outcome === 'refused';
    if (isAlive) startOver(model, 'closed');
    else Object.assign(model, { state: 'open', probing: false });
  } else if (model.state === 'closed') {
    if (outcome === 'outage') model.inARow += 1;
    else if (outcome !== 'aborted') model.inARow = 0;
    const share = (100 * model.failures) / model.calls;
    const isMost = outcome === 'outage' && model.calls >= volumeThreshold && share > 50;
    if (isMost || model.inARow >= volumeThreshold) model.state = 'open';
  }
}

class Wait implements Command {
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    await jest.advanceTimersByTimeAsync(resetTimeoutMs);
    if (model.state === 'open') model.state = 'half-open';
    expect(real.state()).toBe(model.state);
  }
  toString = () => 'wait';
}

class Reset implements Command {
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    real.gmail.breakers.reset('read');
    startOver(model, 'closed');
    expect(real.state()).toBe('closed');
  }
  toString = () => 'reset';
}

class OpenByHand implements Command {
  check = (model: Readonly<Model>) => model.state === 'closed';
  async run(model: Model, real: Real): Promise<void> {
    real.gmail.breakers.open('read');
    model.state = 'open';
    expect(real.state()).toBe('open');
    expect(real.gmail.breakers.openForMs('getProfile')).toBeGreaterThan(0);
  }
  toString = () => 'open';
}

const outcome = fc.constantFrom<Outcome>('well', 'refused', 'outage', 'outage', 'outage', 'aborted');
const commands = [
  fc.array(outcome, { minLength: 1, maxLength: 6 }).map((outcomes) => new Calls(outcomes)),
  fc.constant(new Wait()),
  fc.constant(new Reset()),
  fc.constant(new OpenByHand()),
];

// On a busy machine a breaker would be half-open before the test has made the calls that it turns away.
beforeAll(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
afterAll(() => void jest.useRealTimers());

describe('the breaker, whatever happens', () => {
  it('R40: is in the state that its rules say, lets one call through in half-open, and is never stuck', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 25 }), async (run) => {
        const real = aGmail();
        const model: Model = { state: 'closed', calls: 0, failures: 0, inARow: 0, probing: false };
        try {
          await fc.asyncModelRun(() => ({ model, real }), run);
          // However it went: when Gmail is well again, it closes after one probe.
          if (real.state() !== 'closed') {
            await jest.advanceTimersByTimeAsync(resetTimeoutMs);
            await (await real.begin())?.end('well');
          }
          expect(real.state()).toBe('closed');
        } finally {
          await real.gmail.close();
        }
      }),
      { numRuns: 200 },
    );
  });
});
