import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import n from 'eslint-plugin-n';
import importX from 'eslint-plugin-import-x';
import { ownLines } from './eslint-own-lines.js';

/**
 * Services import libs, libs import nothing of ours, tests may also import libs/testing and the simulator.
 * Without Nx's project graph this rule is skipped in silence: `npm run lint` makes it first, and
 * test/boundaries.test.ts plants violations.
 */
const boundaries = ({ also = [], vendors = ['bullmq', 'opossum', 'p-queue', '@prisma/*', 'pg'] } = {}) => [
  'error',
  {
    allow: [],
    // A lib's own tests come through its front door; Nx calls that a circle.
    allowCircularSelfDependency: true,
    depConstraints: [
      {
        sourceTag: 'type:service',
        onlyDependOnLibsWithTags: ['type:lib', ...also],
        bannedExternalImports: vendors,
      },
      { sourceTag: 'type:lib', onlyDependOnLibsWithTags: [...also] },
      { sourceTag: 'type:testing', onlyDependOnLibsWithTags: [] },
      { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:lib', 'type:tool', 'type:testing'] },
      { sourceTag: 'type:web', onlyDependOnLibsWithTags: ['lib:api', 'lib:gmail'] },
      {
        sourceTag: 'lib:gmail',
        bannedExternalImports: ['bullmq', 'ioredis', '@prisma/*', 'express', 'prom-client', 'pino'],
      },
      { sourceTag: 'lib:jobs', bannedExternalImports: ['@prisma/*', 'express', 'opossum', 'p-queue'] },
    ],
  },
];

const testFiles = ['**/*.test.ts', '**/test/**/*.ts', 'e2e/**/*.ts', 'bench/**/*.ts', 'drills/**/*.ts'];
const terminalPrograms = [
  'tools/**/*.ts',
  'prisma/**/*.ts',
  'bench/**/*.ts',
  'drills/**/*.ts',
  'k8s/**/*.ts',
];

export default [
  { ignores: ['**/dist', '**/node_modules', '**/generated', '.nx', '.finito'] },
  ...tseslint.configs.recommended.map((config) => ({ ...config, files: ['**/*.ts', '**/*.tsx'] })),
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { '@nx': nx, n, 'import-x': importX, house: { rules: { 'own-lines': ownLines } } },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(),
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'import-x/no-default-export': 'error',
      'n/no-process-env': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'house/own-lines': ['error', { max: 60 }],
      'no-restricted-imports': ['error', { patterns: ['@finito/*/*'] }],
    },
  },
  {
    files: testFiles,
    rules: {
      '@nx/enforce-module-boundaries': boundaries({
        also: ['type:testing', 'type:tool', 'type:lib'],
        vendors: ['bullmq'],
      }),
      'max-lines': 'off',
      'house/own-lines': 'off',
      'n/no-process-env': 'off',
      'no-console': 'off',
    },
  },
  { files: terminalPrograms, rules: { 'no-console': 'off', 'n/no-process-env': 'off' } },
  { files: ['libs/service-kit/src/parse-settings.ts'], rules: { 'n/no-process-env': 'off' } },
  { files: ['libs/testing/**/*.ts'], rules: { 'n/no-process-env': 'off' } },
  { files: ['**/*.config.ts', '**/*.d.ts'], rules: { 'import-x/no-default-export': 'off' } },
];
