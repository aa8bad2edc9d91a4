// Who decides which of several enabled items is taken next. First-in-first-out unless told otherwise; a recorded schedule
// replays named choices and refuses to run when they no longer fit.
import { InvalidInputError } from '../core/errors.ts';

/** What a chooser sees of a pending item. `label` names it: `phone/app<POST:/token#2`. */
export interface Choice {
  readonly label: string;
  readonly earliest: number;
}

export interface Chooser {
  /** Index into `enabled` (two or more, in time order). `point` counts choice points from 0. */
  pick(enabled: readonly Choice[], point: number): number;
  /** Called once at the end of a run; throws when a recorded schedule did not fit. */
  finish?(): void;
}

export const FIFO: Chooser = { pick: () => 0 };

/** One deviation from first-in-first-out: at choice `point` the item `label` was taken. */
export interface Deviation {
  point: number;
  label: string;
}

/** The label of a choice, with its number among equal ones: `script`, `script~2`. */
export function nameChoice(enabled: readonly Choice[], index: number): string {
  const label = enabled[index]?.label ?? '';
  const number = enabled.slice(0, index + 1).filter((choice) => choice.label === label).length;
  return number === 1 ? label : `${label}~${number}`;
}

/** All choices of a run: by how much messages could be late (ms), and where it was not first-in-first-out. */
export interface Schedule {
  slack: number;
  deviations: readonly Deviation[];
}

/** `tw1 slack=500 at=3:phone/app<GET:/export#1,9:phone/app<POST:/token#2`. The first word is the version of the format. */
export function formatSchedule({ slack, deviations }: Schedule): string {
  const at = deviations.map(({ point, label }) => `${point}:${label}`).join(',');
  return `tw1 slack=${slack}${at === '' ? '' : ` at=${at}`}`;
}

/** Replays a recorded schedule; its `slack` must be the world's. Throws TW_SCHEDULE when the run offers other choices than recorded. */
export function replayChooser({ deviations }: Schedule): Chooser {
  const wanted = new Map(deviations.map(({ point, label }) => [point, label]));
  return {
    pick(enabled, point) {
      const label = wanted.get(point);
      if (label === undefined) return 0;
      const at = enabled.findIndex((_, index) => nameChoice(enabled, index) === label);
      if (at < 0)
        throw mismatch(`at choice ${point} it expects ${label}, the run offers ${enabled.map((choice) => choice.label).join(', ')}`);
      wanted.delete(point);
      return at;
    },
    finish() {
      const [missed] = wanted;
      if (missed !== undefined) throw mismatch(`the run never came to choice ${missed[0]} (${missed[1]})`);
    },
  };
}

function mismatch(what: string): InvalidInputError {
  return new InvalidInputError('TW_SCHEDULE', `this schedule does not fit the scenario: ${what}`, {
    hint: 'the scenario, the client or tokenwarp changed since it was recorded; record it again',
  });
}

/** Reads what `formatSchedule` wrote. Throws TW_SCHEDULE when the text is not a schedule. */
export function parseSchedule(text: string): Schedule {
  const match = /^tw1 slack=(\d+)(?: at=(\S+))?$/.exec(text.trim());
  const deviations = (match?.[2]?.split(',') ?? []).map((part) => {
    const colon = part.indexOf(':');
    return { point: Number(part.slice(0, colon)), label: part.slice(colon + 1) };
  });
  if (match === null || deviations.some(({ point, label }) => !Number.isInteger(point) || label === '')) {
    throw new InvalidInputError('TW_SCHEDULE', `"${text}" is not a schedule`, {
      hint: 'a schedule looks like: tw1 slack=500 at=3:phone/app<GET:/feed#1',
    });
  }
  return { slack: Number(match[1]), deviations };
}
