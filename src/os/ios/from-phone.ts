// A usage profile in the words of the iOS model: screen off locks the phone, a swipe is a force-quit, battery saver is Low Power Mode.
import type { PhoneEvent } from '../profiles/events.ts';
import type { PhoneInput } from './words.ts';

/** Undefined: the model does not look at it. `home`: local time minus UTC where the phone started, ms. */
export function iosInput(event: PhoneEvent, home = 0): PhoneInput | undefined {
  switch (event.kind) {
    case 'screen':
      return event.on ? undefined : { type: 'lock' };
    case 'unlock':
      return { type: 'unlock' };
    case 'launch':
      return { type: 'open' };
    case 'leave':
      return { type: 'leave' };
    case 'swipe-away':
      return { type: 'force-quit' };
    case 'power':
      return { type: 'battery', plugged: event.plugged };
    case 'battery':
      return { type: 'battery', level: event.level };
    case 'battery-saver':
      return { type: 'low-power-mode', on: event.on };
    case 'network':
      return { type: 'network', connection: event.transport };
    case 'motion':
      return undefined;
    case 'time-zone':
      return { type: 'time-zone', utcOffset: home + event.offset * 60_000 };
    case 'reboot':
      return { type: 'boot' };
  }
}
