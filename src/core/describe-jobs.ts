// What a fact about a background job says in one line. A part of describe.ts.
import { formatDuration } from './duration.ts';
import type { EventOf, EventType } from './events.ts';
import type { JobFact } from './job-facts.ts';

type JobWords = { readonly [T in JobFact['type'] & EventType]: (event: EventOf<T>) => string };

export const JOB_WORDS: JobWords = {
  'job.requested': (e) =>
    `${e.job} asked for (${e.kind}): ${e.effect}${e.due === undefined ? '' : `, due at ${formatDuration(e.due)}`}${(e.clamped ?? []).map((text) => `, ${text}`).join('')}`,
  'job.refused': (e) => `${e.job} refused: ${e.code}, ${e.why}`,
  'job.cancelled': (e) => `${e.job} cancelled: ${e.by}`,
  'job.held': (e) =>
    `${e.job} held by ${e.gate}: ${e.detail}; opens ${e.opens === undefined ? `by ${e.by}` : `at ${formatDuration(e.opens)}`}${e.undocumented ? ' (observed figure)' : ''}`,
  'job.started': (e) =>
    `${e.job} runs as ${e.run}${e.late === undefined || e.late === 0 ? '' : `, ${formatDuration(e.late)} after it was due`}${e.waited === undefined ? '' : `, last held by ${e.waited}`}`,
  'job.turned-away': (e) => `${e.job} turned away: ${e.why}, ${formatDuration(e.early)} too early`,
  'job.stopped': (e) =>
    `${e.run} of ${e.job} stopped after ${formatDuration(e.ran)}: ${e.reason}${e.untold ? ', its handler is not told' : ''}`,
  'job.ended': (e) =>
    `${e.run} of ${e.job} answered ${e.outcome}${e.threw ? ' (it threw)' : ''}${e.dropped ? ', too late to count' : ''}${e.next === undefined ? '' : `, next at ${formatDuration(e.next)}`}`,
  'job.lost': (e) => `${e.run === undefined ? e.job : `${e.run} of ${e.job}`} lost: ${e.by}`,
  phone: (e) => `${e.what}${e.by === undefined ? '' : `: ${e.by}`}`,
};
