// The days of a usage profile, lived by one phone while time passes: the user unlocks it, opens the app and wants something of it, the
// charger and the network come and go. The same seed gives the same days.
import { drawDays } from '../os/profiles/draw.ts';
import type { PhoneEvent } from '../os/profiles/events.ts';
import { profileOf } from '../os/profiles/profiles.ts';
import type { Device } from './device.ts';
import type { Operation, Operations } from './operations.ts';
import type { LifePlan } from './phone-plan.ts';
import type { System } from './phone.ts';
import type { Stage } from './stage.ts';

const DAY = 86_400_000;
/** States of the phone, not something that is done with it: those of the hours before the story began hold when it begins. */
const STATES: ReadonlySet<PhoneEvent['kind']> = new Set(['screen', 'power', 'battery', 'battery-saver', 'network', 'motion', 'time-zone']);

export class PhoneLife {
  readonly #stage: Stage;
  readonly #operations: Operations;
  readonly #device: Device;
  readonly #phone: System;
  readonly #plan: LifePlan;
  /** Virtual ms of the midnight at which the story began. */
  #midnight = 0;
  #events: readonly PhoneEvent[] = [];
  #next = 0;

  constructor(stage: Stage, operations: Operations, device: Device, phone: System, plan: LifePlan) {
    this.#stage = stage;
    this.#operations = operations;
    this.#device = device;
    this.#phone = phone;
    this.#plan = plan;
  }

  /** From now on the phone lives, from the hour that its wall clock shows. */
  begin(): void {
    const { kernel, streams } = this.#stage;
    const profile = profileOf(this.#plan.profile);
    if (profile === undefined) return;
    this.#midnight = Math.floor(kernel.now / DAY) * DAY;
    const passed = Math.ceil((kernel.now - this.#midnight) / DAY) + 1;
    this.#events = drawDays(profile, streams.stream(`life/${this.#device.name}`), this.#plan.days + passed);
    this.#phone.putAway();
    for (; this.#at(this.#next) <= kernel.now; this.#next++) {
      const event = this.#events[this.#next];
      if (event !== undefined && STATES.has(event.kind)) this.#phone.live(event, this.#plan.profile);
    }
    this.#arm();
  }

  /** Virtual ms of an event; past the last one nothing comes. */
  #at(index: number): number {
    return this.#midnight + (this.#events[index]?.elapsed ?? Infinity);
  }

  #arm(): void {
    const at = this.#at(this.#next);
    const { kernel } = this.#stage;
    if (at === Infinity) return;
    kernel.cause = undefined;
    kernel.after(at - kernel.now, `${this.#device.name}:life`, () => this.#live(), { background: true, still: true });
  }

  #live(): void {
    const { kernel } = this.#stage;
    for (; this.#at(this.#next) <= kernel.now; this.#next++) {
      const event = this.#events[this.#next] as PhoneEvent;
      kernel.cause = undefined;
      this.#phone.live(event, this.#plan.profile);
      if (event.kind === 'launch') this.#visit();
    }
    this.#arm();
  }

  /** Once the app has started it shows something, for which it needs the session; without one the user signs in. */
  #visit(): void {
    const { asks } = this.#plan;
    if (asks === undefined) return;
    this.#phone.whenStarted((start) => {
      if (start === undefined || start.settled) this.#ask(asks);
      else {
        const { wake } = start;
        start.wake = () => {
          wake?.();
          this.#ask(asks);
        };
      }
    });
  }

  #ask(path: string): void {
    const [app] = this.#device.processes;
    if (app?.state !== 'running') return;
    const deadline = this.#stage.plan.requestDeadline;
    const request = this.#operations.request(app, { path, method: 'GET', oneShot: false, deadline });
    request.wake = () => {
      if (this.#plan.signsIn && wantsUser(request) && app.state === 'running') this.#operations.signIn(app, this.#device.user);
    };
  }
}

function wantsUser({ reason }: Operation): boolean {
  return reason === 'reauthentication-required' || reason === 'signed-out';
}
