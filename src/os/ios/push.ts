// Silent pushes: what the system drops, what it holds (only the newest), and what wakes the app (facts 1.5, 1.8; Apple, "Pushing background
// updates to your app").
import type { Gate } from '../model.ts';
import type { AppRecord } from './app-record.ts';
import type { Conditions } from './conditions.ts';
import type { AppProcess } from './process.ts';
import { earliest, type Scene } from './scene.ts';
import type { Push, PushDrop } from './words.ts';

const HOUR = 3_600_000;

interface Held {
  readonly id: string;
  /** Not on the phone yet: the end of a process does not discard it. */
  remote: boolean;
  gate: string;
}

interface PushGate extends Gate {
  /** Apple's push service keeps it, the phone has not seen it. */
  readonly remote: boolean;
}

export class PushService {
  readonly #scene: Scene;
  readonly #conditions: Conditions;
  readonly #record: AppRecord;
  readonly #process: AppProcess;
  #held: Held | undefined;
  /** Elapsed times at which a push woke the app. */
  #wakes: number[] = [];
  #handling: { id: string; until: number } | undefined;

  constructor(scene: Scene, conditions: Conditions, record: AppRecord, process: AppProcess) {
    this.#scene = scene;
    this.#conditions = conditions;
    this.#record = record;
    this.#process = process;
  }

  receive(push: Push): void {
    const wrong = this.#malformed(push);
    if (wrong !== undefined) return this.#drop(push.id, wrong);
    if (this.#held !== undefined) this.#drop(this.#held.id, 'newer push');
    this.#held = { id: push.id, remote: true, gate: '' };
    this.settle();
  }

  /** Delivers, drops or goes on holding the push that waits. */
  settle(): void {
    if (this.#held === undefined) return;
    const gate = this.#gate();
    const { id } = this.#held;
    if (gate?.remote !== true) {
      const refused = this.#refused();
      if (refused !== undefined) return this.#drop(id, refused);
      if (gate === undefined) return this.#deliver(id);
    }
    this.#held.remote = gate.remote;
    if (this.#held.gate === gate.gate) return;
    this.#held.gate = gate.gate;
    this.#scene.decide({ type: 'push.held', id, gate: shown(gate) });
  }

  /** A launch by the user delivers what is held at once. */
  launched(): void {
    if (this.#held?.remote !== false) return this.settle();
    this.#deliver(this.#held.id, 'user launch');
  }

  /** The end of the process discards what the phone holds. */
  ended(): void {
    this.#handling = undefined;
    if (this.#held?.remote === false) this.#drop(this.#held.id, 'process ended');
  }

  completed(): void {
    this.#handling = undefined;
    this.#process.release('push');
  }

  why(): Gate | undefined {
    if (this.#handling !== undefined)
      return { gate: 'running', detail: 'the push handler runs', by: 'its completion handler', documented: true };
    const held = this.#held === undefined ? undefined : this.#gate();
    return held === undefined ? undefined : shown(held);
  }

  next(): number | undefined {
    const held = this.#held === undefined ? undefined : this.#gate()?.opens;
    return earliest([held, this.#conditions.debugged ? undefined : this.#handling?.until]);
  }

  tick(): void {
    const handling = this.#handling;
    if (handling !== undefined && handling.until <= this.#scene.now && !this.#conditions.debugged) {
      this.#scene.decide({ type: 'push.expired', id: handling.id });
      this.completed();
    }
    this.settle();
  }

  #malformed({ contentAvailable, interactive, apnsPushType, apnsPriority }: Push): PushDrop | undefined {
    if (!this.#record.installed) return 'app not installed';
    if (!contentAvailable) return 'not content-available';
    if (interactive === true) return 'interactive keys';
    if (apnsPushType !== undefined && apnsPushType !== 'background') return 'apns-push-type';
    if (apnsPriority !== undefined && apnsPriority !== 5) return 'apns-priority';
    return this.#record.info.UIBackgroundModes.includes('remote-notification') ? undefined : 'UIBackgroundModes';
  }

  /** What the phone throws away once the push has reached it. */
  #refused(): PushDrop | undefined {
    if (!this.#record.installed) return 'app not installed';
    if (this.#record.forceQuit !== 'no') return 'app switcher';
    if (!this.#conditions.backgroundAllowed) return 'backgroundRefreshStatus';
    return this.#process.prewarmed && this.#process.running ? 'prewarm' : undefined;
  }

  #gate(): PushGate | undefined {
    const { powered, connection, lowPowerEnforced, level, debugged } = this.#conditions;
    const { figures } = this.#scene.settings;
    const row = (gate: string, detail: string, by: string, more: Partial<PushGate> = {}): PushGate => ({
      gate,
      detail,
      by,
      documented: true,
      remote: false,
      ...more,
    });
    if (!powered) return row('powered off', 'the phone is off', 'the phone is started', { remote: true });
    if (connection === 'none') return row('no connection', 'the push service keeps the newest', 'a connection', { remote: true });
    if (debugged || (this.#process.running && this.#process.launchFinished)) return undefined;
    if (lowPowerEnforced) return row('isLowPowerModeEnabled', 'Low Power Mode', 'Low Power Mode off, or charging');
    if (level <= figures.batteryFloor) return row('batteryLevel', `battery at ${level} %`, 'charging');
    return this.#throttle(row);
  }

  #throttle(row: (gate: string, detail: string, by: string, more: Partial<PushGate>) => PushGate): PushGate | undefined {
    const { now, settings } = this.#scene;
    const recent = this.#wakes.filter((wake) => now - wake < HOUR);
    const allowed = settings.figures.pushesPerHour;
    if (recent.length < allowed) return undefined;
    const oldest = recent.at(-allowed) ?? now;
    return row('rate limiting', `${recent.length} silent pushes within an hour`, 'time', { documented: false, opens: oldest + HOUR });
  }

  #deliver(id: string, byUser?: 'user launch'): void {
    const { now, settings } = this.#scene;
    this.#held = undefined;
    const how = this.#process.wake('push', 'push');
    if (how !== 'running') this.#wakes = [...this.#wakes.filter((wake) => now - wake < HOUR), now];
    this.#handling = { id, until: now + settings.figures.pushTime };
    this.#scene.decide({ type: 'push.delivered', id, why: byUser ?? how });
  }

  #drop(id: string, why: PushDrop): void {
    if (this.#held?.id === id) this.#held = undefined;
    this.#scene.decide({ type: 'push.dropped', id, why });
  }
}

function shown({ remote: _remote, ...gate }: PushGate): Gate {
  return gate;
}
