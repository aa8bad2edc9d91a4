// Which session counts: what each process knows of, and what a kill leaves of a sign-in or sign-out that had not reached the store.
import type { Index } from './indexer.ts';
import type { Moment } from './moments.ts';
import type { DeviceInfo, ProcessInfo } from './records.ts';

/** The process has learned whose session the device has. */
export function learn(index: Index, event: Moment & { readonly actor: string }, family: string | undefined): void {
  index.process(event.actor).known.push({ seq: event.seq, t: event.t, family });
}

/** The process has read the store. Its own sign-in stays news to the store until it is written, and an older session never replaces a younger. */
export function learnFromStore(index: Index, event: Moment & { readonly actor: string }, family: string | undefined): void {
  const { known, device } = index.process(event.actor);
  const { sessions } = index.device(device);
  const last = known.at(-1)?.family;
  const own = last === undefined ? undefined : sessions.findLast((session) => session.family === last);
  if (own !== undefined && own.from.actor === event.actor && !index.persisted.has(own.from.rt ?? own.from.at)) return;
  if (own !== undefined && family !== undefined && (sessions.findLast((one) => one.family === family)?.from.seq ?? 0) < own.from.seq)
    return;
  learn(index, event, family);
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

/** The last thing done here in this life was a sign-in or a sign-out, no sign-in has followed, and it was still on its way to the store. */
function isUndone(device: DeviceInfo, info: ProcessInfo): boolean {
  const operation = info.opened.findLast(({ name, life }) => name !== 'start' && life === info.life);
  if (operation === undefined || operation.called.seq < (device.sessions.at(-1)?.from.seq ?? -1)) return false;
  const switched = operation.called.seq;
  const own = device.writes.filter((write) => write.process === info.process && write.seq > switched);
  if (own.some((write) => write.end?.ok === true)) return false;
  return operation.done?.ok !== true || own.length > 0 || device.locked.some((span) => span.to === undefined || span.to.seq > switched);
}
