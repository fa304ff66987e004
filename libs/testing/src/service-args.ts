/**
 * What Node is given to run a service, from the top of the repository. Dockerfile, Compose and Kubernetes say the same:
 * test/deployment/service-args.test.ts.
 *
 * The gateway holds thousands of streams for hours; what it lays aside while they open has to go. A young generation of
 * 16 MB, thrice, and an old one that may double before it is swept, cost 20 kB a stream beyond the 16 that it needs, and
 * let a worker that stores a thousand messages a second grow to 290-320 MB instead of 155; 4 MB and a fifth cost nothing
 * that can be measured at the requests (docs/performance.md).
 */
export function serviceArgs(service: string): string[] {
  return ['--max-semi-space-size=4', '--heap-growing-percent=20', `services/${service}/src/main.ts`];
}
