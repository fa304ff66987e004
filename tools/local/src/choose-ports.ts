import { freePort, isPortFree, portHolder } from '@finito/testing';
import { LocalProblem } from './problem.ts';

/** The ports nobody is told to use, with the number each has unless it is taken. */
const PREFERRED = {
  gatewayAdmin: 9101,
  bulkAdmin: 9102,
  telemetryAdmin: 9103,
  interactiveAdmin: 9104,
  simulator: 3002,
  postgres: 54_329,
  redis: 63_799,
} as const;

export type Ports = Record<keyof typeof PREFERRED, number>;

/**
 * Settles all ports before anything starts. The public one has to be free, since its address is what people
 * type; of the others another free one is taken, and said so.
 * @throws LocalProblem when the public port is taken.
 */
export async function choosePorts(publicPort: number, note: (text: string) => void): Promise<Ports> {
  // Some systems let a server listen on one address of a port whose wildcard is taken, so both are asked.
  if (!(await isPortFree(publicPort, '127.0.0.1')) || !(await isPortFree(publicPort, '0.0.0.0'))) {
    throw new LocalProblem(await whyNot(publicPort));
  }
  const ports: Ports = { ...PREFERRED };
  for (const name of Object.keys(PREFERRED) as (keyof Ports)[]) {
    const wanted = PREFERRED[name];
    if (wanted !== publicPort && (await isPortFree(wanted))) continue;
    ports[name] = await freePort();
    note(`Port ${wanted} is taken, so ${name} is on ${ports[name]}`);
  }
  return ports;
}

async function whyNot(port: number): Promise<string> {
  const holder = await portHolder(port);
  if (holder === undefined && port < 1_024 && process.getuid?.() !== 0) {
    return `Port ${port} may be opened by root only. Take one from 1024 on: PORT=3001 npm start`;
  }
  const other = port + 100 <= 65_535 ? port + 100 : port - 100;
  return `Port ${port} is taken by ${holder ?? 'another program'}. Stop it, or take another port: PORT=${other} npm start`;
}
