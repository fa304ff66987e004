// The client that fetches content for readers, with the seed's profile: two calls at once and eight a second for each
// mailbox, 15 s, and a breaker of its own that trips at 40 % of failures.
import { createGmail, tuningProfiles } from '@finito/gmail';
import type { Gmail, GmailEvent, GmailMailbox, SharedBreaker, Transport } from '@finito/gmail';
import { contentBreaker } from '@finito/quota';
import type { AccessTokens } from '@finito/gmail';

export interface ContentGmail {
  mailbox(mailboxId: string): GmailMailbox;
  /** Milliseconds that content cannot be asked for. */
  openForMs(): number;
  close(): Promise<void>;
}

export interface ContentGmailNeeds {
  apiUrl: string;
  transport: Transport;
  accessTokens: AccessTokens;
  breaker: SharedBreaker;
  onEvent: (event: GmailEvent) => void;
}

/** Limiters live in a mailbox's client: so many of them are kept, the least used go first. */
const maxMailboxes = 500;

export function createContentGmail(needs: ContentGmailNeeds): ContentGmail {
  const { concurrency, intervalCap, circuitBreakerTimeout, errorThreshold, resetTimeout } =
    tuningProfiles.content;
  const gmail: Gmail = createGmail({
    ...{ apiUrl: needs.apiUrl, transport: needs.transport, onEvent: needs.onEvent },
    ...{ concurrency, intervalCap, timeoutMs: circuitBreakerTimeout },
    // The units of one call were charged: it is made once.
    ...{ maxRetries: 0, maxInlineWaitMs: 0, batch: 'off' as const },
    breaker: { errorThresholdPercentage: errorThreshold, resetTimeoutMs: resetTimeout, volumeThreshold: 5 },
    sharedBreaker: named(contentBreaker, needs.breaker),
  });
  const mailboxes = new Map<string, GmailMailbox>();

  return {
    mailbox(mailboxId) {
      const found =
        mailboxes.get(mailboxId) ??
        gmail.mailbox({ getAccessToken: (_signal, hint) => needs.accessTokens.get(mailboxId, hint) });
      mailboxes.delete(mailboxId);
      mailboxes.set(mailboxId, found);
      if (mailboxes.size > maxMailboxes) mailboxes.delete(mailboxes.keys().next().value!);
      return found;
    },
    openForMs: () => gmail.breakers.openForMs('messages.get'),
    close: () => gmail.close(),
  };
}

/** All of this client's calls are of one kind: they share one of the fleet's breakers. */
function named(name: string, shared: SharedBreaker): SharedBreaker {
  return {
    admit: () => shared.admit(name),
    openForMs: () => shared.openForMs(name),
    state: () => shared.state(name),
    isOpenElsewhere: () => shared.isOpenElsewhere(name),
    report: (_name, state) => shared.report(name, state),
    listen: (onChange) =>
      shared.listen((each, state) => {
        if (each === name) onChange('read', state);
      }),
  };
}
