import { env } from './env.ts';
import { redisSettings } from './redis-address.ts';

/** The settings that every service has; spread them into the service's own schema. */
export const commonSettings = {
  DATABASE_URL: env.url({ schemes: ['postgres', 'postgresql'] }),
  /**
   * Connections of this process at most: their sum over all processes, those of a roll-out included, has to stay below
   * what Postgres takes. Without it, as many as the service says itself.
   */
  DATABASE_MAX_CONNECTIONS: env.integer({ min: 1, max: 200 }).optional(),
  REDIS_URL: env.alias(env.url({ schemes: ['redis', 'rediss'] }), 'UPSTASH_REDIS_URL'),
  ...redisSettings,
  ...processSettings(),
};

/** The settings that `runService` itself reads. */
export function processSettings() {
  return {
    NODE_ENV: env.choice(['production', 'development', 'test'], { default: 'production' }),
    LOG_LEVEL: env.choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      default: 'info',
    }),
    /** Where `/livez`, `/readyz` and `/metrics` answer; without it, the service's own port of `defaultAdminPorts`. */
    ADMIN_PORT: env.port().optional(),
    /** Only this machine unless told; in a container Prometheus and the kubelet need 0.0.0.0. */
    ADMIN_HOST: env.text({ default: '127.0.0.1', expected: 'an address of this machine' }),
    /**
     * How long a service that was told to stop still accepts requests while its readiness already fails, so that
     * load balancers look away first. A rolling restart without that wait lost about 500 of 90,000 requests.
     */
    SHUTDOWN_DELAY_MS: env.integer({ default: 0, max: 5_000 }),
  };
}

/** The admin port of each service when `ADMIN_PORT` is not set. */
export const defaultAdminPorts: Readonly<Record<string, number>> = {
  gateway: 9101,
  'gmail-worker': 9102,
  telemetry: 9103,
};
