// A client without manners: sends bytes, reads what comes back until the other side closes, and says when that never happens.
import { connect } from 'node:net';

/** How long an answer may take before it counts as a hang, ms. */
export const PATIENCE = 10_000;

/** Statuses of the answers on one connection, in order; `hang` when it stayed open. */
export function exchange(
  port: number,
  { bytes, ends }: { bytes: string; ends: boolean },
): Promise<{ statuses: number[]; said: string; hang: boolean }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    // A server may refuse before it has read all: what it said must be read even so.
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const done = (hang: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      const said = Buffer.concat(chunks).toString('latin1');
      resolve({ statuses: statusesOf(said), said, hang });
    };
    const timer = setTimeout(() => done(true), PATIENCE);
    socket
      .on('data', (chunk) => chunks.push(chunk))
      .on('error', () => undefined)
      .on('end', () => socket.end())
      .on('close', () => done(false));
    socket.write(Buffer.from(bytes, 'latin1'));
    if (ends) socket.end();
  });
}

/** Bodies are ours and hold no status line at the start of a line. */
function statusesOf(said: string): number[] {
  return [...said.matchAll(/(?:^|\n|[}>])HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** Runs `task` for every item, so many at a time. */
export async function inParallel<T>(items: readonly T[], width: number, task: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await task(item);
    }),
  );
}
