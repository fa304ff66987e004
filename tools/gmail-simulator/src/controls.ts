// What can be asked of a running simulator besides Gmail's API, in-process and by HTTP alike.
import { changeScript, runChangeScript } from './change-script.ts';
import type { ChangeScript, RunningScript } from './change-script.ts';
import { compareWithTruth } from './compare-with-truth.ts';
import type { TruthRow } from './compare-with-truth.ts';
import type { Faults } from './faults.ts';
import type { Mailbox } from './mailbox/mailbox.ts';
import type { OAuth, Revocations } from './oauth.ts';
import type { PubSub } from './pubsub.ts';
import type { Quota } from './quota.ts';
import { fetchedTwice, forgetServed, truthOf } from './truth.ts';

export interface ControlledParts {
  accounts: ReadonlyMap<string, Mailbox>;
  faults: Faults;
  oauth: OAuth;
  quota: Quota;
  pubsub: PubSub;
  revocations: Revocations;
}

export type Controls = ReturnType<typeof createControls>;

export function createControls({ accounts, faults, oauth, quota, pubsub, revocations }: ControlledParts) {
  const scripts = new Set<RunningScript>();
  return {
    accounts,
    faults,
    report: () => ({
      ...quota.report,
      fetchedTwice: fetchedTwice(accounts.values()),
      pushes: { ...pubsub.pushes },
    }),
    resetReport(): void {
      quota.reset();
      forgetServed(accounts.values());
    },
    accountList: () =>
      [...accounts.values()].map(({ emailAddress, name, messages, threads, log }) => ({
        emailAddress,
        name,
        messages: messages.size,
        threads: threads.members.size,
        historyId: String(log.newestId()),
      })),
    issueTokens: (email: string) => oauth.issueTokens(email),
    revokeAccount: (email: string) => revocations.revokeAccount(email),
    truth: truthOf,
    /** What happened after a position, with the moment of each; nothing is ever forgotten here. */
    changes: (mailbox: Mailbox, since: string) => {
      if (!/^\d{1,20}$/.test(since)) throw new RangeError(`no history id: ${since}`);
      return mailbox.log
        .everythingSince(BigInt(since))
        .map((change) => ({ ...change, id: String(change.id) }));
    },
    compare: (mailbox: Mailbox, rows: readonly TruthRow[]) => compareWithTruth(rows, truthOf(mailbox)),
    startScript(mailbox: Mailbox, script: ChangeScript) {
      const running = runChangeScript(mailbox, script);
      scripts.add(running);
      return { started: changeScript.parse(script) };
    },
    scriptState: () => {
      const counts = [...scripts].map((script) => script.counts);
      return {
        running: [...scripts].filter((script) => script.isRunning()).length,
        delivered: sum(counts.map(({ delivered }) => delivered)),
        labelled: sum(counts.map(({ labelled }) => labelled)),
        deleted: sum(counts.map(({ deleted }) => deleted)),
      };
    },
    stopScripts(): void {
      for (const script of scripts) script.stop();
    },
  };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
