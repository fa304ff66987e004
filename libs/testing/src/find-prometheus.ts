import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { downloadFromDebian } from './debian-download.ts';
import { LocalServerError } from './errors.ts';
import { cacheFolder } from './state-folder.ts';

export interface PrometheusPrograms {
  prometheus: string;
  promtool: string;
}

export interface FindPrometheusOptions {
  log?: (line: string) => void;
  /** Where the programs are looked for; default PATH. */
  path?: string;
  /** Where the private download is kept; default the user's cache folder. */
  cache?: string;
}

/**
 * Prometheus and its promtool: on PATH, of an earlier private download, or by one from Debian's or Ubuntu's own package
 * source, which changes nothing in the system and needs no root.
 * @throws LocalServerError with how to get them
 */
export async function findPrometheus({
  log = () => undefined,
  path = process.env['PATH'] ?? '',
  cache = join(cacheFolder(), 'prometheus'),
}: FindPrometheusOptions = {}): Promise<PrometheusPrograms> {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), join(cache, 'usr', 'bin')];
  const known = folders.map(programsIn).find(isThere);
  if (known) return known;
  const reason = await downloadFromDebian(['prometheus'], { target: cache, log, alone: true });
  const fresh = programsIn(join(cache, 'usr', 'bin'));
  if (isThere(fresh)) return fresh;
  throw new LocalServerError(
    `There is no Prometheus here and it could not be fetched${reason === undefined ? '' : ` (${reason})`}. ` +
      'Install it (Debian, Ubuntu: apt-get install prometheus; macOS: brew install prometheus).',
  );
}

const programsIn = (folder: string): PrometheusPrograms => ({
  prometheus: join(folder, 'prometheus'),
  promtool: join(folder, 'promtool'),
});

const isThere = (programs: PrometheusPrograms) =>
  Object.values(programs).every(
    (program: string) => spawnSync(program, ['--version'], { timeout: 10_000 }).status === 0,
  );
