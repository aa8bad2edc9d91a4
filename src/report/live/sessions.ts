// Sessions as a journal tells them, for the live view: who, on which device, with which tokens, since when dead. Follows events one by
// one; remembers families, never tokens.
import type { HistoryEvent, TokenLabel } from '../../core/events.ts';

export interface SessionRow {
  family: string;
  user: string;
  device: string;
  access: TokenLabel;
  /** Virtual ms at which it stops being accepted. */
  expiresAt: number;
  /** Taken back before that. */
  accessDead?: string;
  refresh?: TokenLabel;
  rotations: number;
  dead?: string;
  /** Virtual ms of the last thing that happened to it. */
  lastAt: number;
}

export class Sessions {
  readonly #rows = new Map<string, SessionRow>();

  get count(): { active: number; ended: number } {
    const all = [...this.#rows.values()];
    const ended = all.filter(({ dead }) => dead !== undefined).length;
    return { active: all.length - ended, ended };
  }

  /** The `most` that something happened to last, newest first. */
  latest(most: number): SessionRow[] {
    return [...this.#rows.values()].reverse().slice(0, most);
  }

  clear(): void {
    this.#rows.clear();
  }

  see(event: HistoryEvent): void {
    switch (event.type) {
      case 'session.granted':
        return this.#keep({
          ...ownerOf(event),
          access: event.at,
          expiresAt: event.expiresAt,
          rotations: 0,
          lastAt: event.t,
          ...(event.rt === undefined ? {} : { refresh: event.rt }),
        });
      case 'token.committed': {
        const { accessDead: _gone, ...before } = this.#rows.get(event.family) ?? { rotations: 0 };
        const refresh = event.newRt ?? event.rt;
        return this.#keep({
          ...before,
          ...ownerOf(event),
          access: event.at,
          expiresAt: event.expiresAt,
          refresh,
          rotations: before.rotations + 1,
          lastAt: event.t,
        });
      }
      case 'family.dead':
        return this.#change(event.family, { dead: event.reason, lastAt: event.t });
      case 'access.dead':
        return this.#rows.get(event.family)?.access === event.at
          ? this.#change(event.family, { accessDead: event.reason, lastAt: event.t })
          : undefined;
      default:
        return undefined;
    }
  }

  /** Behind all others: a map keeps the order in which keys came. */
  #keep(row: SessionRow): void {
    this.#rows.delete(row.family);
    this.#rows.set(row.family, row);
  }

  #change(family: string, change: Partial<SessionRow>): void {
    const row = this.#rows.get(family);
    if (row !== undefined) this.#keep({ ...row, ...change });
  }
}

function ownerOf({
  family,
  user,
  device,
}: {
  family: string;
  user: string;
  device: string;
}): Pick<SessionRow, 'family' | 'user' | 'device'> {
  return { family, user, device };
}
