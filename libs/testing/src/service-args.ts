/**
 * What Node is given to run a service, from the top of the repository: its sources, or what `npm run build` makes of them
 * for the image. Dockerfile, Compose and Kubernetes say the same: test/deployment/service-args.test.ts.
 *
 * The gateway holds thousands of streams for hours, and what it laid aside while they opened must not stay with them: a
 * young generation that may grow to 64 MB, twice, and an old one that grows as Node likes before it is swept, cost 35 kB a
 * stream beyond the 17 that it needs, and let a worker that stores a thousand messages a second grow to 290-320 MB instead
 * of 150. The gateway has more of the young one: where it is small, requests pay for sweeping it; and it sweeps that on
 * one thread, since what lives in it is too little to be worth waking others (docs/performance.md). The others
 * have `--expose-gc` for `letGoOfStart`.
 */
export function serviceArgs(service: string, { built = false }: { built?: boolean } = {}): string[] {
  const isGateway = service === 'gateway';
  return [
    ...(isGateway
      ? ['--max-semi-space-size=16', '--heap-growing-percent=50', '--no-parallel-scavenge']
      : ['--expose-gc', '--max-semi-space-size=8', '--heap-growing-percent=100']),
    built ? `dist/services/${service}/main.js` : `services/${service}/src/main.ts`,
  ];
}

/**
 * What every service's C library is told: one heap for all threads of a process, of which one does nearly all. With
 * eight, a worker kept 10 to 15 MB more (docs/performance.md).
 */
export const serviceEnv = { MALLOC_ARENA_MAX: '1' };
