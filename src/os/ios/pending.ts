// The list of pending requests of one app: one per identifier, counted per group across identifiers (facts R11 to R15).
import type { Waiting } from './likelihood.ts';
import type { Figures } from './figures.ts';
import type { CancelReason, TaskRequest, TaskRequestKind } from './words.ts';

export interface Pending extends Waiting {
  readonly request: TaskRequest;
  /** Name of the gate that was last told to hold it. */
  shown: string | undefined;
  /** When it would be picked while nothing changes; for which state of the phone, and from when on, that was worked out. */
  plan: { readonly key: string; readonly from: number; readonly opens: number | undefined } | undefined;
}

/** Why a request that was once submitted is not pending. */
export type Gone = CancelReason | 'executed' | 'never accepted';

export type Group = 'refresh' | 'processing' | 'continued';

export function groupOf(kind: TaskRequestKind): Group {
  if (kind === 'BGAppRefreshTaskRequest') return 'refresh';
  return kind === 'BGContinuedProcessingTaskRequest' ? 'continued' : 'processing';
}

export class PendingList {
  readonly #pending = new Map<string, Pending>();
  readonly #gone = new Map<string, Gone>();

  get size(): number {
    return this.#pending.size;
  }

  all(): Pending[] {
    return [...this.#pending.values()];
  }

  get(identifier: string): Pending | undefined {
    return this.#pending.get(identifier);
  }

  /** Requests that count against the limit of that kind, one of the same identifier left out. */
  counted({ kind, identifier }: TaskRequest): number {
    const group = groupOf(kind);
    return this.all().filter(({ request }) => groupOf(request.kind) === group && request.identifier !== identifier).length;
  }

  limitOf(kind: TaskRequestKind, figures: Pick<Figures, 'pendingRefresh' | 'pendingProcessing'>): number {
    const group = groupOf(kind);
    if (group === 'continued') return Number.POSITIVE_INFINITY;
    return group === 'refresh' ? figures.pendingRefresh : figures.pendingProcessing;
  }

  add(pending: Pending): void {
    this.#pending.set(pending.request.identifier, pending);
    this.#gone.delete(pending.request.identifier);
  }

  /** True when there was one. */
  remove(identifier: string, why: Gone): boolean {
    if (!this.#pending.delete(identifier)) return false;
    this.#gone.set(identifier, why);
    return true;
  }

  refused(identifier: string): void {
    if (!this.#pending.has(identifier)) this.#gone.set(identifier, 'never accepted');
  }

  whyGone(identifier: string): Gone | undefined {
    return this.#gone.get(identifier);
  }
}
