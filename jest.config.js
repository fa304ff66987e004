// Tests run on the sources: swc strips the types, Node's own ES modules load them.
export default {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.finito/'],
  modulePathIgnorePatterns: ['/dist/', '/.finito/'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript', tsx: false }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  globalSetup: '<rootDir>/libs/testing/src/jest-global-setup.ts',
  globalTeardown: '<rootDir>/libs/testing/src/jest-global-teardown.ts',
  setupFilesAfterEnv: ['<rootDir>/libs/testing/src/jest-setup.ts'],
  testTimeout: 60_000,
  // On two cores: most of the tests wait for processes to start or for time to pass.
  maxWorkers: 3,
};
