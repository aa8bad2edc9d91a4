// The state of one job over time, from what the system told of it: what held it at any moment, and how much of the time.
import type { HistoryEvent } from '../core/events.ts';

/** What holds a job at a moment: a gate in the platform's words, or `running`, `ready`, `not asked for`, `refused`, `cancelled`, `lost`. */
export interface Standing {
  gate: string;
  detail: string;
  /** What would open it. */
  by: string;
  /** Virtual ms at which it opens by itself. */
  opens?: number;
  undocumented?: true;
}
interface Span extends Standing {
  from: number;
}

const NOT_ASKED: Standing = { gate: 'not asked for', detail: 'the app has no request with the system', by: 'the app asks for it' };
const READY: Standing = { gate: 'ready', detail: 'nothing holds it', by: 'the system' };
/** In these there is no request: a new one changes them. */
const WITHOUT_REQUEST: readonly string[] = ['not asked for', 'refused', 'cancelled', 'lost'];

export class Timeline {
  readonly #spans: Span[] = [];
  readonly #running = new Set<string>();
  /** What holds it apart from the runs under way. */
  #waiting: Standing = NOT_ASKED;

  constructor(from: number) {
    this.#spans.push({ ...NOT_ASKED, from });
  }

  /** A fact about this job, in order of time. */
  see(event: HistoryEvent): void {
    this.#waiting = this.#after(event);
    if (event.type === 'job.started') this.#running.add(event.run);
    if (event.type === 'job.ended') this.#running.delete(event.run);
    if (event.type === 'job.lost' && event.run !== undefined) this.#running.delete(event.run);
    const [run] = this.#running;
    const now: Standing = run === undefined ? this.#waiting : { gate: 'running', detail: `as ${run}`, by: 'its end' };
    const last = this.#spans.at(-1);
    if (last !== undefined && last.from === event.t) this.#spans.pop();
    this.#spans.push({ ...now, from: event.t });
  }

  #after(event: HistoryEvent): Standing {
    switch (event.type) {
      case 'job.requested':
        return WITHOUT_REQUEST.includes(this.#waiting.gate) ? READY : this.#waiting;
      case 'job.refused':
        if (!WITHOUT_REQUEST.includes(this.#waiting.gate)) return this.#waiting;
        return { gate: 'refused', detail: `${event.code}: ${event.why}`, by: 'the app asks again' };
      case 'job.held': {
        const { gate, detail, by, opens, undocumented } = event;
        return { gate, detail, by, ...(opens === undefined ? {} : { opens }), ...(undocumented ? { undocumented } : {}) };
      }
      case 'job.started':
        return NOT_ASKED;
      case 'job.cancelled':
        return { gate: 'cancelled', detail: event.by, by: 'the app asks again' };
      case 'job.lost':
        return event.run === undefined ? { gate: 'lost', detail: event.by, by: 'the app runs again' } : this.#waiting;
      default:
        return this.#waiting;
    }
  }

  at(t: number): Standing {
    const { from: _from, ...standing } = this.#spans.findLast((span) => span.from <= t) ?? { ...NOT_ASKED, from: 0 };
    return standing;
  }

  /** How long each gate held between two moments; the longest first. */
  shares(from: number, to: number): { gate: string; ms: number; share: number; undocumented?: true }[] {
    const held = new Map<string, { ms: number; undocumented: boolean }>();
    for (const [i, span] of this.#spans.entries()) {
      const begin = Math.max(span.from, from);
      const end = Math.min(this.#spans[i + 1]?.from ?? to, to);
      if (end <= begin) continue;
      const known = held.get(span.gate) ?? { ms: 0, undocumented: false };
      held.set(span.gate, { ms: known.ms + end - begin, undocumented: known.undocumented || span.undocumented === true });
    }
    return [...held]
      .map(([gate, { ms, undocumented }]) => ({
        gate,
        ms,
        share: share(ms, to - from),
        ...(undocumented ? { undocumented: true as const } : {}),
      }))
      .sort((a, b) => b.ms - a.ms || (a.gate < b.gate ? -1 : 1));
  }
}

/** Four decimals: enough for a part of a per cent. */
function share(ms: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((ms / whole) * 10_000) / 10_000;
}
