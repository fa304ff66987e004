/**
 * `npm run sizing -- 10000`: what so many mailboxes need, by arithmetic from what one costs. docs/scaling.md shows the same
 * for three sizes; a test holds it to this.
 */
import { fileURLToPath } from 'node:url';

/** What one costs, measured (`npm run bench -- sync`, `npm run bench -- live`), and what is assumed of people. */
export const costs = {
  /** CPU of one message from Gmail to its row, ms. */
  messageCpuMs: { worker: 1.4, postgres: 1.3, redis: 0.07 },
  /** CPU of one look at a mailbox that has nothing new, ms; what processes do while idle is in it, so it is at most that. */
  lookCpuMs: { worker: 10, postgres: 7.8, redis: 1.9 },
  /** Bytes of one message in Postgres, indexes and content included. */
  messageBytes: 5_500,
  unitsPerMessage: 10.6,
  unitsPerLook: 2,
  unitsPerWatch: 100,
};

export const assumptions = {
  messagesInMailbox: 20_000,
  newMessagesADay: 50,
  /** Looks a day: by push one for each message and each quarter of an hour, by polling each minute. */
  looksADay: { push: 50 + 96, poll: 1_440 },
  /** Of a mailbox's owner, in the hour with the most. */
  requestsInPeakHour: 60,
  /** CPU of one request to the gateway, ms. */
  requestCpuMs: 1,
  /** The share of a core that is planned with. */
  usedShare: 0.6,
};

/** Google's, of one Cloud project (profile 2026-05). */
export const quota = { unitsAMinute: 1_200_000, unitsADay: 80_000_000 };

/** Of one process (the manifests of k8s/). */
export const process_ = {
  gatewayConnections: 10,
  workerConnections: 10,
  telemetryConnections: 2,
  coresAWorker: 1,
};

export type Notice = 'push' | 'poll';

export interface Sizing {
  mailboxes: number;
  /** Units a day for the share of one project, 1 being all. */
  quotaShareOfDay: number;
  projects: number;
  workerCores: number;
  postgresCores: number;
  redisCores: number;
  gatewayCores: number;
  workers: number;
  gateways: number;
  connections: number;
  diskGb: number;
  /** Until all have been synced for the first time with one project's quota. */
  firstSyncDays: number;
}

const dayS = 86_400;

export function sizingFor(mailboxes: number, notice: Notice = 'push'): Sizing {
  const { newMessagesADay, messagesInMailbox, usedShare } = assumptions;
  const looks = assumptions.looksADay[notice];
  const unitsADay =
    newMessagesADay * 20 + looks * costs.unitsPerLook + (notice === 'push' ? costs.unitsPerWatch : 0);
  const quotaShareOfDay = (mailboxes * unitsADay) / quota.unitsADay;
  const cores = (part: 'worker' | 'postgres' | 'redis') =>
    (mailboxes * (looks * costs.lookCpuMs[part] + newMessagesADay * costs.messageCpuMs[part])) /
    1_000 /
    dayS /
    usedShare;
  const requestsASecond = (mailboxes * assumptions.requestsInPeakHour) / 3_600;
  const gatewayCores = (requestsASecond * assumptions.requestCpuMs) / 1_000 / usedShare;
  const workers = Math.max(2, Math.ceil(cores('worker') / process_.coresAWorker));
  const gateways = Math.max(2, Math.ceil(gatewayCores));
  return {
    mailboxes,
    quotaShareOfDay,
    projects: Math.max(1, Math.ceil(quotaShareOfDay)),
    workerCores: cores('worker'),
    postgresCores: cores('postgres'),
    redisCores: cores('redis'),
    gatewayCores,
    workers,
    gateways,
    connections:
      workers * process_.workerConnections +
      gateways * process_.gatewayConnections +
      2 * process_.telemetryConnections,
    diskGb: (mailboxes * messagesInMailbox * costs.messageBytes) / 1e9,
    firstSyncDays: (mailboxes * messagesInMailbox * costs.unitsPerMessage) / quota.unitsADay,
  };
}

/** As the table of docs/scaling.md has it: two digits that count. */
export function cellsOf(sizing: Sizing): string[] {
  const { mailboxes, quotaShareOfDay, projects, workers, gateways, connections, diskGb, firstSyncDays } =
    sizing;
  const { workerCores, postgresCores, redisCores, gatewayCores } = sizing;
  return [
    mailboxes.toLocaleString('en'),
    `${short(quotaShareOfDay * 100)} %`,
    String(projects),
    ...[workerCores, postgresCores, redisCores, gatewayCores].map(short),
    String(workers),
    String(gateways),
    String(connections),
    `${short(diskGb)} GB`,
    `${short(firstSyncDays)} days`,
  ];
}

const short = (value: number) =>
  Number(value.toPrecision(2)).toLocaleString('en', { maximumSignificantDigits: 2 });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [count = '10000', notice = 'push'] = process.argv.slice(2);
  if (!/^\d+$/.test(count) || !(notice in assumptions.looksADay)) {
    console.error('Usage: npm run sizing -- <mailboxes> [push|poll]');
    process.exit(2);
  }
  console.log(JSON.stringify(sizingFor(Number(count), notice as Notice), null, 2));
}
