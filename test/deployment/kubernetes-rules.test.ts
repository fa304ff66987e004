// Every overlay and every component builds, has the shape its schema says, and keeps the rules: restricted pods,
// nothing open in the network, probes, limits, images that do not change by themselves.
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../markdown.ts';
import { builders, withComponents } from './kustomize.ts';
import { containersOf, isOurs, selects, workloadsIn } from './pods.ts';
import type { Container, Workload } from './pods.ts';
import { schemaFault } from './schemas.ts';
import type { Manifest } from './yaml-files.ts';

const [builder, ...others] = builders();
const overlays = globSync('k8s/overlays/*', { cwd: root }).sort();
const components = globSync('k8s/components/*', { cwd: root })
  .map((path) => basename(path))
  .sort();
const whereThereIsABuilder = builder === undefined ? describe.skip : describe;
if (builder === undefined) console.warn('Neither kubectl nor kustomize is here: k8s/ is not built.');

whereThereIsABuilder.each(overlays)('%s', (overlay) => {
  const manifests = builder?.build(overlay) ?? [];
  const workloads = workloadsIn(manifests);

  it('builds the same with every kustomize there is', () => {
    expect(manifests.length).toBeGreaterThan(20);
    for (const other of others) expect(byName(other.build(overlay))).toEqual(byName(manifests));
  });

  it('has the shape its schemas say', async () => {
    const faults = await Promise.all(manifests.map(schemaFault));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it('runs no pod that the restricted policy refuses, in a namespace that enforces it', () => {
    expect(workloads.flatMap(restrictedFaults)).toEqual([]);
    const namespace = manifests.find(({ kind }) => kind === 'Namespace');
    expect(namespace?.metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
  });

  it('gives every container memory it cannot exceed, a share of CPU, and an image of one version', () => {
    expect(workloads.flatMap((workload) => containersOf(workload).flatMap(resourceFaults))).toEqual([]);
  });

  it('asks every pod that stays whether it has started, serves and lives', () => {
    const staying = workloads.filter(({ kind }) => kind !== 'Job').flatMap(({ pod }) => pod.containers);
    const without = staying.filter(
      ({ startupProbe, readinessProbe, livenessProbe }) => !startupProbe || !readinessProbe || !livenessProbe,
    );
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  it('lets every pod end in peace: its wait, the 10 s of a service, and some to spare', () => {
    for (const { pod } of workloads.filter(
      (workload) => isOurs(workload) && workload.kind === 'Deployment',
    )) {
      const waits = pod.containers.map(({ lifecycle }) => lifecycle?.preStop?.sleep?.seconds ?? 0);
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(Math.max(...waits) + 10 + 2);
    }
  });

  it('names in each selector and target something that is there', () => {
    expect(danglingIn(manifests, workloads)).toEqual([]);
  });

  it('spreads each service over zones and machines, and lets a node drain', () => {
    for (const workload of workloads.filter((each) => isOurs(each) && each.kind === 'Deployment')) {
      expect(workload.pod.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey)).toEqual([
        'topology.kubernetes.io/zone',
        'kubernetes.io/hostname',
      ]);
      const budgets = manifests.filter(
        ({ kind, spec }) => kind === 'PodDisruptionBudget' && selects(spec?.['selector'], workload.labels),
      );
      expect(budgets.map(({ metadata }) => metadata.name)).toEqual([workload.name]);
    }
  });

  it('holds no secret and asks the Kubernetes API for nothing', () => {
    expect(manifests.filter(({ kind }) => kind === 'Secret' || kind.startsWith('Role'))).toEqual([]);
    expect(workloads.filter(({ pod }) => pod.automountServiceAccountToken !== false)).toEqual([]);
  });
});

whereThereIsABuilder.each(components)('k8s/components/%s', (component) => {
  it('builds on the base alone, with the shape its schemas say', async () => {
    const manifests = withComponents(builder!, [component]);
    const faults = await Promise.all(manifests.map(schemaFault));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });
});

describe('the schemas', () => {
  it('refuse what Kubernetes refuses', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: {} as Record<string, unknown>,
    };
    pod.spec = { containers: [{ name: 'a', image: 'a', ports: [{ containerPort: 'http' }] }] };
    expect(await schemaFault(pod)).toMatch(/containerPort/);
    expect(await schemaFault({ ...pod, kind: 'Pot' })).toMatch(/no Pot/);
  });
});

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/, "Restricted", and a root that is read-only. */
function restrictedFaults(workload: Workload): string[] {
  const { pod, name } = workload;
  const faults: string[] = [];
  const { runAsNonRoot, runAsUser, seccompProfile } = pod.securityContext ?? {};
  if (runAsNonRoot !== true || !Number(runAsUser)) faults.push(`${name} may run as root`);
  if ((seccompProfile as { type?: string } | undefined)?.type !== 'RuntimeDefault')
    faults.push(`${name} has no seccomp profile`);
  if (pod.hostNetwork) faults.push(`${name} uses the network of its node`);
  const allowed = ['name', 'configMap', 'emptyDir', 'persistentVolumeClaim', 'projected', 'secret'];
  for (const volume of pod.volumes ?? [])
    for (const kind of Object.keys(volume))
      if (!allowed.includes(kind)) faults.push(`${name} mounts ${kind}`);
  for (const container of containersOf(workload)) {
    const { allowPrivilegeEscalation, capabilities, readOnlyRootFilesystem, privileged } =
      container.securityContext ?? {};
    const { drop, add } = (capabilities ?? {}) as { drop?: string[]; add?: string[] };
    if (allowPrivilegeEscalation !== false || privileged)
      faults.push(`${name}/${container.name} may gain rights`);
    if (!drop?.includes('ALL') || add) faults.push(`${name}/${container.name} keeps capabilities`);
    if (readOnlyRootFilesystem !== true) faults.push(`${name}/${container.name} may write its root`);
  }
  return faults;
}

function resourceFaults({ name, image, resources, env = [] }: Container): string[] {
  const faults: string[] = [];
  if (!/(:[\w.-]*\d[\w.-]*|@sha256:[0-9a-f]{64})$/.test(image))
    faults.push(`${name}: ${image} has no version`);
  const memory = resources?.limits?.['memory'];
  if (!resources?.requests?.['cpu'] || !memory || memory !== resources.requests['memory'])
    faults.push(`${name}: resources`);
  const heap = /--max-old-space-size=(\d+)/.exec(
    env.find((each) => each.name === 'NODE_OPTIONS')?.value ?? '',
  );
  const share = heap ? Number(heap[1]) / Number.parseInt(memory ?? '', 10) : 0.75;
  if (share < 0.6 || share > 0.8) faults.push(`${name}: the heap is ${share} of the memory`);
  return faults;
}

function danglingIn(manifests: Manifest[], workloads: Workload[]): string[] {
  return manifests.flatMap(({ kind, metadata, spec = {} }) => {
    const name = `${kind} ${metadata.name}`;
    const target = (spec['scaleTargetRef'] as { name: string } | undefined)?.name;
    if (target !== undefined) return workloads.some((each) => each.name === target) ? [] : [name];
    const selector =
      kind === 'NetworkPolicy'
        ? spec['podSelector']
        : kind === 'Service'
          ? { matchLabels: spec['selector'] }
          : ['PodDisruptionBudget', 'PodMonitor'].includes(kind)
            ? spec['selector']
            : undefined;
    return selector === undefined || workloads.some(({ labels }) => selects(selector, labels)) ? [] : [name];
  });
}

const byName = (manifests: Manifest[]) =>
  Object.fromEntries(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest]));
