// A store of a device, the secure or the plain one, as one process sees it. An operation takes effect when its item runs, not at the call,
// so a kill can fall between; while the device is locked the secure one rejects with `store-locked`, which is not "nothing there".
import type { HostStore } from '../core/contract.ts';
import type { Fact } from '../core/events.ts';
import type { Device, PendingWrite, Process, Tier } from './device.ts';
import type { Kernel } from './kernel.ts';
import type { Recorder } from './recorder.ts';

export interface StoreParts {
  kernel: Kernel;
  recorder: Recorder;
  counter: { store: number };
}
type Op = 'get' | 'set' | 'delete';

/** The error a store operation rejects with. */
export class StoreError extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`store: ${code}`);
    this.code = code;
  }
}

export function createStore(process: Process, tier: Tier, { kernel, recorder, counter }: StoreParts): HostStore {
  const { device, epoch } = process;
  const held = device.tier(tier);
  const where = tier === 'secure' ? {} : { tier };
  const run = (op: Op, key: string, value?: string): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      if (!process.alive(epoch)) return;
      const w = ++counter.store;
      const written = value === undefined ? [] : recorder.labels.inside(value);
      const note = (fact: Fact): number => recorder.note(process.name, fact, device.wallIfSkewed(kernel.now));
      if (op !== 'get') note({ type: 'store.begin', w, op, key, labels: written, ...where });
      const pending = begin(process, { tier, op, key, value });
      kernel.after(
        device.storeDelay,
        `${process.name}:store.${op}`,
        () => {
          if (pending !== undefined) process.writing.delete(pending);
          const error = tier === 'secure' ? failure(device, op, key, value) : undefined;
          const sealed = tier === 'plain' && device.sealed;
          const read = op === 'get' && !sealed ? held.get(key) : undefined;
          if (error === undefined && !sealed) apply(held, op, key, value);
          const labels = op === 'get' && error === undefined ? recorder.labels.inside(read ?? '') : written;
          kernel.cause = note({
            type: 'store.end',
            w,
            op,
            key,
            labels,
            ok: error === undefined,
            ...(error === undefined ? {} : { error }),
            ...where,
          });
          if (error === undefined) resolve(read);
          else reject(new StoreError(error));
        },
        { owner: process },
      );
    });
  return {
    get: (key) => run('get', key),
    set: async (key, value) => void (await run('set', key, value)),
    delete: async (key) => void (await run('delete', key)),
  };
}

/** A write that begins; one that clears first has lost the old value by now. */
function begin(process: Process, { tier, op, key, value = '' }: { tier: Tier; op: Op; key: string; value: string | undefined }) {
  const mode = process.device.writes;
  if (op !== 'set' || mode === 'atomic') return undefined;
  if (mode === 'clear-first') process.device.tier(tier).delete(key);
  const pending: PendingWrite = { tier, key, value, mode };
  process.writing.add(pending);
  return pending;
}

function failure(device: Device, op: Op, key: string, value: string | undefined): string | undefined {
  if (device.storeLocked) return 'store-locked';
  const failing = device.failing[op === 'get' ? 'reads' : 'writes'];
  if (failing.left > 0) {
    failing.left -= 1;
    return failing.code;
  }
  return op === 'set' && sizeWith(device, key, value ?? '') > device.quota ? 'quota-exceeded' : undefined;
}

function sizeWith(device: Device, key: string, value: string): number {
  if (device.quota === Number.POSITIVE_INFINITY) return 0;
  return [...device.store].reduce((size, [other, held]) => size + (other === key ? 0 : held.length), value.length);
}

function apply(held: Map<string, string>, op: Op, key: string, value: string | undefined): void {
  if (op === 'set') held.set(key, value ?? '');
  if (op === 'delete') held.delete(key);
}
