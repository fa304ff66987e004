import { join } from 'node:path';
import type { Stack } from './stack.ts';
import type { LocalSettings } from './settings.ts';

/** What to do next, where things are, how to end it. */
export function summary(settings: LocalSettings, { ports, simulator }: Stack): string {
  const secrets = join(settings.dataDir, 'secrets.json');
  const admin = [
    `gateway ${ports.gatewayAdmin}`,
    `gmail-worker ${ports.bulkAdmin} (bulk) and ${ports.interactiveAdmin} (interactive)`,
    `telemetry ${ports.telemetryAdmin}`,
  ].join(', ');
  const rows: [string, string][] = [
    [
      'Mailbox',
      simulator === undefined ? 'your Gmail account, through Google' : offered(settings, simulator.url),
    ],
    ['Data', settings.dataDir],
    ['Logs', join(settings.dataDir, 'logs')],
    ['Admin', `127.0.0.1, ports ${admin}: /readyz, /metrics`],
    ['API keys', `HEALTH_API_KEY and ADMIN_API_KEY are in ${secrets}`],
    ['Stop', 'Ctrl-C; the next start continues here'],
  ];
  const lines = rows.map(([what, text]) => `  ${what.padEnd(10)}${text}`);
  return ['', `  Finito Mail is ready: ${settings.publicUrl}`, '', ...lines, ''].join('\n');
}

function offered({ arguments: { mail, messages } }: LocalSettings, url: string): string {
  const what =
    mail.length > 0 ? mail.join(', ') : `a sample of ${(messages ?? 5_000).toLocaleString('en')} messages`;
  return `${what}, from the Gmail simulator at ${url}`;
}
