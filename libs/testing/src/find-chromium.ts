import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LocalServerError } from './errors.ts';
import { startProcess } from './start-process.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const MAC_APPLICATIONS = ['Google Chrome', 'Chromium', 'Microsoft Edge'];

export interface FindChromiumOptions {
  log?: (line: string) => void;
  /** Where a browser is looked for; default PATH. */
  path?: string;
}

/**
 * The program of a Chromium-like browser: CHROMIUM_PATH, a known one on PATH, a macOS application, and as root
 * on Debian the system's package, which is installed.
 * @throws LocalServerError with how to get one.
 */
export async function findChromium(options: FindChromiumOptions = {}): Promise<string> {
  const given = process.env['CHROMIUM_PATH'];
  if (given) {
    if (existsSync(given)) return given;
    throw new LocalServerError(`CHROMIUM_PATH names ${given}, and there is no such program`);
  }
  const path = options.path ?? process.env['PATH'] ?? '';
  const installed = known(path) ?? ((await installWithApt(options.log)) ? known(path) : undefined);
  if (installed !== undefined) return installed;
  throw new LocalServerError(
    'There is no browser for the end-to-end tests. Install one (Debian: apt-get install chromium; macOS: ' +
      'brew install --cask chromium), or name one with CHROMIUM_PATH.',
  );
}

function known(path: string): string | undefined {
  const onPath = path.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const onMac = MAC_APPLICATIONS.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  return [...onPath, ...onMac].find((candidate) => existsSync(candidate));
}

/** Ubuntu's package of that name only sends one to snap, so it is tried on Debian alone. */
async function installWithApt(log: (line: string) => void = () => undefined): Promise<boolean> {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || existsSync('/etc/lsb-release'))
    return false;
  log('Installing the package chromium for the end-to-end tests');
  const install = 'apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium';
  const running = await startProcess({
    command: '/bin/sh',
    args: ['-c', install],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  try {
    await running.expectExit(0, 300_000);
    return true;
  } catch {
    await running.stop({ withinMs: 2_000 });
    return false;
  }
}
