// What is read once from a device that answers: version, build, whether it has started, which machine it is. One connection, one moment.
import type { Shell } from './shell.ts';

export interface AndroidFacts {
  /** API level; 0 when the device does not say. */
  readonly sdk: number;
  readonly release: string;
  readonly model: string;
  readonly emulator: boolean;
  /** `user`, `userdebug` or `eng`. */
  readonly build: string;
  /** The shell of adb is root (`adb root`). */
  readonly root: boolean;
  readonly booted: boolean;
  /** The same for one machine under two serials; empty when it cannot be read. */
  readonly bootId: string;
  /** The user in front; jobs of a work profile belong to another one. */
  readonly user: number;
}

/** `[ro.build.type]: [user]` */
const PROPERTY = /^\[([^\]]+)\]: \[(.*)\]$/;

export async function readFacts(shell: Shell): Promise<AndroidFacts> {
  const parts = await shell.parts({
    properties: 'getprop',
    uid: 'id -u',
    bootId: 'cat /proc/sys/kernel/random/boot_id',
    user: 'am get-current-user',
  });
  const property = propertiesIn(parts.properties.stdout);
  const bootId = parts.bootId.stdout.trim();
  return {
    sdk: Number(/^\d+$/.exec(property('ro.build.version.sdk'))?.[0] ?? 0),
    release: property('ro.build.version.release'),
    model: property('ro.product.model'),
    emulator: property('ro.kernel.qemu') === '1' || property('ro.boot.qemu') === '1',
    build: property('ro.build.type'),
    root: parts.uid.stdout.trim() === '0',
    booted: property('sys.boot_completed') === '1' && ['stopped', ''].includes(property('init.svc.bootanim')),
    bootId: parts.bootId.code === 0 && /^[\da-f-]{36}$/.test(bootId) ? bootId : '',
    user: Number(/^\d+/.exec(parts.user.stdout.trim())?.[0] ?? 0),
  };
}

function propertiesIn(text: string): (name: string) => string {
  const pairs = text.split(/\r?\n/).flatMap((line) => {
    const match = PROPERTY.exec(line.trim());
    return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const];
  });
  const values = new Map(pairs);
  return (name) => values.get(name) ?? '';
}
