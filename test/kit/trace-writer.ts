// What the lines of a trace write into: the events, the names they have used so far, and the facts that several verbs share.
import type { Fact, HistoryEvent } from '../../src/core/events.ts';

/** Lifetime of access tokens in traces that name none, ms. */
export const HOUR = 3_600_000;

/** One line of a trace, taken apart. */
export interface Line {
  t: number;
  actor: string;
  device: string;
  words: string[];
  options: Record<string, string>;
}

/** Collects the events of a trace, and what later lines refer to. */
export class Writer {
  readonly events: HistoryEvent[] = [];
  readonly tokens = new Map<string, { family: string; user: string }>();
  readonly exchanges = new Map<string, { rt: string; device: string; committed: boolean }>();
  readonly sendings = new Map<string, { k: number; at: string }>();
  readonly writes = new Map<string, { w: number; labels: string[]; op: 'set' | 'delete'; key: string }>();
  /** Stream -> the token it runs on. */
  readonly streams = new Map<string, string>();
  /** Run -> the job it is one of. */
  readonly jobs = new Map<string, string>();
  readonly called = new Set<string>();
  generation = 0;
  w = 0;

  add(line: Line, fact: Fact, actor = line.actor): number {
    const seq = this.events.length;
    this.events.push({ seq, t: line.t, actor, ...fact });
    return seq;
  }
}

/** A number of ms, or the default. */
export const ms = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text));

/** `rtLife=ms`: what the answer tells of its refresh token. */
export function refreshLife({ options }: Line): { refreshExpiresIn?: number } {
  return options['rtLife'] === undefined ? {} : { refreshExpiresIn: Number(options['rtLife']) };
}

export function call(writer: Writer, line: Line): void {
  const n = line.words[0] ?? '';
  const length = ms(line.options['len'], 0);
  writer.called.add(n);
  writer.add(line, {
    type: 'request.called',
    n,
    generation: writer.generation,
    method: line.options['method'] ?? 'GET',
    path: line.options['path'] ?? '/feed',
    bodyDigest: length === 0 ? '-' : `d${length}`,
    bodyLength: length,
    deadline: ms(line.options['deadline'], 60_000),
  });
}

export function commit(writer: Writer, line: Line): void {
  const [x = '', at = '', newRt] = line.words;
  const exchange = writer.exchanges.get(x);
  if (exchange === undefined || exchange.committed) return;
  exchange.committed = true;
  const parent = writer.tokens.get(exchange.rt) ?? { family: 'f1', user: 'ada' };
  for (const label of newRt === undefined ? [at] : [at, newRt]) writer.tokens.set(label, parent);
  const lifetime = ms(line.options['life'], HOUR);
  const { repeated } = line.options;
  writer.add(
    line,
    {
      type: 'token.committed',
      x,
      rt: exchange.rt,
      at,
      ...(newRt === undefined ? {} : { newRt }),
      ...parent,
      device: exchange.device,
      expiresAt: line.t + lifetime,
      lifetime,
      ...(repeated === undefined ? {} : { repeated: repeated as 'same-successor' }),
    },
    'as',
  );
}

export function store(writer: Writer, line: Line, labels: string[], tier?: 'plain'): void {
  const where = tier === undefined ? {} : { tier };
  const fact = { w: ++writer.w, op: 'set' as const, key: line.options['key'] ?? 'session', labels, ...where };
  writer.add(line, { type: 'store.begin', ...fact });
  writer.add(line, { type: 'store.end', ...fact, ok: true });
}

export function endWrite(writer: Writer, line: Line, ok: boolean): void {
  const write = writer.writes.get(line.words[0] ?? '');
  if (write !== undefined) writer.add(line, { type: 'store.end', ...write, ok, ...(ok ? {} : { error: 'store-locked' }) });
}

/** Where a token is sent that another server issued. */
export function stranger({ options: { stranger: origin } }: Line): { origin?: string; foreign?: true } {
  return origin === undefined ? {} : { origin, foreign: true };
}
