// The app's half of the index: whether it is on screen, what it shows, prompts, locks it takes, streams it listens to.
import { deviceOf, type Handlers, type Index } from './indexer.ts';
import { closeSpan, openSpan, type Moment } from './moments.ts';
import type { LockUse, ProcessInfo, Stream } from './records.ts';

/** Handlers of what an app shows, asks and listens to. */
export const APP_HANDLERS: Handlers = {
  foreground(index, event) {
    index.device(deviceOf(event.actor)).triggers.push(event);
    closeSpan(index.process(event.actor).background, event);
  },
  background: (index, event) => openSpan(index.process(event.actor).background, event),
  content: (index, event) => void index.process(event.actor).contents.push(event),
  interaction: (index, event) => void index.process(event.actor).interactions.push(event),
  push(index, event) {
    const info = index.process(event.actor);
    if (event.refresh) info.pushes.push(event);
    info.triggers.push(event);
  },
  'lock.policy': (index, event) => void index.policies.push(event),
  'prompt.shown'(index, event) {
    const { device, life } = index.process(event.actor);
    index.device(device).prompts.push({ process: event.actor, device, life, shown: event, closed: undefined });
  },
  'prompt.closed'(index, event) {
    const { device, life } = index.process(event.actor);
    index.answers.push(event);
    // What a life before had open died with it.
    const open = index
      .device(device)
      .prompts.find((one) => one.process === event.actor && one.life === life && one.shown.method === event.method && !one.closed);
    if (open !== undefined) open.closed = event;
  },
  'lock.wait'(index, event) {
    const { device, life } = index.process(event.actor);
    const use: LockUse = { name: event.name, process: event.actor, device, life, wait: event, held: undefined, end: undefined };
    index.locks.push(use);
    usesOf(index, event.actor).push(use);
  },
  'lock.held'(index, event) {
    const use = usesOf(index, event.actor).find(({ name, held }) => name === event.name && held === undefined);
    if (use !== undefined) use.held = event;
  },
  'lock.freed'(index, event) {
    const uses = usesOf(index, event.actor);
    const own = uses.filter(({ name }) => name === event.name);
    const waiting = own.find(({ held }) => held === undefined);
    end(uses, event.by === 'timeout' ? waiting : (own.find(({ held }) => held !== undefined) ?? waiting), event);
  },
  'app.installed': (index, event) => void index.device(deviceOf(event.actor)).installs.push(event),
  'stream.asked'(index, event) {
    const { device, life } = index.process(event.actor);
    index.listenings.push({ l: event.l, path: event.path, process: event.actor, device, life, asked: event, left: undefined });
  },
  'stream.left'(index, event) {
    const listening = index.listenings.find((one) => one.l === event.l && one.process === event.actor && one.left === undefined);
    if (listening !== undefined) listening.left = event;
  },
  'stream.opened'(index, event) {
    const { device, life } = index.process(event.actor);
    const { s, path } = event;
    const runs = [{ at: event.at, from: event }];
    const stream: Stream = { s, path, process: event.actor, device, life, opened: event, runs, messages: [], renewals: [], end: undefined };
    index.streams.push(stream);
    index.openStreams.set(s, stream);
  },
  'stream.message': (index, event) => void index.openStreams.get(event.s)?.messages.push(event),
  'stream.renewed'(index, event) {
    const stream = index.openStreams.get(event.s);
    stream?.renewals.push(event);
    if (event.accepted) stream?.runs.push({ at: event.at, from: event });
  },
  'stream.closed'(index, event) {
    const stream = index.openStreams.get(event.s);
    if (stream !== undefined) stream.end = event;
    index.openStreams.delete(event.s);
  },
};

/** A process has ended: nobody looks at it, its prompts are gone, the system takes its locks back, its streams break. */
export function endApp(index: Index, info: ProcessInfo, event: Moment): void {
  closeSpan(info.background, event);
  const uses = usesOf(index, info.process);
  for (const use of [...uses]) end(uses, use, event);
  for (const [s, stream] of index.openStreams) {
    if (stream.process !== info.process) continue;
    stream.end = event;
    index.openStreams.delete(s);
  }
}

function usesOf(index: Index, process: string): LockUse[] {
  let uses = index.openLocks.get(process);
  if (uses === undefined) index.openLocks.set(process, (uses = []));
  return uses;
}

function end(uses: LockUse[], use: LockUse | undefined, event: Moment): void {
  if (use === undefined) return;
  use.end = event;
  uses.splice(uses.indexOf(use), 1);
}
