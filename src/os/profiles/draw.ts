// Draws the days of a usage profile from one stream: the same seed gives the same days. A day is one or two waking stretches (a flight
// parts it), each with its unlocks; everything else hangs on those stretches.
import type { Stream } from '../../core/streams.ts';
import type { PhoneEvent, PhoneEventKind } from './events.ts';
import type { Range, UsageProfile } from './profiles.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** Working days of a week that begins with day 0. */
const WORKING = 5;
/** How far on the way the tunnels may lie. */
const RIDE = 60 * MINUTE;
const SAVER_AT = 15;

/** Awake, elapsed ms. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What one day hands to the next. */
interface Story {
  readonly profile: UsageProfile;
  readonly stream: Stream;
  readonly events: PhoneEvent[];
  /** Minutes east of home. */
  zone: number;
  flights: number;
  nextFlight: number;
  /** End of the last flight: nobody wakes up before it. */
  landed: number;
  nextUse: number;
  nextReboot: number;
}

/** All events of days 0 .. days - 1 in order of time. */
export function drawDays(profile: UsageProfile, stream: Stream, days: number): PhoneEvent[] {
  const story: Story = { profile, stream, events: [], zone: 0, flights: 0, nextFlight: 0, landed: 0, nextUse: 0, nextReboot: 0 };
  story.nextFlight = profile.travel === undefined ? Infinity : draw(stream, profile.travel.everyDays);
  story.nextReboot = profile.reboots === undefined ? Infinity : draw(stream, profile.reboots);
  beginStory(story);
  for (let day = 0; day < days; day++) drawDay(story, day);
  return story.events
    .map((event, index) => ({ event, index }))
    .sort((a, b) => a.event.elapsed - b.event.elapsed || a.index - b.index)
    .map(({ event }) => event);
}

/** At midnight: at home, in bed, phone on the table. */
function beginStory({ profile, events }: Story): void {
  const begin = (event: PhoneEventKind): void => void events.push({ ...event, elapsed: 0 });
  begin({ kind: 'screen', on: false });
  begin({ kind: 'motion', moving: false });
  begin({ kind: 'network', transport: 'wifi', roaming: false });
  begin({ kind: 'power', plugged: profile.charging.when === 'night' });
}

function drawDay(story: Story, day: number): void {
  const stretches = stretchesOf(story, day);
  const used = usesOf(story, day, stretches);
  stretches.forEach((stretch, index) => drawStretch(story, stretch, used[index] ?? 0));
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (first === undefined || last === undefined) return;
  drawPower(story, first.from, last.to);
  if (day % 7 < WORKING) drawAway(story, day);
  if (day >= story.nextReboot) {
    put(story, last.to + 3 * 60 * MINUTE, { kind: 'reboot' });
    story.nextReboot = day + draw(story.stream, story.profile.reboots ?? [1, 1]);
  }
}

/** From waking to sleep, parted by a flight on the days there is one. */
function stretchesOf(story: Story, day: number): Stretch[] {
  const { profile, stream } = story;
  const from = Math.max(localTime(story, day, draw(stream, profile.wake)), story.landed);
  const bed = draw(stream, profile.sleep);
  if (profile.travel === undefined || day < story.nextFlight) return [{ from, to: localTime(story, day, bed) }];
  const leaves = localTime(story, day, draw(stream, [13 * 60, 15 * 60]));
  const lands = leaves + draw(stream, profile.travel.flightMinutes) * MINUTE;
  fly(story, day, leaves, lands);
  story.landed = lands + 20 * MINUTE;
  const to = localTime(story, day, bed);
  const evening = to - lands > 60 * MINUTE ? [{ from: story.landed, to }] : [];
  return [{ from, to: leaves - 10 * MINUTE }, ...evening];
}

function fly(story: Story, day: number, leaves: number, lands: number): void {
  const { travel } = story.profile;
  const zones = travel?.zones ?? [0];
  story.zone = zones[story.flights++ % zones.length] ?? 0;
  story.nextFlight = day + draw(story.stream, travel?.everyDays ?? [1, 1]);
  put(story, leaves, { kind: 'network', transport: 'none', roaming: false });
  put(story, lands, { kind: 'network', transport: 'cellular', roaming: story.zone !== 0 });
  put(story, lands + MINUTE, { kind: 'time-zone', offset: story.zone });
  put(story, lands + 90 * MINUTE, { kind: 'network', transport: 'wifi', roaming: false });
}

/** How often the app is opened in each stretch of the day. */
function usesOf(story: Story, day: number, stretches: readonly Stretch[]): number[] {
  const { profile, stream } = story;
  if (day < story.nextUse) return [];
  story.nextUse = profile.everyDays === undefined ? Infinity : day + draw(stream, profile.everyDays);
  const uses = stretches.map(() => 0);
  for (let left = draw(stream, profile.launches); left > 0; left--) {
    const at = stream.integer(0, uses.length - 1);
    uses[at] = (uses[at] ?? 0) + 1;
  }
  return uses;
}

