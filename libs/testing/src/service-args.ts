/**
 * What Node is given to run a service, from the top of the repository. Dockerfile, Compose and Kubernetes say the same:
 * test/deployment/service-args.test.ts.
 *
 * The gateway holds thousands of streams for hours, and what it laid aside while they opened must not stay with them: a
 * young generation that may grow to 64 MB, twice, and an old one that may double before it is swept, cost 35 kB a stream
 * beyond the 17 that it needs, and let a worker that stores a thousand messages a second grow to 290-320 MB instead of
 * 155. The gateway has more of both: where they are small, requests pay for sweeping them (docs/performance.md).
 */
export function serviceArgs(service: string): string[] {
  const [youngMb, growingPercent] = service === 'gateway' ? [16, 50] : [4, 20];
  return [
    `--max-semi-space-size=${youngMb}`,
    `--heap-growing-percent=${growingPercent}`,
    `services/${service}/src/main.ts`,
  ];
}
