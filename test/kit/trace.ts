// Histories written as short lines, so that a test of an invariant reads like the trace it is about:
//   0 signIn ada AT-1 RT-1
//   400 >R n1 AT-1
//   450 <R n1 401
// Each line is `time [@actor] verb words`; without an actor it is `phone/app`. `key=value` words are options. Verbs are listed in VERBS
// and, for what an app shows, asks and listens to, in trace-app.ts.
import type { HistoryEvent, LossPhase, RunEnding } from '../../src/core/events.ts';
import type { FamilyEnd } from '../../src/core/server-words.ts';
import { APP_VERBS } from './trace-app.ts';
import { call, commit, endWrite, HOUR, ms, refreshLife, store, stranger, Writer, type Line } from './trace-writer.ts';

const APP = 'phone/app';

type Verb = (writer: Writer, line: Line) => void;

/** The events of a trace. Throws on a line it does not understand. */
export function history(text: string): HistoryEvent[] {
  const writer = new Writer();
  let t = 0;
  for (const line of text.split('\n')) {
    const words = line
      .replace(/#.*/, '')
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length > 0) t = play(writer, words, t);
  }
  return writer.events;
}

/** Writes one line and returns its time. */
function play(writer: Writer, [time = '', ...rest]: readonly string[], last: number): number {
  const t = time.startsWith('+') ? last + Number(time.slice(1)) : Number(time);
  const actor = rest[0]?.startsWith('@') === true ? (rest.shift() as string).slice(1) : APP;
  const [verb = '', ...all] = rest;
  const isOption = (word: string): boolean => /^[a-zA-Z]+=/.test(word);
  const options = Object.fromEntries(
    all.filter(isOption).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
  const run = VERBS[verb];
  if (run === undefined || Number.isNaN(t)) throw new Error(`trace: no such line: ${[time, ...rest].join(' ')}`);
  run(writer, { t, actor, device: actor.split('/')[0] as string, words: all.filter((word) => !isOption(word)), options });
  return t;
}

const VERBS: Readonly<Record<string, Verb>> = {
  ...APP_VERBS,
  declare: (writer, line) =>
    void writer.add(line, {
      type: 'client.declared',
      features: line.words,
      missing: (line.options['missing'] ?? '').split(',').filter((name) => name !== ''),
      ...(line.options['ahead'] === undefined ? {} : { refreshAhead: Number(line.options['ahead']) }),
    }),
  launch: (writer, line) => void writer.add(line, { type: 'process.launch', epoch: 1 }),
  kill: (writer, line) => void writer.add(line, { type: 'process.kill', epoch: 1 }),
  stopping: (writer, line) => void writer.add(line, { type: 'stop.called' }),
  stop: (writer, line) => void writer.add(line, { type: 'process.stop', epoch: 1 }),
  suspend: (writer, line) => void writer.add(line, { type: 'process.suspend', epoch: 1 }),
  resume: (writer, line) => void writer.add(line, { type: 'process.resume', epoch: 1 }),
  start: (writer, line) => void writer.add(line, { type: 'start.called' }),
  started: (writer, line) => void writer.add(line, { type: 'start.done', ok: true }),
  online: (writer, line) => void writer.add(line, { type: 'online' }, line.device),
  offline: (writer, line) => void writer.add(line, { type: 'offline' }, line.device),
  lock: (writer, line) => void writer.add(line, { type: 'store.locked' }, line.device),
  unlock: (writer, line) => void writer.add(line, { type: 'store.unlocked' }, line.device),
  jump: (writer, line) => void writer.add(line, { type: 'clock.jump', by: Number(line.words[0]) }, line.device),
  step: (writer, line) => void writer.add(line, { type: 'step', index: 0, text: 'nothing' }, 'world'),

  /** `signIn user AT RT [family=f1] [issuer=https://..] [life=ms] [rtLife=ms] [store=no] [done=no]`: granted, called, stored, done. */
  signIn(writer, line) {
    const [user = 'ada', at = 'AT-1', rt] = line.words;
    const { device } = line;
    const family = line.options['family'] ?? 'f1';
    const lifetime = ms(line.options['life'], HOUR);
    const labels = rt === undefined ? [at] : [at, rt];
    for (const label of labels) writer.tokens.set(label, { family, user });
    const given = rt === undefined ? { at } : { at, rt };
    const issuer = line.options['issuer'] === undefined ? {} : { issuer: line.options['issuer'] };
    const session = { family, ...issuer, user, device, ...given };
    writer.add(line, { type: 'session.granted', ...session, expiresAt: line.t + lifetime, lifetime, grant: 'authorization_code' }, 'as');
    writer.add(line, { type: 'signIn.called', user, generation: ++writer.generation, family, ...given, ...refreshLife(line) });
    if (line.options['store'] !== 'no') store(writer, line, labels);
    if (line.options['done'] !== 'no') writer.add(line, { type: 'signIn.done', ok: true });
  },
  signOut: (writer, line) => void writer.add(line, { type: 'signOut.called', generation: ++writer.generation }),
  signedOut: (writer, line) => void writer.add(line, { type: 'signOut.done', ok: true }),

  /** `>T x1 RT-1 [forced=why] [stranger=https://..]`: a refresh is sent, to another server than the issuer of its token. */
  '>T'(writer, line) {
    const [x = '', rt = ''] = line.words;
    writer.exchanges.set(x, { rt, device: line.device, committed: false });
    const { forced } = line.options;
    writer.add(line, {
      type: 'token.sent',
      x,
      rt,
      device: line.device,
      attempt: 1,
      ...(forced === undefined ? {} : { forced }),
      ...stranger(line),
    });
  },
  /** `commit x1 AT-2 [RT-2] [life=ms] [repeated=policy]`: the server grants it. */
  commit: (writer, line) => commit(writer, line),
  /** `<T x1 AT-2 [RT-2]`, `<T x1 400 invalid_grant [late=ms]`, `<T x1 500`, `<T x1 429 retry=1000`: the answer arrives; a grant commits first. */
  '<T'(writer, line) {
    const [x = '', first = '', second] = line.words;
    const { rt } = writer.exchanges.get(x) ?? { rt: 'none' };
    const retry = line.options['retry'] === undefined ? {} : { retryAfter: Number(line.options['retry']) };
    const scripted = line.options['scripted'] === undefined ? {} : { scripted: true as const };
    const base = { type: 'token.delivered' as const, x, rt, ...retry, ...scripted };
    if (first.startsWith('AT-')) {
      commit(writer, line);
      const expiresIn = line.options['told'] === 'no' ? {} : { expiresIn: ms(line.options['told'] ?? line.options['life'], HOUR) };
      writer.add(line, {
        ...base,
        status: 200,
        kind: 'granted',
        at: first,
        ...(second === undefined ? {} : { newRt: second }),
        ...expiresIn,
        ...refreshLife(line),
      });
    } else if (second !== undefined) {
      const { late } = line.options;
      const truth = late === undefined ? { reason: 'revoked' as const } : { reason: 'reused' as const, late: Number(late) };
      writer.add(line, { type: 'token.refused', x, rt, error: second, status: Number(first), ...truth }, 'as');
      writer.add(line, { ...base, status: Number(first), kind: 'oauth-error', error: second });
    } else writer.add(line, { ...base, status: Number(first), kind: 'other' });
  },
  /** `lost x1 [phase]`: an error reaches the client. `vanish x1`: it hears nothing. */
  lost: (writer, line) =>
    void writer.add(line, { type: 'token.lost', x: line.words[0] ?? '', phase: (line.words[1] ?? 'request') as LossPhase, told: true }),
  vanish: (writer, line) =>
    void writer.add(line, { type: 'token.lost', x: line.words[0] ?? '', phase: 'after-commit', told: false }, 'world'),
  abandon: (writer, line) => void writer.add(line, { type: 'token.abandoned', x: line.words[0] ?? '' }),
  /** `dead f1 [idle]`: the family has ended, for reuse when nothing is said. */
  dead(writer, line) {
    const [family = 'f1', reason = 'reuse'] = line.words;
    writer.add(line, { type: 'family.dead', family, reason: reason as FamilyEnd, user: 'ada', device: line.device }, 'as');
  },

  /** `call n1 [method=POST] [deadline=ms]`. */
  call: (writer, line) => call(writer, line),
  /** `>R n1 AT-1 [method=POST] [len=1000] [path=/a] [origin=https://..] [foreign=yes] [redirect=yes] [rt=RT-1] [key=k1]`: calls first what was not called. */
  '>R'(writer, line) {
    const [n = '', at = 'none'] = line.words;
    const { options } = line;
    if (n.startsWith('n') && !writer.called.has(n)) call(writer, line);
    const k = (writer.sendings.get(n)?.k ?? 0) + 1;
    writer.sendings.set(n, { k, at });
    const length = ms(options['len'], 0);
    writer.add(line, {
      type: 'api.sent',
      n,
      k,
      at,
      origin: options['origin'] ?? 'https://api.example',
      method: options['method'] ?? 'GET',
      path: options['path'] ?? '/feed',
      bodyDigest: length === 0 ? '-' : `d${length}`,
      bodyLength: length,
      ...(options['rt'] === undefined ? {} : { rt: options['rt'] }),
      ...(options['key'] === undefined ? {} : { key: options['key'] }),
      ...(options['foreign'] === undefined ? {} : { foreign: true as const }),
      ...(options['redirect'] === undefined ? {} : { redirect: true as const }),
    });
  },
  /** `<R n1 401 [error=invalid_token] [k=1] [at=AT-1] [scripted=yes]`: the answer to its last sending, or to the k-th. */
  '<R'(writer, line) {
    const [n = '', status = '200'] = line.words;
    const last = writer.sendings.get(n) ?? { k: 1, at: 'none' };
    const { error, scripted } = line.options;
    writer.add(line, {
      type: 'api.delivered',
      n,
      k: ms(line.options['k'], last.k),
      at: line.options['at'] ?? last.at,
      status: Number(status),
      ...(error === undefined ? {} : { error }),
      ...(scripted === undefined ? {} : { scripted: true as const }),
    });
  },
  lostR(writer, line) {
    const n = line.words[0] ?? '';
    writer.add(line, { type: 'api.lost', n, k: writer.sendings.get(n)?.k ?? 1, phase: 'request', told: true });
  },
  /** `settle n1 200` or `settle n1 network`. */
  settle(writer, line) {
    const [n = '', how = '200'] = line.words;
    writer.add(line, { type: 'request.settled', n, ...(/^\d+$/.test(how) ? { status: Number(how) } : { reason: how }) });
  },
  abort: (writer, line) => void writer.add(line, { type: 'aborted', n: line.words[0] ?? '' }),
  /** `state active expired`. */
  state: (writer, line) => void writer.add(line, { type: 'state', from: line.words[0] ?? '', to: line.words[1] ?? '' }),
  prompt: (writer, line) => void writer.add(line, { type: 'prompt.closed', method: 'biometric', outcome: line.words[0] ?? 'ok' }),
  /** `text channel [labels]`: a string with these tokens in it. */
  text: (writer, line) =>
    void writer.add(line, { type: 'text', channel: line.words[0] ?? 'emit', text: 'redacted', leaks: line.words.slice(1) }),

  /** `set AT-2 RT-2 [key=k]`: begun and done. `begin w1 AT-2 RT-2`, then `end w1` or `fail w1`. */
  set: (writer, line) => store(writer, line, line.words),
  delete(writer, line) {
    const w = ++writer.w;
    const fact = { w, op: 'delete' as const, key: line.options['key'] ?? 'session', labels: [] };
    writer.add(line, { type: 'store.begin', ...fact });
    writer.add(line, { type: 'store.end', ...fact, ok: true });
  },
  begin(writer, line) {
    const [name = '', ...labels] = line.words;
    const write = { w: ++writer.w, op: 'set' as const, key: line.options['key'] ?? 'session', labels };
    writer.writes.set(name, write);
    writer.add(line, { type: 'store.begin', ...write });
  },
  end: (writer, line) => endWrite(writer, line, true),
  fail: (writer, line) => endWrite(writer, line, false),
  get: (writer, line) =>
    void writer.add(line, {
      type: 'store.end',
      w: ++writer.w,
      op: 'get',
      key: line.options['key'] ?? 'session',
      labels: line.words,
      ok: true,
    }),

  /** `finish [ending] [store=AT-1,RT-1] [state=active] [open=n1]`. */
  finish(writer, line) {
    const { options, device, actor } = line;
    const labels = (options['store'] ?? '').split(',').filter((label) => label !== '');
    const states = options['state'] === undefined ? {} : { [actor]: options['state'] };
    writer.add(
      line,
      {
        type: 'run.end',
        ending: (line.words[0] ?? 'finished') as RunEnding,
        stores: { [device]: { session: labels } },
        states,
        open: (options['open'] ?? '').split(',').filter((name) => name !== ''),
      },
      'world',
    );
  },
};
