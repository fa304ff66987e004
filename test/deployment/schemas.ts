// The schemas of Kubernetes and of the operators, as the npm packages kubernetes-models carry them.
import type { Manifest } from './yaml-files.ts';

const packages: Record<string, string> = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
};

type Model = new (data: unknown) => { validate(): void };

/** What is wrong with a manifest; undefined when nothing is. An unknown kind is wrong. */
export async function schemaFault(manifest: Manifest): Promise<string | undefined> {
  const { apiVersion, kind } = manifest;
  const [group = ''] = apiVersion.split('/');
  try {
    const models = (await import(`${packages[group] ?? 'kubernetes-models'}/${apiVersion}`)) as Record<
      string,
      Model
    >;
    const KindModel = models[kind];
    if (!KindModel) return `there is no ${kind} in ${apiVersion}`;
    new KindModel(manifest).validate();
    return undefined;
  } catch (error) {
    return `${kind} ${manifest.metadata.name}: ${(error as Error).message}`;
  }
}
