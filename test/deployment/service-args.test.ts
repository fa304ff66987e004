// Every way to run a service gives Node the same arguments.
import { globSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { serviceArgs, serviceEnv } from '@finito/testing';
import { services } from '../../tools/local/src/services.ts';
import { read, root } from '../markdown.ts';
import { serviceNames } from '../services.ts';
import { readYaml } from './yaml-files.ts';

const programOf = (args: string[]) =>
  /^(?:services\/(.+)\/src\/main\.ts|dist\/services\/(.+)\/main\.js)$/
    .exec(args.at(-1) ?? '')
    ?.slice(1)
    .find(Boolean);

function expectSame(found: string[][], how = { built: true }): void {
  expect(found.length).toBeGreaterThan(0);
  for (const args of found) expect(args).toEqual(serviceArgs(programOf(args)!, how));
}

describe('memory is kept', () => {
  it('in the image as where a service is started without it', () => {
    for (const [name, value] of Object.entries(serviceEnv)) {
      expect(read('Dockerfile')).toMatch(new RegExp(`^ENV [^#]*?\\b${name}=${value}$`, 'm'));
    }
  });

  it('for the gateway by the allocator that is in the image, and for nobody else', () => {
    const library = /^COPY --from=allocator \S+ (\S+)$/m.exec(read('Dockerfile'))![1]!;
    const { services: all } = readYaml<{ services: Record<string, { environment?: object }> }>(
      'docker-compose.yml',
    );
    const preloads = Object.entries(all).flatMap(([name, { environment = {} }]) =>
      'LD_PRELOAD' in environment ? [[name, environment.LD_PRELOAD]] : [],
    );
    expect(preloads).toEqual([['gateway', library]]);
    const pods = globSync('k8s/**/*.yaml', { cwd: root }).filter((file) => read(file).includes('LD_PRELOAD'));
    expect(pods).toEqual(['k8s/base/gateway.yaml']);
    expect(read(pods[0]!)).toMatch(new RegExp(`- name: LD_PRELOAD\\n +value: ${library}\\n`));
  });
});

describe('a service is started by the same arguments', () => {
  it('in the image', () => {
    expectSame(
      [...read('Dockerfile').matchAll(/^CMD (\[.*main\.js"\])$/gm)]
        .slice(-1)
        .map(([, json]) => JSON.parse(json!) as string[]),
    );
  });

  it('by Compose', () => {
    const { services: all } = readYaml<{ services: Record<string, { command?: string[] }> }>(
      'docker-compose.yml',
    );
    expectSame(
      Object.values(all).flatMap(({ command }) =>
        command && command.length > 1 && programOf(command) ? [command] : [],
      ),
    );
  });

  it.each(['gateway', 'gmail-worker-bulk', 'gmail-worker-interactive', 'telemetry'])(
    'in Kubernetes: %s',
    (name) => {
      const text = read(`k8s/base/${name}.yaml`);
      const found = [...text.matchAll(/^ +args:\s+\[\s*(--[^\]]*main\.js),?\s*\]$/gm)].map(([, list]) =>
        list!.split(/,\s+/),
      );
      expectSame(found);
    },
  );

  it.each(['sources', 'built'] as const)('by npm start and npm run start:prod: %s', (run) => {
    const ports = { gatewayAdmin: 1, bulkAdmin: 2, interactiveAdmin: 3, telemetryAdmin: 4 };
    const all = services({ repository: '', env: {}, port: 0, ports, run });
    expectSame(
      all.map(({ args }) => args),
      { built: run === 'built' },
    );
    for (const { env } of all) expect(env).toMatchObject(serviceEnv);
    expect(new Set(all.map(({ args }) => programOf(args)))).toEqual(new Set(serviceNames));
  });
});
