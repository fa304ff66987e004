import type { Kind } from '../kit/fleet.ts';

export interface Sample {
  minute: number;
  /** Resident, in megabytes. */
  memory: number;
  /** Used by objects that live, and not collected yet, in megabytes. */
  heap: number;
  /** Sockets, servers, files, as the system counts them. */
  handles: number;
  timers: number;
}

export interface Series {
  kind: Kind;
  samples: Sample[];
}

export async function sampleOf(adminUrl: string, minute: number): Promise<Sample> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const value = (name: string) => {
    const line = text.split('\n').find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  return {
    minute,
    memory: value('process_resident_memory_bytes') / 1_000_000,
    heap: value('nodejs_heap_size_used_bytes') / 1_000_000,
    handles: value('process_open_fds'),
    timers: value('nodejs_active_resources{type="Timeout"}'),
  };
}

/** By least squares: how much it grows in a minute. */
export function slope(samples: Sample[], of: Exclude<keyof Sample, 'minute'>): number {
  const count = samples.length;
  const meanX = samples.reduce((sum, { minute }) => sum + minute, 0) / count;
  const meanY = samples.reduce((sum, sample) => sum + sample[of], 0) / count;
  const spread = samples.reduce((sum, { minute }) => sum + (minute - meanX) ** 2, 0);
  return samples.reduce((sum, each) => sum + (each.minute - meanX) * (each[of] - meanY), 0) / spread;
}
