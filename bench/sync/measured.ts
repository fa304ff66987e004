import { gmailProcess } from '../kit/gmail.ts';
import type { Gmail } from '../kit/gmail.ts';
import type { Mail } from '../kit/mail.ts';
import { aWorld } from '../kit/world.ts';
import type { World } from '../kit/world.ts';

export interface Measured {
  world: World;
  gmail: Gmail;
  mail: Mail;
}

/** Gmail as a process, servers and no worker yet, for as long as the work takes. */
export async function measured<T>(
  mail: Mail,
  { gmailArgs, settings }: { gmailArgs: string[]; settings?: Record<string, string> },
  work: (measured: Measured) => Promise<T>,
): Promise<T> {
  const gmail = await gmailProcess([...mail.args, ...gmailArgs]);
  try {
    const world = await aWorld({ gmail, settings });
    try {
      return await work({ world, gmail, mail });
    } finally {
      await world.close();
    }
  } finally {
    await gmail.close();
  }
}
