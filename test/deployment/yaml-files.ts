// Reading what the deployment files say, as objects.
import { parse, parseAllDocuments } from 'yaml';
import { read } from '../markdown.ts';

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
}

/** With YAML's merge keys (`<<`), as compose reads them. */
export function readYaml<T>(path: string): T {
  return parse(read(path), { merge: true }) as T;
}

export function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text, { merge: true })
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}