/** Unlocks spread over the stretch, some of them with the app; the phone moves but for its rests. */
function drawStretch(story: Story, { from, to }: Stretch, uses: number): void {
  const { profile, stream } = story;
  const share = Math.min(1, (to - from) / (16 * 60 * MINUTE));
  const count = Math.max(1, uses, Math.round(draw(stream, profile.unlocks) * share));
  const slot = Math.floor((to - from) / count);
  const withApp = pick(stream, count, uses);
  for (let index = 0; index < count; index++) {
    const start = from + index * slot + stream.integer(0, Math.floor(slot / 4));
    drawSession(story, start, from + (index + 1) * slot - 2 * SECOND, withApp.has(index));
  }
  drawMotion(story, from, to);
}

/** Screen on, unlock, perhaps the app, screen off, all before `end`. */
function drawSession(story: Story, start: number, end: number, withApp: boolean): void {
  const { profile, stream } = story;
  put(story, start, { kind: 'screen', on: true });
  put(story, start + SECOND, { kind: 'unlock' });
  if (!withApp) return put(story, Math.min(end, start + draw(stream, [10, 300]) * SECOND), { kind: 'screen', on: false });
  const leaves = Math.min(end - 4 * SECOND, start + 3 * SECOND + draw(stream, profile.launchSeconds) * SECOND);
  put(story, start + 3 * SECOND, { kind: 'launch' });
  put(story, leaves, { kind: 'leave' });
  if (stream.integer(1, 100) <= profile.swipes) put(story, leaves + SECOND, { kind: 'swipe-away' });
  put(story, leaves + 2 * SECOND, { kind: 'screen', on: false });
}

function drawMotion(story: Story, from: number, to: number): void {
  const { rests } = story.profile;
  put(story, from, { kind: 'motion', moving: true });
  const count = draw(story.stream, rests.count);
  const slot = Math.floor((to - from) / Math.max(1, count));
  for (let index = 0; index < count; index++) {
    const rest = Math.min(slot - MINUTE, draw(story.stream, rests.minutes) * MINUTE);
    const start = from + index * slot + story.stream.integer(0, Math.max(0, slot - rest - MINUTE));
    put(story, start, { kind: 'motion', moving: false });
    put(story, start + rest, { kind: 'motion', moving: true });
  }
  put(story, to, { kind: 'motion', moving: false });
}

/** Full in the morning, down to what the day leaves; battery saver where the user wants it. */
function drawPower(story: Story, wakes: number, sleeps: number): void {
  const { profile, stream } = story;
  const lowest = draw(stream, profile.lowest);
  const night = profile.charging.when === 'night';
  const plugs = profile.charging.when === 'night' ? sleeps : sleeps - draw(stream, profile.charging.minutes) * MINUTE;
  if (night) put(story, wakes, { kind: 'power', plugged: false });
  put(story, wakes, { kind: 'battery', level: night ? 100 : 90 });
  put(story, wakes + Math.floor((plugs - wakes) / 2), { kind: 'battery', level: Math.round((90 + lowest) / 2) });
  const low = plugs - 30 * MINUTE;
  put(story, low, { kind: 'battery', level: lowest });
  const saves = profile.saver && lowest <= SAVER_AT;
  if (saves) put(story, low, { kind: 'battery-saver', on: true });
  put(story, plugs, { kind: 'power', plugged: true });
  if (saves) put(story, plugs, { kind: 'battery-saver', on: false });
  if (night) return;
  put(story, sleeps, { kind: 'battery', level: 100 });
  put(story, sleeps, { kind: 'power', plugged: false });
}

/** To work and back: mobile network, and none in the tunnels of either ride. */
function drawAway(story: Story, day: number): void {
  const { profile, stream } = story;
  if (profile.away === undefined) return;
  const leave = localTime(story, day, draw(stream, profile.away.leave));
  const back = localTime(story, day, draw(stream, profile.away.back));
  put(story, leave, { kind: 'network', transport: 'cellular', roaming: false });
  for (const ride of [leave, back - RIDE]) drawTunnels(story, ride);
  put(story, back, { kind: 'network', transport: 'wifi', roaming: false });
}

function drawTunnels(story: Story, ride: number): void {
  const { stream } = story;
  const { tunnels, tunnelMinutes } = story.profile.away ?? { tunnels: [0, 0], tunnelMinutes: [1, 1] };
  const count = draw(stream, tunnels);
  const slot = Math.floor(RIDE / Math.max(1, count));
  for (let index = 0; index < count; index++) {
    const length = Math.min(slot - 2 * SECOND, draw(stream, tunnelMinutes) * MINUTE);
    const enters = ride + index * slot + SECOND + stream.integer(0, slot - length - 2 * SECOND);
    put(story, enters, { kind: 'network', transport: 'none', roaming: false });
    put(story, enters + length, { kind: 'network', transport: 'cellular', roaming: false });
  }
}

function localTime(story: Story, day: number, minutes: number): number {
  return day * DAY + (minutes - story.zone) * MINUTE;
}

function put(story: Story, elapsed: number, event: PhoneEventKind): void {
  story.events.push({ ...event, elapsed });
}

function draw(stream: Stream, [min, max]: Range): number {
  return stream.integer(min, max);
}

/** `count` different whole numbers below `below`. */
function pick(stream: Stream, below: number, count: number): Set<number> {
  const picked = new Set<number>();
  while (picked.size < count) picked.add(stream.integer(0, below - 1));
  return picked;
}
