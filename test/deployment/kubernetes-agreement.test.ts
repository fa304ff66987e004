// What k8s/ names and what the code has, both ways: settings, secrets, ports, paths, programs, metrics, queues, network.
import { globSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { catalogue, deliverWebhooks } from '@finito/jobs';
import { defaultAdminPorts } from '@finito/service-kit';
import { read, root } from '../markdown.ts';
import { commonMetrics, metricsOf, serviceNames, settingsOf } from '../services.ts';
import { builders } from './kustomize.ts';
import { isOurs, selects, workloadsIn } from './pods.ts';
import type { Container, Workload } from './pods.ts';
import type { Manifest } from './yaml-files.ts';

const [builder] = builders();
const manifests = builder?.build('k8s/overlays/production') ?? [];
const local = builder?.build('k8s/overlays/local') ?? [];
const workloads = workloadsIn(manifests).filter(isOurs);
const deployments = workloads.filter(({ kind }) => kind === 'Deployment');
const whereThereIsABuilder = builder === undefined ? describe.skip : describe;
const programOf = (container: Container) =>
  /^dist\/services\/(.+)\/main\.js$/.exec(container.args?.at(-1) ?? '')?.[1];
/** Node's own, and the system's. */
const notOurs = ['NODE_OPTIONS', 'LD_PRELOAD'];

whereThereIsABuilder('every service', () => {
  it('is deployed, the worker once for each lane', () => {
    const programs = deployments.map(({ pod }) => programOf(pod.containers[0]!));
    expect(new Set(programs)).toEqual(new Set(serviceNames));
    const lanes = deployments.map((each) => variablesOf(each, manifests)['WORKER_LANE']).filter(Boolean);
    expect(lanes.sort()).toEqual(['bulk', 'interactive']);
  });

  it('gets only settings it reads, and all without which it does not start', async () => {
    for (const deployment of [...deployments, ...workloadsIn(local).filter(isService)]) {
      const settings = await settingsOf(programOf(deployment.pod.containers[0]!)!);
      const given = Object.keys(
        variablesOf(deployment, deployments.includes(deployment) ? manifests : local),
      );
      const unknown = given.filter(
        (name) => !settings.some((each) => each.name === name) && !notOurs.includes(name),
      );
      expect([deployment.name, unknown]).toEqual([deployment.name, []]);
      const required = settings.filter((each) => each.default === 'required').map(({ name }) => name);
      expect([deployment.name, required.filter((name) => !given.includes(name))]).toEqual([
        deployment.name,
        [],
      ]);
    }
  });

  it('has its admin port where it listens, and is asked there', () => {
    for (const deployment of deployments) {
      const [container] = deployment.pod.containers;
      const variables = variablesOf(deployment, manifests);
      const ports = Object.fromEntries(
        (container?.ports ?? []).map((port) => [port.name, port.containerPort]),
      );
      expect(ports['admin']).toBe(Number(variables['ADMIN_PORT']));
      expect(ports['admin']).toBe(defaultAdminPorts[programOf(container!)!]);
      expect(ports['http']).toBe(variables['PORT'] === undefined ? undefined : Number(variables['PORT']));
      expect(variables['ADMIN_HOST']).toBe('0.0.0.0');
      const admin = read('libs/service-kit/src/admin-server.ts');
      for (const probe of [container?.startupProbe, container?.readinessProbe, container?.livenessProbe]) {
        expect(probe?.httpGet?.port).toBe('admin');
        expect(admin).toContain(`'${probe?.httpGet?.path}'`);
      }
    }
  });

  it('waits for the migrations, which one Job applies with rights of its own', () => {
    for (const { pod } of deployments)
      expect(pod.initContainers?.map(({ args }) => args)).toEqual([
        ['dist/services/migrate/main.js', '--check', '--wait', '600'],
      ]);
    const job = workloads.find(({ kind }) => kind === 'Job');
    expect(job?.pod.containers[0]?.args).toEqual(['dist/services/migrate/main.js']);
  });

  it('counts its CPU and connections within what Postgres takes by default', () => {
    const pools = deployments.map((each) => Number(variablesOf(each, manifests)['DATABASE_MAX_CONNECTIONS']));
    expect(pools.every((pool) => pool > 0)).toBe(true);
  });
});

whereThereIsABuilder('finito-secrets', () => {
  it('holds exactly the keys that pods take from it, in the store and on one’s own cluster', () => {
    const taken = new Set(workloads.flatMap((each) => secretKeysOf(each)));
    const external = manifests.find(({ kind }) => kind === 'ExternalSecret');
    const stored = (external?.spec?.['data'] as { secretKey: string }[]).map(({ secretKey }) => secretKey);
    expect(new Set(stored)).toEqual(taken);
    const made = [...read('k8s/local-secrets.ts').matchAll(/^ {2}([A-Z_]+):/gm)].map((match) => match[1]!);
    expect(new Set(made)).toEqual(taken);
  });
});

describe('metrics and queues', () => {
  const files = globSync('k8s/components/{keda,prometheus-adapter}/*.yaml', { cwd: root });
  const text = files.map((file) => read(file)).join('\n');
  let metrics: { name: string; labels: string[] }[];
  beforeAll(async () => {
    metrics = [...commonMetrics(), ...(await Promise.all(serviceNames.map(metricsOf))).flat()];
  });

  it('of the autoscalers exist', () => {
    const named = new Set([...text.matchAll(/finito_[a-z_]+/g)].map((match) => match[0]));
    expect(named.size).toBeGreaterThan(1);
    expect([...named].filter((name) => !metrics.some((metric) => metric.name === name))).toEqual([]);
  });

  it('of a lane are those whose jobs its workers run, all of them', () => {
    for (const { metadata, spec } of scaledObjects()) {
      const lane = { 'gmail-worker-interactive': 'interactive', 'gmail-worker-bulk': 'bulk' }[metadata.name];
      const queues = catalogue.filter((job) => job.lane === (lane ?? 'telemetry')).map(({ name }) => name);
      for (const { metadata: trigger } of spec.triggers) {
        const asked = /queue=~?"([^"]+)"/.exec(trigger.query)?.[1]?.split('|');
        expect([metadata.name, asked?.sort()]).toEqual([metadata.name, queues.sort()]);
      }
    }
    const adapted = [...read('k8s/components/prometheus-adapter/autoscalers.yaml').matchAll(/queue: (.+)/g)];
    expect(adapted.length).toBeGreaterThan(0);
    expect(adapted.filter((match) => !catalogue.some(({ name }) => name === match[1]))).toEqual([]);
  });

  it('are scraped on every pod of ours', () => {
    const monitors = manifests.filter(({ kind }) => kind === 'PodMonitor' || kind === 'ServiceMonitor');
    const missed = deployments.filter(
      ({ labels }) => !monitors.some(({ spec }) => selects(spec?.['selector'], labels)),
    );
    expect(missed.map(({ name }) => name)).toEqual([]);
  });
});

