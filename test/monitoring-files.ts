// monitoring/ as data: its rules, their unit tests, and the queries of the dashboards.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from './markdown.ts';

export interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface RuleTest {
  name: string;
  promql_expr_test: { expr: string; eval_time: string; exp_samples?: { labels: string; value: number }[] }[];
}

const folder = join(root, 'monitoring');

export const yaml = (path: string): unknown => parse(readFileSync(join(folder, path), 'utf8'));

export const ruleFiles = globSync('rules/*.yml', { cwd: folder })
  .filter((path) => !path.endsWith('.test.yml'))
  .sort();
export const ruleTestFiles = globSync('rules/*.test.yml', { cwd: folder }).sort();

export const rules: Rule[] = ruleFiles.flatMap((path) =>
  (yaml(path) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
);

export const ruleTests: RuleTest[] = ruleTestFiles.flatMap(
  (path) => (yaml(path) as { tests: RuleTest[] }).tests,
);
