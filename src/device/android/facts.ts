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

const PROPERTIES = {
  sdk: 'ro.build.version.sdk',
  release: 'ro.build.version.release',
  model: 'ro.product.model',
  build: 'ro.build.type',
  qemu: 'ro.kernel.qemu',
  bootQemu: 'ro.boot.qemu',
  completed: 'sys.boot_completed',
  animation: 'init.svc.bootanim',
} as const;
type PropertyName = keyof typeof PROPERTIES;

export async function readFacts(shell: Shell): Promise<AndroidFacts> {
  const scripts = Object.fromEntries(Object.entries(PROPERTIES).map(([name, property]) => [name, `getprop ${property}`]));
  const asked = { ...scripts, uid: 'id -u', bootId: 'cat /proc/sys/kernel/random/boot_id', user: 'am get-current-user' };
  const parts = await shell.parts<PropertyName | 'uid' | 'bootId' | 'user'>(
    asked as Record<PropertyName | 'uid' | 'bootId' | 'user', string>,
    {
      timeout: 15_000,
    },
  );
  const said = (name: keyof typeof parts): string => parts[name].stdout.trim();
  return {
    sdk: Number(/^\d+$/.exec(said('sdk'))?.[0] ?? 0),
    release: said('release'),
    model: said('model'),
    emulator: said('qemu') === '1' || said('bootQemu') === '1',
    build: said('build'),
    root: said('uid') === '0',
    booted: said('completed') === '1' && ['stopped', ''].includes(said('animation')),
    bootId: parts.bootId.code === 0 && /^[\da-f-]{36}$/.test(said('bootId')) ? said('bootId') : '',
    user: Number(/^\d+$/.exec(said('user'))?.[0] ?? 0),
  };
}
