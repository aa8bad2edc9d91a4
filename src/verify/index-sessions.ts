// Which session counts: what each process knows of, and what a kill leaves of a sign-in or sign-out that had not reached the store.
import type { Index } from './indexer.ts';
import type { Moment } from './moments.ts';
import type { DeviceInfo, ProcessInfo } from './records.ts';

/** The process has learned whose session the device has. */
export function learn(index: Index, event: Moment & { readonly actor: string }, family: string | undefined): void {
  index.process(event.actor).known.push({ seq: event.seq, t: event.t, family });
}

/** Whether a sign-out by this process means the device's session: not one that a sibling has begun and not stored yet. */
export function reaches(index: Index, process: string, device: DeviceInfo): boolean {
  const session = device.sessions.at(-1);
  if (session === undefined || session.to !== undefined || session.from.actor === process || !device.observable) return true;
  const content = device.stores.at(-1);
  const stored = index.tokens.get(content?.rt ?? content?.at ?? '')?.family;
  return session.family === stored || session.family === index.process(process).known.at(-1)?.family;
}

/**
 * A process ends before its last sign-in or sign-out has reached the store: nobody is left who knows of it, so the session in the store is
 * the device's again. Only for a client that was at it: it had not said it was done, a write was open or had failed, or the
 * store was locked. One that did land half of its writes has them in the wrong order.
 */
export function revive(index: Index, info: ProcessInfo, event: Moment): void {
  const device = index.device(info.device);
  const last = device.sessions.at(-1);
  const content = device.stores.at(-1);
  const family = index.tokens.get(content?.rt ?? content?.at ?? '')?.family;
  if (last === undefined || family === undefined || (last.to === undefined && last.family === family)) return;
  const before = device.sessions.findLast((session) => session.family === family);
  if (before === undefined || !isUndone(device, info)) return;
  const from = { ...before.from, seq: event.seq, t: event.t };
  last.to ??= from;
  device.sessions.push({ ...before, generation: last.generation + 1, from, to: undefined });
}

/** The last sign-in or sign-out of the device was made by this process in this life, and was still on its way to the store. */
function isUndone(device: DeviceInfo, info: ProcessInfo): boolean {
  const switched = Math.max(device.sessions.at(-1)?.from.seq ?? -1, device.signOuts.at(-1)?.seq ?? -1);
  const operation = info.opened.findLast(({ name, life }) => name !== 'start' && life === info.life);
  if (operation?.called.seq !== switched) return false;
  const own = device.writes.filter((write) => write.process === info.process && write.seq > switched);
  if (own.some((write) => write.end?.ok === true)) return false;
  return operation.done?.ok !== true || own.length > 0 || device.locked.some((span) => span.to === undefined || span.to.seq > switched);
}
