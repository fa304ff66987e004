import { existsSync } from 'node:fs';
import { request } from 'node:http';

/** Whether a Docker engine answers; costs nothing where there is none, and a second at most where one hangs. */
export async function dockerAnswers(): Promise<boolean> {
  const host = process.env['DOCKER_HOST'];
  if (host?.startsWith('tcp://')) return ping({ host: new URL(host).hostname, port: new URL(host).port });
  const socketPath = host?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock';
  return existsSync(socketPath) && ping({ socketPath });
}

function ping(where: { socketPath: string } | { host: string; port: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ ...where, path: '/_ping', timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', () => resolve(false));
    asked.end();
  });
}
