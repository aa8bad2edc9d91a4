// Cloud messages: a high priority one passes Doze without ending it, a normal one waits for a window, nothing reaches a stopped package.
import { online } from './phone.ts';
import { startProcess } from './process.ts';
import { dozing } from './standing.ts';
import { decide, type Device } from './state.ts';

type Push = Device['pushes'][number];

export function receivePush(device: Device, push: Push): void {
  const { id } = push;
  if (device.app.stopped) return decide(device, { type: 'push', id, fate: 'dropped', by: 'FLAG_STOPPED' });
  const by = heldBy(device, push);
  if (by !== undefined) decide(device, { type: 'push', id, fate: 'deferred', by });
  device.pushes.push(push);
}

/** Hands the app one message that nothing holds any more; true when there was one. */
export function deliverPush(device: Device): boolean {
  const index = device.pushes.findIndex((push) => heldBy(device, push) === undefined);
  const [push] = index === -1 ? [] : device.pushes.splice(index, 1);
  if (push === undefined) return false;
  startProcess(device, `push ${push.id}`);
  decide(device, { type: 'push', id: push.id, fate: 'delivered', by: `${push.priority} priority` });
  return true;
}

function heldBy(device: Device, { priority }: Push): string | undefined {
  if (!device.phone.userUnlocked) return 'USER_LOCKED';
  if (!online(device.phone)) return 'CONNECTIVITY';
  return priority === 'normal' && dozing(device) ? 'DEVICE_NOT_DOZING' : undefined;
}
