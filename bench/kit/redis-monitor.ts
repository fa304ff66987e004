import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

export interface RedisMonitor {
  /** Ends it. What clients have sent meanwhile, `INFO` apart; what scripts did is not counted. */
  end(): number;
}

/**
 * Counts commands by `MONITOR` (https://redis.io/docs/latest/commands/monitor/), on a socket of its own: ioredis takes a
 * line that arrives while it still shakes hands for an answer, and ends the process.
 */
export async function startRedisMonitor(url: string): Promise<RedisMonitor> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const lines = createInterface({ input: socket });
  const isOn = once(lines, 'line');
  socket.write('MONITOR\r\n');
  const [answer] = (await isOn) as [string];
  if (answer !== '+OK') throw new Error(`Redis does not let itself be monitored: ${answer}`);
  let commands = 0;
  // +1795596330.428608 [0 127.0.0.1:39540] "hello" "3"
  lines.on('line', (line) => {
    const [, source, command] = /^\+\S+ \[\d+ (\S+)\] "([^"]*)"/.exec(line) ?? [];
    if (source !== undefined && source !== 'lua' && command?.toLowerCase() !== 'info') commands += 1;
  });
  return {
    end() {
      lines.close();
      socket.destroy();
      return commands;
    },
  };
}
