// The host a world lends to one epoch of one process: every call is fenced by that epoch, at the call and at delivery.
// A call from a dead epoch returns a promise that never settles and touches nothing.
import type { Host, HostConfig, PromptPurpose } from '../core/contract.ts';
import type { Streams } from '../core/streams.ts';
import { createClock } from './clock.ts';
import type { Process } from './device.ts';
import { createLock } from './lock.ts';
import type { Kernel } from './kernel.ts';
import type { Network } from './network.ts';
import type { Operation } from './operations.ts';
import { prompt } from './prompt.ts';
import type { Recorder } from './recorder.ts';
import { createStore } from './store.ts';

export interface HostParts {
  kernel: Kernel;
  recorder: Recorder;
  network: Network;
  streams: Streams;
  config: HostConfig;
  counter: { store: number };
  /** Remember where in the client each timer was set; costs a stack trace per timer. */
  traceTimers: boolean;
  /** Signs the user of the device in again. */
  signIn(process: Process): Operation;
}

export function createHost(process: Process, parts: HostParts): Host {
  const { epoch, device } = process;
  const { recorder, network } = parts;
  const alive = (): boolean => process.alive(epoch);
  const random = parts.streams.stream(`client/${process.name}`);
  return {
    name: process.name,
    platform: device.plan.platform,
    config: parts.config,
    fetch: (url, init = {}) => (alive() ? network.send(process, url, init) : never()),
    clock: createClock(process, parts),
    random: () => random.fraction(),
    store: createStore(process, 'secure', parts),
    plain: createStore(process, 'plain', parts),
    stream: (url, init = {}) => (alive() ? network.open(process, url, init) : never()),
    lock: createLock(process, parts),
    background: {
      register: (id, handler) => {
        if (!alive()) return;
        process.jobs.set(id, handler);
        device.phone?.register(process, id);
      },
      schedule: (request) => {
        if (!alive()) return never();
        const error = device.phone?.schedule(process, request);
        return error === undefined ? Promise.resolve() : Promise.reject(error);
      },
      cancel: (id) => void (alive() && device.phone?.cancel(process, id)),
    },
    reauthenticate: {
      biometric: (purpose?: PromptPurpose) => (alive() ? prompt(process, 'biometric', purpose, parts) : never()),
      password: (purpose?: PromptPurpose) => (alive() ? prompt(process, 'password', purpose, parts) : never()),
    },
    connectivity: {
      online: () => device.online,
      subscribe: (fn) => {
        if (alive()) process.listeners.add(fn);
        return () => void process.listeners.delete(fn);
      },
    },
    emit: (event) => {
      if (!alive()) return;
      recorder.text(process.name, 'emit', safeJson(event));
      const { type, to, reason } = event;
      if (type === 'session-state' && typeof to === 'string' && isWord(reason)) process.told = { to, reason };
    },
  };
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

/** A reason is a word of ours or of the client, never a place for anything secret. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z]+(-[a-z]+)*$/.test(value) && value.length <= 60;
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '[not JSON]';
  }
}
