// docker-compose.yml: it has the shape the compose specification says, keeps the rules of a linter, and agrees with the
// rest of the repository: the settings it names exist, the files it mounts are there.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { DCLinter } from 'dclint';
import { read, root } from '../markdown.ts';
import { settingsOf } from '../services.ts';
import type { Setting } from '../services.ts';
import { readYaml } from './yaml-files.ts';

interface Service {
  image?: string;
  build?: string | { target?: string };
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  read_only?: boolean;
  profiles?: string[];
}

const compose = readYaml<{ services: Record<string, Service> }>('docker-compose.yml');
const programs: Record<string, string> = {
  gateway: 'gateway',
  'gmail-worker-interactive': 'gmail-worker',
  'gmail-worker-bulk': 'gmail-worker',
  telemetry: 'telemetry',
};

describe('docker-compose.yml', () => {
  it('is valid by the compose specification', () => {
    const linter = new DCLinter({
      // Only what the specification and safety ask for; the order of keys is a matter of taste.
      rules: {
        'no-build-and-image': 0,
        'no-duplicate-container-names': 2,
        'no-duplicate-exported-ports': 2,
        'no-unbound-port-interfaces': 0,
        'require-quotes-in-ports': 2,
        'service-dependencies-alphabetical-order': 0,
        'service-image-require-explicit-tag': 2,
        'service-keys-order': 0,
        'service-ports-alphabetical-order': 0,
        'services-alphabetical-order': 0,
        'top-level-properties-order': 0,
        'require-project-name-field': 2,
      },
    });
    const [result] = linter.lintFiles([join(root, 'docker-compose.yml')], false);
    expect(
      result?.messages.map(
        ({ line, message }: { line: number; message: string }) => `${line}: ${message}`,
      ) ?? ['not read'],
    ).toEqual([]);
  });

  it('mounts only what is there', () => {
    const mounted = Object.values(compose.services)
      .flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0]!))
      .filter((path) => path.startsWith('./'));
    expect(mounted.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('runs Redis with an append-only file and without eviction', () => {
    const command = compose.services['redis']?.command?.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
  });

  it('starts every service with a read-only root, by a program that is there', () => {
    for (const [name, program] of Object.entries(programs)) {
      const service = compose.services[name]!;
      expect(service.read_only).toBe(true);
      expect(service.command?.at(-1)).toBe(`dist/services/${program}/main.js`);
    }
  });
});

describe.each(Object.entries(programs))('the environment of %s', (name, program) => {
  let settings: Setting[];
  beforeAll(async () => {
    settings = await settingsOf(program);
  });

  it('names settings that the service reads, and all without which it does not start', () => {
    const given = Object.keys(compose.services[name]?.environment ?? {});
    const unknown = given.filter((each) => !settings.some((setting) => setting.name === each));
    expect(unknown.filter((each) => each !== 'LD_PRELOAD')).toEqual([]);
    const required = settings.filter((setting) => setting.default === 'required').map((each) => each.name);
    expect(required.filter((each) => !given.includes(each))).toEqual([]);
  });
});

describe('docker-compose.simulator.env', () => {
  it('sets what the simulator announces, as far as compose passes it on', () => {
    const names = [...read('docker-compose.simulator.env').matchAll(/^([A-Z_]+)=/gm)].map(
      (match) => match[1]!,
    );
    const passed = read('docker-compose.yml');
    expect(names.filter((name) => !passed.includes(`\${${name}:`))).toEqual([]);
  });
});
