// A device comes online or goes offline: what is on the way is lost, and each client that listens is told.
import type { Device } from './device.ts';
import type { Stage } from './stage.ts';

export function setOnline(device: Device, online: boolean, stage: Stage): void {
  if (device.online === online) return;
  device.online = online;
  stage.recorder.follow(device.name, { type: online ? 'online' : 'offline' });
  if (!online) stage.network.goOffline(device);
  for (const process of device.processes) {
    for (const listener of process.listeners) {
      stage.act(process, 'connectivity', () => {
        if (process.listeners.has(listener)) listener(online);
      });
    }
  }
}
