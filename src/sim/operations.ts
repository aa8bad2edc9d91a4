// Calls into the client under test, with their beginnings and ends recorded: start, sign-in, request, sign-out.
import { REJECTIONS, type Client, type Rejection } from '../core/contract.ts';
import type { DurationRange } from '../core/duration.ts';
import type { Fact } from '../core/events.ts';
import { errorText } from '../core/stack.ts';
import type { Process } from './device.ts';
import { bodyDigest } from './flight.ts';
import type { RequestStep } from './plan.ts';
import type { Stage } from './stage.ts';

/** In a path: the session of a device. */
const SESSION_OF = /\{session:([a-z0-9-]+)\}/g;
/** Virtual ms a start, sign-in, sign-out or stop may take. */
export const OPERATION_LIMIT = 60_000;

/** Something the client was asked to do. */
export interface Operation {
  readonly text: string;
  readonly process: Process;
  settled: boolean;
  status?: number;
  reason?: string;
  /** Called once when it settles. */
  wake?: () => void;
}

export interface LogicalRequest extends Operation {
  readonly n: string;
  readonly latency: DurationRange | undefined;
  readonly deadline: number;
  abort(): void;
}

export class Operations {
  readonly #stage: Stage;
  readonly #open = new Set<Operation>();
  readonly #requests = new Map<string, LogicalRequest>();
  #count = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  latencyOf(n: string): DurationRange | undefined {
    return this.#requests.get(n)?.latency;
  }

  /** What was asked of a living client and has not been answered. */
  open(): string[] {
    return [...this.#open].map((operation) => operation.text);
  }

  openRequests(): LogicalRequest[] {
    return [...this.#requests.values()].filter((request) => this.#open.has(request));
  }

  nothingPending(): boolean {
    return [...this.#open].every((operation) => this.#stage.kernel.pendingOf(operation.process).length === 0);
  }

  /** A kill ends what was asked of the process; nobody is told. */
  forget(process: Process): void {
    for (const operation of this.#open) {
      if (operation.process !== process) continue;
      this.#open.delete(operation);
      this.#wake(operation);
    }
  }

  request(process: Process, step: Pick<RequestStep, 'path' | 'method' | 'body' | 'oneShot' | 'deadline' | 'latency'>): LogicalRequest {
    const { method, body, latency, deadline } = step;
    const path = this.#resolved(step.path);
    const n = `n${++this.#count}`;
    const controller = new AbortController();
    const operation: LogicalRequest = {
      n,
      text: `${n} ${method} ${path} on ${process.name}`,
      process,
      latency,
      deadline,
      settled: false,
      abort: () =>
        this.#stage.act(process, 'abort', () => {
          if (operation.settled) return;
          this.#stage.note(process, { type: 'aborted', n }, true);
          controller.abort();
        }),
    };
    this.#requests.set(n, operation);
    this.begin(
      operation,
      'request',
      () => ({
        type: 'request.called',
        n,
        generation: process.device.generation,
        method,
        path,
        bodyDigest: bodyDigest(body ?? ''),
        bodyLength: body?.length ?? 0,
        deadline,
      }),
      (client) => {
        this.#stage.network.names.opened(process, { n, method, path, body: body ?? '' });
        return client.request(path, {
          method,
          headers: { 'x-request-id': n },
          signal: controller.signal,
          ...(body === undefined ? {} : { body: step.oneShot ? oneShot(body) : body }),
        });
      },
      (value) => {
        this.#stage.network.names.settled(process, n);
        const status = (value as { status?: unknown } | undefined)?.status;
        if (operation.reason === undefined && typeof status === 'number') operation.status = status;
        else operation.reason ??= 'malformed-result';
        return {
          type: 'request.settled',
          n,
          ...(operation.status === undefined ? { reason: operation.reason ?? '' } : { status: operation.status }),
        };
      },
    );
    return operation;
  }

  /** `{session:tablet}` is the id of that device's newest session, as the list of sessions tells it. */
  #resolved(path: string): string {
    return path.replaceAll(SESSION_OF, (_, device: string) => this.#stage.device(device).session ?? 'none');
  }

  start(process: Process): Operation {
    return this.#call(process, 'start', 'start', (client) => client.start());
  }

  /** The server that the device is pointed at grants a session to `user`; the client is handed its token response. */
  signIn(process: Process, user: string): Operation {
    const operation = this.operation(process, `sign-in of ${user} on ${process.name}`);
    this.begin(
      operation,
      'signIn',
      () => undefined,
      (client) => {
        const { device } = process;
        const { server } = this.#stage.providers.of(device);
        if (server.countSignIn(user) !== undefined) {
          operation.reason = 'rate-limited';
          return undefined;
        }
        const granted = server.grantSession(user, device.name);
        device.user = user;
        device.generation += 1;
        const { family, atLabel: at, rtLabel: rt, response } = granted;
        this.#stage.note(
          process,
          { type: 'signIn.called', user, generation: device.generation, family, at, ...(rt === undefined ? {} : { rt }) },
          true,
        );
        return client.signIn(response);
      },
      () => (operation.reason === 'rate-limited' ? undefined : { type: 'signIn.done', ...endOf(operation) }),
    );
    return operation;
  }

  signOut(process: Process): Operation {
    const operation = this.operation(process, `sign-out on ${process.name}`);
    this.begin(
      operation,
      'signOut',
      () => {
        process.device.generation += 1;
        return { type: 'signOut.called', generation: process.device.generation };
      },
      (client) => client.signOut?.(),
      () => ({ type: 'signOut.done', ...endOf(operation) }),
    );
    return operation;
  }

  stop(process: Process): Operation {
    const operation = this.operation(process, `stop on ${process.name}`);
    this.begin(
      operation,
      'stop',
      () => undefined,
      (client) => Promise.all([client, ...process.elder].map((one) => one.stop?.())),
      () => undefined,
    );
    return operation;
  }

  #call(process: Process, name: 'start', label: string, call: (client: Client) => unknown): Operation {
    const operation = this.operation(process, `${label} of ${process.name}`);
    this.begin(
      operation,
      name,
      () => ({ type: 'start.called' }),
      call,
      () => ({ type: 'start.done', ...endOf(operation) }),
    );
    return operation;
  }

  operation(process: Process, text: string): Operation {
    return { text, process, settled: false };
  }

  /** Asks the client for something, and records how it began and ended. */
  begin(
    operation: Operation,
    label: string,
    called: () => Fact | undefined,
    call: (client: Client) => unknown,
    done: (value: unknown) => Fact | undefined,
  ): void {
    const { process } = operation;
    const { epoch } = process;
    if (process.state === 'dead' || !process.mounted) {
      Object.assign(operation, { settled: true, reason: 'not-running' });
      return;
    }
    this.#open.add(operation);
    this.#stage.act(process, label, (client) => {
      const fact = called();
      if (fact !== undefined) this.#stage.note(process, fact, true);
      const settle = (value: unknown, error?: { thrown: unknown }): void => {
        if (!process.alive(epoch) || operation.settled) return;
        if (error !== undefined) operation.reason = this.#reasonOf(process, error.thrown);
        operation.settled = true;
        const end = done(value);
        if (end !== undefined) this.#stage.note(process, end);
        this.#open.delete(operation);
        this.#wake(operation);
      };
      try {
        Promise.resolve(call(client)).then(
          (value) => settle(value),
          (thrown: unknown) => settle(undefined, { thrown }),
        );
      } catch (thrown) {
        this.#stage.clientFault(process, 'threw', thrown);
        settle(undefined, { thrown });
      }
    });
  }

  #wake(operation: Operation): void {
    const { wake } = operation;
    delete operation.wake;
    wake?.();
  }

  /** The contract's reason, and a look for tokens in everything an error shows. */
  #reasonOf(process: Process, error: unknown): string {
    const shown = error instanceof Error ? `${errorText(error)} ${shownJson(error)}` : String(error);
    if (this.#stage.recorder.labels.leaks(shown).length > 0) this.#stage.recorder.text(process.name, 'error', shown);
    const reason = (error as { reason?: unknown } | null)?.reason;
    return typeof reason === 'string' && REJECTIONS.includes(reason as Rejection) ? reason : 'unspecified';
  }
}

/** A stream: the second reader finds it drained, as a WHATWG body that was read. */
function oneShot(text: string): AsyncIterable<string> {
  return (async function* () {
    yield text;
  })();
}

function endOf(operation: Operation): { ok: boolean; reason?: string } {
  return operation.reason === undefined ? { ok: true } : { ok: false, reason: operation.reason };
}

function shownJson(error: Error): string {
  try {
    return JSON.stringify(error);
  } catch {
    return '';
  }
}
