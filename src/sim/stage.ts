// What a world offers to its parts (operations, life cycle, script): the parts know this, never the world that owns them.
import type { Client, HostConfig } from '../core/contract.ts';
import type { Fact } from '../core/events.ts';
import type { ClientFault } from '../core/faults-of-client.ts';
import type { Streams } from '../core/streams.ts';
import type { Device, Process } from './device.ts';
import type { Owner } from './item.ts';
import type { Jobs } from './jobs.ts';
import type { Kernel } from './kernel.ts';
import type { Network } from './network.ts';
import type { Plan } from './plan.ts';
import type { Providers } from './providers.ts';
import type { Recorder } from './recorder.ts';
import type { Signals } from './signals.ts';
import type { StoreWorld } from './store-changes.ts';

export interface Stage {
  readonly plan: Plan;
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly providers: Providers;
  readonly network: Network;
  readonly signals: Signals;
  readonly jobs: Jobs;
  readonly streams: Streams;
  readonly devices: readonly Device[];
  /** Remember where in the client each timer was set. */
  readonly traceTimers: boolean;
  /** Set to end the run with this error: the module is no client. */
  fatal: Error | undefined;
  /** Set when the scenario does not apply to this client. */
  notApplicable: string | undefined;
  /** Set when a process could not make its client: nothing that follows would say anything. */
  clientless: boolean;
  /** `phone/app`, or the first process of `phone`. */
  process(name: string): Process;
  /** `phone`, or the device of `phone/app`. */
  device(name: string): Device;
  /** What changes of a store need to know. */
  stores(): StoreWorld;
  configOf(device: Device): HostConfig;
  /** A fact of one process, with its wall clock where that differs. `follow`: it causes what comes next in this step. */
  note(process: Process, fact: Fact, follow?: boolean): number;
  /** A fault of the client as code. The history holds the error's name only; message and place are the machine's. */
  clientFault(owner: Owner | undefined, kind: ClientFault['kind'], error: unknown, where?: string): void;
  /** Runs client code as an item of its own, owned by the process: parked while it is suspended, dropped when it is dead. */
  act(process: Process, label: string, fn: (client: Client) => void): void;
}
