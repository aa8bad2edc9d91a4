// What the parts of the model share: the moment, the settings, and the list of decisions under way.
import type { Stream } from '../../core/streams.ts';
import type { OsMoment } from '../model.ts';
import type { Draws, Settings } from './config.ts';
import type { Span } from './figures.ts';
import type { IosDecision } from './words.ts';

export class Scene {
  readonly settings: Settings;
  readonly draws: Draws;
  /** The last moment that the model was told. */
  at: OsMoment = { elapsed: 0, wall: 0 };
  #decisions: IosDecision[] = [];

  constructor(settings: Settings, draws: Draws) {
    this.settings = settings;
    this.draws = draws;
  }

  get now(): number {
    return this.at.elapsed;
  }

  decide(decision: IosDecision): void {
    this.#decisions.push(decision);
  }

  take(): IosDecision[] {
    const taken = this.#decisions;
    this.#decisions = [];
    return taken;
  }
}

/** A whole number of ms in the span. */
export function within(stream: Stream, [min, max]: Span): number {
  return stream.integer(min, max);
}

/** Always one draw, so that another chance moves nothing else. */
export function happens(stream: Stream, chance: number): boolean {
  return stream.fraction() < chance;
}

/** The earliest of several moments, some of which never come. */
export function earliest(moments: readonly (number | undefined)[]): number | undefined {
  let first: number | undefined;
  for (const moment of moments) if (moment !== undefined && (first === undefined || moment < first)) first = moment;
  return first;
}
