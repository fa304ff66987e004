import { env } from './env.ts';
import { redisSettings } from './redis-address.ts';
import type { TracingSettings } from './open-telemetry.ts';

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
    /** OpenTelemetry's own names. With an endpoint there is tracing, without one nothing of it is loaded. */
    OTEL_EXPORTER_OTLP_ENDPOINT: env.url().optional(),
    /** The whole address for traces; else it is the one above and `/v1/traces`. */
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: env.url().optional(),
    OTEL_SDK_DISABLED: env.flag({ default: false }),
    /** How many of all traces are kept. */
    OTEL_TRACES_SAMPLER_ARG: env.number({ default: 1, max: 1 }),
  };
}

/** The admin port of each service when `ADMIN_PORT` is not set. */
export const defaultAdminPorts: Readonly<Record<string, number>> = {
  gateway: 9101,
  'gmail-worker': 9102,
  telemetry: 9103,
};

/** Where traces go and how many of them; undefined when nobody is told. */
export function tracingSettings(settings: {
  otelExporterOtlpEndpoint?: string | undefined;
  otelExporterOtlpTracesEndpoint?: string | undefined;
  otelSdkDisabled: boolean;
  otelTracesSamplerArg: number;
}): TracingSettings | undefined {
  const { otelExporterOtlpEndpoint: base, otelExporterOtlpTracesEndpoint: own } = settings;
  const url = own ?? (base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/traces`);
  return url === undefined || settings.otelSdkDisabled
    ? undefined
    : { url, ratio: settings.otelTracesSamplerArg };
}
