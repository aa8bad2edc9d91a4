// The client half of the index: processes, sessions, requests, and what the world did to them.
import type { EventOf } from '../core/events.ts';
import { endApp } from './index-app.ts';
import { empty, give } from './index-hands.ts';
import { accountOf } from './index-servers.ts';
import { learn, reaches, revive } from './index-sessions.ts';
import { deviceOf, type Handlers, type Index } from './indexer.ts';
import { endFlights, mint } from './index-wire.ts';
import { closeSpan, openSpan, type Moment, type Span } from './moments.ts';
import type { DeviceInfo, Operation, ProcessInfo } from './records.ts';

/** Handlers of what a client is asked and answers. */
export const CALL_HANDLERS: Handlers = {
  'client.declared'(index, event) {
    index.declared = { features: new Set(event.features), refreshAhead: event.refreshAhead, missing: event.missing };
  },
  'start.called': (index, event) => begin(index, event, 'start'),
  'start.done': (index, event) => finish(index, event, 'start'),
  'signIn.called'(index, event) {
    const { family, actor, at, rt } = event;
    const user = accountOf(index, event);
    const device = index.device(deviceOf(actor));
    begin(index, event, 'signIn');
    const origin = { event, family, user, device: device.device, x: undefined, parent: undefined };
    mint(index, at, origin);
    if (rt !== undefined) mint(index, rt, origin);
    closeSession(device, event);
    device.sessions.push({ generation: generations(device) + 1, family, user, from: event, began: event.seq, to: undefined });
    give(index, event);
    learn(index, event, family);
  },
  'signIn.done': (index, event) => finish(index, event, 'signIn'),
  'signOut.called'(index, event) {
    const device = index.device(deviceOf(event.actor));
    const canReach = reaches(index, event.actor, device);
    begin(index, event, 'signOut');
    learn(index, event, undefined);
    if (!canReach) return;
    closeSession(device, event);
    device.signOuts.push(event);
    for (const process of device.processes) empty(index, process, event);
  },
  'signOut.done': (index, event) => finish(index, event, 'signOut'),
  'request.called'(index, event) {
    index.request(event.n, event.actor).called ??= event;
    const info = index.process(event.actor);
    info.calls.push(event);
    info.triggers.push(event);
  },
  'request.settled'(index, event) {
    const request = index.request(event.n, event.actor);
    if (request.settled !== undefined) return;
    request.settled = event;
    index.process(request.process).settles.push(event);
  },
  aborted(index, event) {
    index.aborts.push(event);
    index.request(event.n, event.actor).aborted ??= event;
  },
  state: (index, event) => void index.process(event.actor).states.push(event),
  text: (index, event) => void index.texts.push(event),
};

/** Handlers of what happens to devices and processes. */
export const WORLD_HANDLERS: Handlers = {
  online: (index, event) => close(index.device(event.actor).offline, event, index.device(event.actor).triggers),
  offline: (index, event) => openSpan(index.device(event.actor).offline, event),
  'store.locked': (index, event) => openSpan(index.device(event.actor).locked, event),
  'store.unlocked': (index, event) => close(index.device(event.actor).locked, event, index.device(event.actor).triggers),
  'clock.jump': (index, event) => void index.device(event.actor).jumps.push(event),
  'process.launch'(index, event) {
    const info = index.process(event.actor);
    newLife(index, info, event);
    info.running = true;
    info.launches.push(event);
    info.triggers.push(event);
  },
  'stop.called': (index, event) => void index.process(event.actor).stops.push(event),
  'process.kill': (index, event) => endProcess(index, event),
  'process.stop': (index, event) => endProcess(index, event),
  'process.suspend': (index, event) => openSpan(index.process(event.actor).suspended, event),
  'process.resume': (index, event) => close(index.process(event.actor).suspended, event, index.process(event.actor).triggers),
  step: (index, event) => void index.steps.push(event),
  'run.end': (index, event) => void (index.runEnd ??= event),
};

function begin(index: Index, event: Moment & { actor: string }, name: Operation['name']): void {
  const info = index.process(event.actor);
  info.opened.push({ name, called: event, life: info.life, done: undefined });
  info.triggers.push(event);
}

function finish(index: Index, event: Moment & { actor: string; ok: boolean }, name: Operation['name']): void {
  const operation = index.process(event.actor).opened.findLast((one) => one.name === name && one.done === undefined);
  if (operation !== undefined) operation.done = event;
}

function endProcess(index: Index, event: Moment & { actor: string }): void {
  const info = index.process(event.actor);
  endFlights(index, event.actor, event);
  close(info.suspended, event, info.triggers);
  endApp(index, info, event);
  revive(index, info, event);
  newLife(index, info, event);
  info.running = false;
  info.kills.push(event);
}

function newLife(index: Index, info: ProcessInfo, event: Moment): void {
  info.life += 1;
  info.lives.push(event);
  learn(index, { ...event, actor: info.process }, undefined);
  empty(index, info.process, event);
}

function closeSession(device: DeviceInfo, event: EventOf<'signIn.called'> | EventOf<'signOut.called'>): void {
  const session = device.sessions.at(-1);
  if (session !== undefined) session.to ??= event;
}

function generations(device: DeviceInfo): number {
  return device.sessions.length + device.signOuts.length;
}

function close(spans: Span[], event: Moment, triggers: Moment[]): void {
  if (closeSpan(spans, event)) triggers.push(event);
}
