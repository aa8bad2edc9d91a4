// The events of a usage profile as inputs of this model.
import type { PhoneEvent } from '../profiles/events.ts';
import type { AndroidInput } from './inputs.ts';
import { CELLULAR, OFFLINE, WIFI } from './phone.ts';

export function androidInput(event: PhoneEvent): AndroidInput {
  switch (event.kind) {
    case 'screen':
      return { type: event.on ? 'screen-on' : 'screen-off' };
    case 'unlock':
      return { type: 'user-present' };
    case 'launch':
      return { type: 'app-foreground' };
    case 'leave':
      return { type: 'app-background' };
    case 'swipe-away':
      return { type: 'app-swiped' };
    case 'power':
      return { type: event.plugged ? 'power-connected' : 'power-disconnected' };
    case 'battery':
      return { type: 'battery-level', percent: event.level };
    case 'battery-saver':
      return { type: 'power-save-mode', on: event.on };
    case 'network':
      return { type: 'network', network: { ...NETWORKS[event.transport], roaming: event.roaming } };
    case 'motion':
      return { type: 'motion', moving: event.moving };
    case 'time-zone':
      return { type: 'timezone-changed' };
    case 'reboot':
      return { type: 'reboot' };
  }
}

const NETWORKS = { none: OFFLINE, wifi: WIFI, cellular: CELLULAR };