whereThereIsABuilder('the network', () => {
  const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');

  it('is closed both ways to every pod by default', () => {
    const closed = policies.find(({ metadata }) => metadata.name === 'default-deny');
    expect(closed?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  it.each([
    ['gateway', { from: ['ingress-nginx', 'monitoring'], to: ['dns', 'databases', 'internet'] }],
    ['gmail-worker-interactive', { from: ['monitoring'], to: ['dns', 'databases', 'internet'] }],
    ['gmail-worker-bulk', { from: ['monitoring'], to: ['dns', 'databases', 'internet'] }],
    ['telemetry', { from: ['monitoring'], to: ['dns', 'databases'] }],
    ['migrate', { from: [], to: ['dns', 'databases'] }],
  ])('lets %s be reached and reach what it needs, and no more', (name, allowed) => {
    const { labels } = workloads.find((each) => each.name === name)!;
    const rules = policies
      .filter(({ spec }) => selects(spec?.['podSelector'], labels))
      .map(({ spec }) => spec!);
    const from = rules.flatMap((spec) => (spec['ingress'] as Rule[] | undefined) ?? []).map(peerOf);
    const to = rules.flatMap((spec) => (spec['egress'] as Rule[] | undefined) ?? []).map(peerOf);
    expect({ from: from.sort(), to: to.sort() }).toEqual({ from: allowed.from, to: allowed.to.sort() });
  });

  it('leads out to the addresses that webhooks may have, over HTTPS alone, from whoever delivers them', () => {
    const policy = policies.find(({ metadata }) => metadata.name === 'internet');
    const deliverer = deployments.find(
      (each) => variablesOf(each, manifests)['WORKER_LANE'] === deliverWebhooks.lane,
    );
    expect(selects(policy?.spec?.['podSelector'], deliverer!.labels)).toBe(true);
    const [rule, ...others] = policy?.spec?.['egress'] as Rule[];
    expect([others, rule?.ports]).toEqual([[], [{ protocol: 'TCP', port: 443 }]]);
    const blocks = (rule?.to ?? []).map(({ ipBlock }) => ipBlock!);
    const source = read('services/gmail-worker/src/public-addresses.ts');
    const [special, unicast] = source.split('const globalUnicast').map(networksIn);
    expect(blocks.map(({ cidr }) => cidr)).toEqual(['0.0.0.0/0', ...unicast!]);
    expect(special!.length).toBeGreaterThan(15);
    expect(blocks.flatMap(({ except = [] }) => except).sort()).toEqual(special!.sort());
  });
});

const networksIn = (source: string) => [...source.matchAll(/'([\da-f.:]+\/\d+)'/g)].map((match) => match[1]!);

interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: { protocol: string; port: number }[];
}
interface Peer {
  namespaceSelector?: { matchLabels: Record<string, string> };
  ipBlock?: { cidr: string; except?: string[] };
}

/** A rule in one word. */
function peerOf({ from, to }: Rule): string {
  const [peer] = from ?? to ?? [];
  const namespace = peer?.namespaceSelector?.matchLabels['kubernetes.io/metadata.name'];
  if (namespace !== undefined) return namespace === 'kube-system' ? 'dns' : namespace;
  return peer?.ipBlock?.cidr === '0.0.0.0/0' ? 'internet' : 'databases';
}

function isService(workload: Workload): boolean {
  return workload.kind === 'Deployment' && isOurs(workload);
}

function variablesOf({ pod }: Workload, all: Manifest[]): Record<string, string> {
  const [container] = pod.containers;
  const fromMaps = (container?.envFrom ?? []).map(
    ({ configMapRef }) =>
      all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef?.name)?.data ??
      {},
  );
  const own = (container?.env ?? []).map(({ name, value = '' }) => [name, value] as const);
  return Object.assign({}, ...fromMaps, Object.fromEntries(own)) as Record<string, string>;
}

function secretKeysOf({ pod }: Workload): string[] {
  return [...(pod.initContainers ?? []), ...pod.containers].flatMap(({ env = [] }) =>
    env.flatMap(({ valueFrom }) => (valueFrom?.secretKeyRef ? [valueFrom.secretKeyRef.key] : [])),
  );
}

function scaledObjects() {
  const all = manifests.filter(({ kind }) => kind === 'ScaledObject') as unknown as {
    metadata: { name: string };
    spec: { triggers: { metadata: { query: string } }[] };
  }[];
  return all;
}
