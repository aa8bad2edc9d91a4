// /clock: the virtual clock. What it moves are lifetimes and everything else the server reads off its clock; sockets wait in real time.
import type { ServerApp } from '../app.ts';
import { ControlError } from './errors.ts';
import { PLACE, row } from './route.ts';
import type { ControlRow } from './route.ts';
import type { ControlState } from './memory.ts';
import { duration, either, flag, mapOf, needed, record, text, whole, wrong } from './shape.ts';
import type { Shape } from './shape.ts';

/** `2026-11-21T04:00:00Z`, ms since the Unix epoch. */
const instant: Shape<{ unix: number }> = {
  schema: { type: 'string', format: 'date-time' },
  read(value, at) {
    const match = typeof value === 'string' ? /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?Z$/.exec(value) : null;
    if (match === null) throw wrong(at, value, 'a time in UTC such as "2026-11-21T04:00:00Z", or a duration since the start such as "90m"');
    const [, year, month, day, hour, minute, second, ms = '0'] = match;
    return {
      unix: Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), Number(ms.padEnd(3, '0'))),
    };
  },
};

const CLOCK = record({
  now: needed(whole(), 'Virtual ms since the server started.'),
  time: needed(text(), "The server's wall clock, UTC."),
  frozen: needed(flag, 'It stands still until it is advanced or resumed.'),
  devices: needed(
    mapOf(whole(Number.MIN_SAFE_INTEGER)),
    'What the wall clock of a device shows minus true time, ms; only devices that were set.',
  ),
});

export const CLOCK_ROWS: readonly ControlRow[] = [
  row({
    method: 'GET',
    path: '/clock',
    name: 'getClock',
    summary: 'What time it is.',
    answer: CLOCK.schema,
    act: ({ app, state }) => reading(app, state),
  }),
  row({
    method: 'POST',
    path: '/clock/freeze',
    name: 'freezeClock',
    summary: 'Stop the clock. Requests are served as before, at one instant.',
    answer: CLOCK.schema,
    act({ app, state }) {
      app.clock.freeze();
      return reading(app, state);
    },
  }),
  row({
    method: 'POST',
    path: '/clock/resume',
    name: 'resumeClock',
    summary: 'Let the clock run again, from where it stands.',
    answer: CLOCK.schema,
    act({ app, state }) {
      app.clock.resume();
      return reading(app, state);
    },
  }),
  row({
    method: 'POST',
    path: '/clock/advance',
    name: 'advanceClock',
    summary: 'Move the clock forward: tokens age, windows close, devices may poll again.',
    answer: CLOCK.schema,
    body: { by: needed(duration(0), 'How far.') },
    act({ app, state, body }) {
      app.clock.advance(body.by);
      return reading(app, state);
    },
  }),
  row({
    method: 'POST',
    path: '/clock/set',
    name: 'setClock',
    summary: 'Move the clock forward to a moment.',
    answer: CLOCK.schema,
    body: { to: needed(either(duration(0), instant), 'A time in UTC, or a duration since the start.') },
    act({ app, state, body }) {
      const to = typeof body.to === 'number' ? body.to : body.to.unix - app.epoch - offset(app);
      if (to < app.clock.now())
        throw new ControlError(
          400,
          'to',
          'the clock cannot go back: what was issued would come from the future',
          'restore a snapshot to go back with everything else',
        );
      app.clock.set(to);
      return reading(app, state);
    },
  }),
  row({
    method: 'PUT',
    path: '/clock/devices/{device}',
    name: 'setDeviceClock',
    answer: CLOCK.schema,
    summary: 'Put the wall clock of a device ahead (positive) or behind, as its app sees it in the Date of every answer.',
    body: { offset: needed(duration(Number.MIN_SAFE_INTEGER), 'Device minus true time; 0 sets it right.') },
    act({ app, state, params, body }) {
      const device = PLACE.read(params['device'], 'device');
      app.clock.deviceOffset(device, body.offset);
      state.devices.add(device);
      return reading(app, state);
    },
  }),
];

function reading(app: ServerApp, { devices }: ControlState) {
  const { clock } = app;
  const now = clock.now();
  const offsets = [...devices].map((device) => [device, clock.deviceOffset(device)] as const).filter(([, by]) => by !== 0);
  return { now, time: new Date(app.epoch + now + offset(app)).toISOString(), frozen: clock.frozen, devices: Object.fromEntries(offsets) };
}

function offset({ site }: ServerApp): number {
  return site.issuers[0]?.server.policy.clockOffset ?? 0;
}
