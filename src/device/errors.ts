// What goes wrong around devices, as errors with a stable code and the command that mends it. Exit code 6: something is not there.
// Exit code 7: something was tried and failed.
import { DeviceError, MissingError } from '../core/errors.ts';
import type { CapabilityName, Device, MissingTool } from './driver.ts';

/** A device cannot do what was asked. Exit code 6. */
export class DeviceCapabilityError extends MissingError {
  constructor(device: string, capability: CapabilityName, missing: string, fix: string) {
    super('TW_DEVICE_CAPABILITY', `${device} has no ${capability}: ${missing}`, { hint: fix, fields: { device, capability } });
  }
}

/** A program is not installed. Exit code 6. */
export function toolMissing({ tool, found, fix }: MissingTool): MissingError {
  return new MissingError('TW_DEVICE_TOOL', `${tool} ${found}`, { hint: fix, fields: { tool } });
}

/** No device can be used. Exit code 6. */
export function noDevice(hint: string): MissingError {
  return new MissingError('TW_DEVICE_NONE', 'no device is connected', { hint });
}

/** The device that was named is not there. Exit code 6. */
export function unknownDevice(id: string, known: readonly string[], advice?: string): MissingError {
  const hint = advice ?? (known.length === 0 ? 'no device is connected: `tokenwarp devices`' : `connected: ${known.join(', ')}`);
  return new MissingError('TW_DEVICE_UNKNOWN', `there is no device "${id}"`, { hint, fields: { device: id } });
}

/** Nobody said which. Exit code 6. */
export function manyDevices(ids: readonly string[]): MissingError {
  return new MissingError('TW_DEVICE_MANY', `${ids.length} devices are connected`, {
    hint: `say which: ${ids.map((id) => `--device ${id}`).join(' or ')}`,
    fields: { devices: ids },
  });
}

/** The device is there and cannot be used: unauthorized, offline, still booting. Exit code 6. */
export function unusableDevice({ id, state, problem }: Device): MissingError {
  return new MissingError('TW_DEVICE_STATE', problem?.text ?? `${id} is ${state}`, {
    ...(problem === undefined ? {} : { hint: problem.fix }),
    fields: { device: id, state },
  });
}

/** The connection broke while a command ran: what it did is unknown, what it printed may be cut. Exit code 7. */
export function dropped(id: string, command: string, fix: string): DeviceError {
  return new DeviceError('TW_DEVICE_DROPPED', `the connection to ${id} broke during \`${command}\``, {
    hint: fix,
    fields: { device: id, command },
  });
}

/** A command did not end in time and was killed. Exit code 7. */
export function timedOut(id: string, command: string, ms: number): DeviceError {
  return new DeviceError('TW_DEVICE_TIMEOUT', `${id} did not answer \`${command}\` within ${Number((ms / 1_000).toFixed(1))} s`, {
    hint: 'is the device awake and unlocked? `tokenwarp doctor` looks; unplug and connect it again',
    fields: { device: id, command },
  });
}

/** A command of the device failed. Exit code 7. */
export function commandFailed(id: string, command: string, said: string, hint: string): DeviceError {
  return new DeviceError('TW_DEVICE_COMMAND', `\`${command}\` failed on ${id}: ${said}`, { hint, fields: { device: id, command } });
}

/** The output of a tool is not what it should be. Exit code 7. */
export function strangeOutput(command: string, what: string): DeviceError {
  return new DeviceError('TW_DEVICE_OUTPUT', `\`${command}\` printed something else than expected: ${what}`, {
    hint: 'please report it with the output of that command: versions of the tools differ',
    fields: { command },
  });
}

/** The app is not installed on the device. Exit code 7. */
export function noApp(id: string, app: string, hint: string): DeviceError {
  return new DeviceError('TW_DEVICE_APP', `${app} is not installed on ${id}`, { hint, fields: { device: id, app } });
}

/** There is no such background job, or more than one. Exit code 7. */
export function noJob(message: string, hint: string): DeviceError {
  return new DeviceError('TW_DEVICE_JOB', message, { hint });
}

/** Changes are left on a device. Exit code 7. */
export function notRestored(id: string, left: readonly string[]): DeviceError {
  return new DeviceError('TW_DEVICE_RESTORE', `${id} was not put back: ${left.join('; ')}`, {
    hint: `when it can be reached again: tokenwarp device restore --device ${id}`,
    fields: { device: id },
  });
}

/** Another process is at work on the device. Exit code 7. */
export function busy(id: string, pid: number): DeviceError {
  return new DeviceError('TW_DEVICE_BUSY', `process ${pid} is at work on ${id} and will put it back itself`, {
    hint: 'wait for it or stop it; when it is no tokenwarp at all: --force',
    fields: { device: id, pid },
  });
}

/** Somebody interrupted. The command that caught it answers with the signal. */
export function interrupted(): DeviceError {
  return new DeviceError('TW_DEVICE_INTERRUPTED', 'interrupted');
}
