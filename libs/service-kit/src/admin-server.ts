import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Health, HealthReport } from './health.ts';

/**
 * What only the operator's machinery sees: `/livez` (restart me?), `/readyz` (send me traffic?) and `/metrics`.
 * It has no authentication and must never be reachable from outside.
 */
export function createAdminServer({ health, registry }: { health: Health; registry: Registry }): Server {
  const routes: Record<string, (response: ServerResponse) => Promise<void>> = {
    '/livez': async (response) => sendReport(response, await health.liveness()),
    '/readyz': async (response) => sendReport(response, await health.readiness()),
    '/metrics': async (response) => {
      const body = await registry.metrics();
      response
        .writeHead(200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' })
        .end(body);
    },
  };
  const server = createServer((request, response) => {
    const route = routes[(request.url ?? '').split('?', 1)[0] ?? ''];
    if (!route || request.method !== 'GET') {
      response.writeHead(route ? 405 : 404).end();
      return;
    }
    route(response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.requestTimeout = 5_000;
  return server;
}

function sendReport(response: ServerResponse, report: HealthReport): void {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  response.writeHead(report.ok ? 200 : 503, headers).end(JSON.stringify(report));
}
