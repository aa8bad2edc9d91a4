// Verbs of a trace for what an app shows, asks and listens to, for locks, and for stores beyond the plain case.
import type { EventOf } from '../../src/core/events.ts';
import { ms, store, stranger, type Line, type Writer } from './trace-writer.ts';

type Verb = (writer: Writer, line: Line) => void;
type Method = EventOf<'prompt.shown'>['method'];

const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

export const APP_VERBS: Readonly<Record<string, Verb>> = {
  background: (writer, line) => void writer.add(line, { type: 'background' }),
  foreground: (writer, line) => void writer.add(line, { type: 'foreground' }),
  /** `content [active]`: a frame with what only a signed-in user may see. */
  content: (writer, line) => void writer.add(line, { type: 'content', state: line.words[0] ?? 'active' }),
  /** `policy [idle=ms] [background=ms]`. */
  policy(writer, line) {
    const [idle, background] = [number(line.options['idle']), number(line.options['background'])];
    const limits = { ...(idle === undefined ? {} : { idle }), ...(background === undefined ? {} : { background }) };
    writer.add(line, { type: 'lock.policy', ...limits }, 'world');
  },
  touch: (writer, line) => void writer.add(line, { type: 'interaction' }),
  /** `push refresh` or `push ping`. */
  push: (writer, line) => void writer.add(line, { type: 'push', refresh: line.words[0] === 'refresh' }),
  /** `ask biometric [unlock]`: a prompt is shown, to sign in again when nothing is said. */
  ask(writer, line) {
    const [method = 'biometric', purpose = 'sign-in'] = line.words;
    writer.add(line, { type: 'prompt.shown', method: method as Method, purpose: purpose as 'unlock' });
  },
  /** `answer biometric ok`. */
  answer(writer, line) {
    const [method = 'biometric', outcome = 'ok'] = line.words;
    writer.add(line, { type: 'prompt.closed', method: method as Method, outcome });
  },

  /** `wait L`, `hold L`, `free L [by=timeout]`. */
  wait: (writer, line) => void writer.add(line, { type: 'lock.wait', name: line.words[0] ?? 'refresh' }),
  hold: (writer, line) => void writer.add(line, { type: 'lock.held', name: line.words[0] ?? 'refresh' }),
  free(writer, line) {
    const { by } = line.options;
    writer.add(line, { type: 'lock.freed', name: line.words[0] ?? 'refresh', ...(by === undefined ? {} : { by: by as 'timeout' }) });
  },

  /** `plain AT-1 [key=k]`: begun and done in the plain tier; `plainGet AT-1`: read from there. */
  plain: (writer, line) => store(writer, line, line.words, 'plain'),
  plainGet: (writer, line) =>
    void writer.add(line, { type: 'store.end', w: ++writer.w, op: 'get', key: 'session', labels: line.words, ok: true, tier: 'plain' }),
  /** `unread [store-locked] [key=k]`: a read that failed. */
  unread(writer, line) {
    const [error = 'store-locked'] = line.words;
    const key = line.options['key'] ?? 'session';
    writer.add(line, { type: 'store.end', w: ++writer.w, op: 'get', key, labels: [], ok: false, error });
  },
  /** `changed cleared|corrupted|truncated|torn|restored [labels] [tier=plain]`: somebody else did it. */
  changed(writer, line) {
    const [how = 'cleared', ...labels] = line.words;
    const tier = line.options['tier'] === 'plain' ? 'plain' : 'secure';
    writer.add(line, { type: 'store.changed', how: how as 'cleared', tier, labels }, line.device);
  },
  /** `switch https://..`: the app is pointed at another server. `revoke RT-1 [stranger=https://..]`: a revocation is sent. */
  switch: (writer, line) => void writer.add(line, { type: 'server.switched', issuer: line.words[0] ?? '' }, line.device),
  revoke: (writer, line) => void writer.add(line, { type: 'revocation.sent', token: line.words[0] ?? 'none', ...stranger(line) }),
  reinstall: (writer, line) => void writer.add(line, { type: 'app.installed', how: 'reinstall' }, line.device),

  /** `offer AT-1 AT-2 [life=ms]`: a response header brings AT-2 to the holder of AT-1. */
  offer(writer, line) {
    const [at = '', newAt = ''] = line.words;
    const lifetime = ms(line.options['life'], 3_600_000);
    const from = writer.tokens.get(at) ?? { family: 'f1', user: 'ada' };
    writer.tokens.set(newAt, from);
    writer.add(line, { type: 'access.offered', at, newAt, ...from, device: line.device, expiresAt: line.t + lifetime, lifetime }, 'rs');
  },

  /** `job.ask id kind [due=ms]`, `job.deny id code`: the app asks the system for a job. */
  'job.ask'(writer, line) {
    const [job = 'job', kind = 'periodic'] = line.words;
    const due = number(line.options['due']);
    writer.add(line, { type: 'job.requested', job, kind: kind as 'periodic', effect: 'ENQUEUED', ...(due === undefined ? {} : { due }) });
  },
  'job.deny'(writer, line) {
    const [job = 'job', code = 'notPermitted'] = line.words;
    writer.add(line, { type: 'job.refused', job, code, why: 'it is not permitted' });
  },
  /** `job.run j1 id [by=step]`, `job.stop j1 [reason]`, `job.end j1 outcome [dropped=yes] [threw=yes]`, `job.lose j1`. */
  'job.run'(writer, line) {
    const [run = 'j1', job = 'job'] = line.words;
    writer.jobs.set(run, job);
    writer.add(line, { type: 'job.started', job, run, by: line.options['by'] ?? 'system' });
  },
  'job.stop'(writer, line) {
    const [run = 'j1', reason = 'expired'] = line.words;
    const untold = line.options['untold'] === undefined ? {} : { untold: true as const };
    writer.add(line, { type: 'job.stopped', job: writer.jobs.get(run) ?? 'job', run, reason, ran: 1_000, ...untold });
  },
  'job.end'(writer, line) {
    const [run = 'j1', outcome = 'success'] = line.words;
    const dropped = line.options['dropped'] === undefined ? {} : { dropped: true as const };
    const threw = line.options['threw'] === undefined ? {} : { threw: true as const };
    writer.add(line, { type: 'job.ended', job: writer.jobs.get(run) ?? 'job', run, outcome: outcome as 'success', ...dropped, ...threw });
  },
  'job.lose'(writer, line) {
    const [run = 'j1'] = line.words;
    writer.add(line, { type: 'job.lost', job: writer.jobs.get(run) ?? 'job', run, by: 'kill' });
  },

  /** `listen l1 [path]`, `leave l1`. */
  listen: (writer, line) => void writer.add(line, { type: 'stream.asked', l: line.words[0] ?? 'l1', path: line.words[1] ?? '/events' }),
  leave: (writer, line) => void writer.add(line, { type: 'stream.left', l: line.words[0] ?? 'l1' }),
  /** `>S s1 AT-1 [path]`: open. `<S s1 [dead]`: a message. `renew s1 AT-2 [no]`: told a token. `close s1 server|client|network`. */
  '>S'(writer, line) {
    const [s = '', at = '', path = '/events'] = line.words;
    writer.streams.set(s, at);
    writer.add(line, { type: 'stream.opened', s, at, path });
  },
  '<S'(writer, line) {
    const [s = '', dead] = line.words;
    const at = writer.streams.get(s) ?? 'none';
    writer.add(line, { type: 'stream.message', s, at, ...(dead === undefined ? {} : { dead: true as const }) });
  },
  renew(writer, line) {
    const [s = '', at = '', refused] = line.words;
    const from = writer.streams.get(s) ?? 'none';
    if (refused === undefined) writer.streams.set(s, at);
    writer.add(line, { type: 'stream.renewed', s, from, at, accepted: refused === undefined });
  },
  close(writer, line) {
    const [s = '', by = 'server'] = line.words;
    writer.add(line, { type: 'stream.closed', s, at: writer.streams.get(s) ?? 'none', by: by as 'server' });
  },
};
