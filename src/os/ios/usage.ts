// What the system knows of the user: at which times of day the app was opened on the last days, and when it was last really used.

/** Half hours of a local day. */
export const SLOTS = 48;
const SLOT = 30 * 60_000;
const DAY = SLOTS * SLOT;

export interface UsageFigures {
  readonly predictionDays: number;
  readonly unknownApp: number;
}

export function dayOf(local: number): number {
  return Math.floor(local / DAY);
}

function slotOf(local: number): number {
  return Math.floor((local - dayOf(local) * DAY) / SLOT);
}

/** Local time at which the day after ends the present one. */
export function nextDay(local: number): number {
  return (dayOf(local) + 1) * DAY;
}

/**
 * The prediction is made once a local day, from the days in its window. Days before the first one known count as the habit says, so a
 * habit fades as real days take its place, and an app that is no longer opened becomes unlikely.
 */
export class Usage {
  readonly #figures: UsageFigures;
  #habit: readonly number[];
  readonly #launches = new Map<number, Set<number>>();
  #firstDay: number | undefined;
  #madeOn: number | undefined;
  #table: readonly number[] = [];
  /** +1 with every new prediction. */
  edition = 0;

  constructor(figures: UsageFigures, habit: readonly number[] | undefined) {
    this.#figures = figures;
    this.#habit = habit ?? nothingKnown(figures);
  }

  opened(local: number): void {
    const day = dayOf(local);
    const slots = this.#launches.get(day) ?? new Set();
    this.#launches.set(day, slots.add(slotOf(local)));
  }

  /** Nothing is known of a newly installed app. */
  forget(): void {
    this.#habit = nothingKnown(this.#figures);
    this.#launches.clear();
    this.#firstDay = undefined;
    this.#madeOn = undefined;
  }

  /** Makes the prediction anew when the local day is another one. */
  refresh(local: number): void {
    const today = dayOf(local);
    if (today === this.#madeOn) return;
    this.#madeOn = today;
    this.#firstDay ??= today;
    this.edition += 1;
    const { predictionDays, unknownApp } = this.#figures;
    for (const day of this.#launches.keys()) if (day < today - predictionDays) this.#launches.delete(day);
    const known = Math.min(predictionDays, Math.max(0, today - this.#firstDay));
    this.#table = this.#habit.map((chance, slot) => {
      const days = this.#daysWith(slot, today);
      return Math.max(unknownApp, (chance * (predictionDays - known) + days) / predictionDays);
    });
  }

  /** Probability of a launch in the half hour of that local time. */
  probability(local: number): number {
    return this.#table[slotOf(local)] ?? this.#figures.unknownApp;
  }

  #daysWith(slot: number, today: number): number {
    let days = 0;
    for (const [day, slots] of this.#launches) if (day < today && slots.has(slot)) days += 1;
    return days;
  }
}

function nothingKnown({ unknownApp }: UsageFigures): readonly number[] {
  return Array.from({ length: SLOTS }, () => unknownApp);
}
