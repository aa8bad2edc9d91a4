// The gates a pending request passes before it runs, in order, each named by Apple's public word for it. The first that is closed is the
// answer to "why not yet?"; the last one, the system's own choice of the moment, is always there.
import { OwnBugError } from '../../core/errors.ts';
import type { Gate, OsMoment } from '../model.ts';
import type { Conditions } from './conditions.ts';
import type { Figures } from './figures.ts';
import type { LaunchLog } from './launch-log.ts';
import { groupOf, type Group, type Pending } from './pending.ts';
import { nextDay } from './usage.ts';

/** What the gates look at. */
export interface GateView {
  readonly at: OsMoment;
  readonly figures: Figures;
  readonly device: 'iPhone' | 'iPad' | 'simulator';
  readonly conditions: Conditions;
  readonly log: LaunchLog;
  readonly foreground: boolean;
  /** Swiped away and not opened since. `all`: processing tasks are held too. */
  readonly forceQuit: 'no' | 'all' | 'all but processing';
  readonly isRunning: (identifier: string) => boolean;
  readonly continuedRunning: number;
  /** When the system would pick it while nothing changes, and its reasons in figures. */
  readonly plan: (pending: Pending) => { readonly opens: number | undefined; readonly detail: () => string };
}

export interface Closed {
  /** Made only when somebody wants to read it. */
  readonly detail: string | (() => string);
  readonly opens?: number | undefined;
  readonly documented?: boolean;
}

export interface GateRow {
  readonly gate: string;
  readonly by: string;
  readonly documented: boolean;
  closed(view: GateView, pending: Pending): Closed | undefined;
}

const isProcessing = ({ request }: Pending): boolean => groupOf(request.kind) === 'processing';
/** Closed until a moment that comes by itself. */
const until = (now: number, opens: number, detail: string): Closed | undefined => (opens > now ? { detail, opens } : undefined);
const when = (closed: boolean, detail: string): Closed | undefined => (closed ? { detail } : undefined);

/** Hold requests of every kind. */
const COMMON: readonly GateRow[] = [
  {
    gate: 'powered off',
    by: 'the phone is started',
    documented: true,
    closed: ({ conditions }) => when(!conditions.powered, 'the phone is off'),
  },
  {
    gate: 'already running',
    by: 'setTaskCompleted',
    documented: false,
    closed: ({ isRunning }, { request }) => when(isRunning(request.identifier), 'the task of the same identifier still runs'),
  },
  {
    gate: 'app switcher',
    by: 'the user opens the app',
    documented: true,
    closed: ({ forceQuit }, pending) =>
      when(forceQuit === 'all' || (forceQuit !== 'no' && !isProcessing(pending)), 'the user force-quit the app'),
  },
  {
    gate: 'backgroundRefreshStatus',
    by: 'Wi-Fi, or Background App Refresh also over cellular',
    documented: false,
    closed: ({ conditions }) =>
      when(conditions.refreshOnPhone === 'wifi' && conditions.connection !== 'wifi', 'Background App Refresh over Wi-Fi only'),
  },
];

/** Hold app-refresh, processing and health research. */
const DISCRETIONARY: readonly GateRow[] = [
  { gate: 'boot', by: 'time', documented: false, closed: bootWait },
  {
    gate: 'earliestBeginDate',
    by: 'time on the wall clock',
    documented: true,
    closed: ({ at }, { request: { earliestBeginDate } }) =>
      earliestBeginDate === undefined ? undefined : until(at.elapsed, earliestBeginDate - at.wall + at.elapsed, 'a floor, not a target'),
  },
  {
    gate: 'UIApplicationStateActive',
    by: 'the user leaves the app',
    documented: false,
    closed: ({ foreground }) => when(foreground, 'the app is in the foreground'),
  },
  {
    gate: 'isLowPowerModeEnabled',
    by: 'Low Power Mode off, or charging',
    documented: true,
    closed: ({ conditions }) => when(conditions.lowPowerEnforced, 'Low Power Mode'),
  },
  {
    gate: 'batteryLevel',
    by: 'charging',
    documented: true,
    closed: ({ conditions, figures }) => when(conditions.level <= figures.batteryFloor, `battery at ${conditions.level} %`),
  },
  {
    gate: 'system budgets',
    by: 'the next day',
    documented: false,
    closed: ({ at, conditions, log, figures }) => {
      const local = conditions.local(at.elapsed);
      if (log.onDay(local) < figures.systemBudget) return undefined;
      return { detail: `${log.onDay(local)} background launches today`, opens: at.elapsed + nextDay(local) - local };
    },
  },
];

const REFRESH: readonly GateRow[] = [
  {
    gate: 'rate limiting',
    by: 'time',
    documented: false,
    closed: ({ at, log, figures }) => {
      const count = log.within(at.elapsed, figures.spacingWindow);
      if (log.last === undefined || count <= figures.spacingLaunches) return undefined;
      return until(at.elapsed, log.last + figures.refreshSpacing, `${count} background launches lately`);
    },
  },
  { gate: 'app usage', by: 'time, or the user opens the app more often', documented: false, closed: ({ plan }, pending) => plan(pending) },
];

const PROCESSING: readonly GateRow[] = [
  { gate: 'device idle', by: 'the user puts the phone away', documented: true, closed: idleWait },
  { gate: 'requiresExternalPower', by: 'a charger', documented: true, closed: powerWait },
  {
    gate: 'requiresNetworkConnectivity',
    by: 'a connection',
    documented: true,
    closed: ({ conditions }, { request }) =>
      when(request.requiresNetworkConnectivity === true && conditions.connection === 'none', 'no connection'),
  },
  {
    gate: 'isProtectedDataAvailable',
    by: 'the user unlocks the phone',
    documented: true,
    closed: ({ conditions }, { request }) => {
      const needed = request.protectionTypeOfRequiredData ?? 'none';
      const state = conditions.protection();
      return when(
        (needed === 'complete' && state !== 'unlocked') || (needed !== 'none' && state === 'before-first-unlock'),
        `data is ${state}`,
      );
    },
  },
  {
    gate: 'rate limiting',
    by: 'time',
    documented: false,
    closed: ({ at, log, figures }) =>
      log.lastProcessing === undefined
        ? undefined
        : until(at.elapsed, log.lastProcessing + figures.processingSpacing, 'spaced from the last one'),
  },
  { gate: 'discretionary', by: 'time', documented: false, closed: ({ plan }, pending) => plan(pending) },
];

const CONTINUED: readonly GateRow[] = [
  {
    gate: 'UIApplicationStateActive',
    by: 'the user opens the app',
    documented: true,
    closed: ({ foreground }) => when(!foreground, 'the app is in the background'),
  },
  {
    gate: 'submission queue',
    by: 'another continued-processing task ends',
    documented: true,
    closed: ({ continuedRunning, figures }) => when(continuedRunning >= figures.continuedAtOnce, `${continuedRunning} run already`),
  },
  { gate: 'submission queue', by: 'time', documented: true, closed: ({ at }) => ({ detail: 'its turn', opens: at.elapsed }) },
];

/** The rows of each group of requests, in the order in which they are asked. */
export const GATES: Readonly<Record<Group, readonly GateRow[]>> = {
  refresh: [...COMMON, ...DISCRETIONARY, ...REFRESH],
  processing: [...COMMON, ...DISCRETIONARY, ...PROCESSING],
  continued: [...COMMON, ...CONTINUED],
};

/** What holds a request. `last`: the gate is the system's own choice of the moment, so the task starts when it opens. */
export interface Holding {
  readonly row: GateRow;
  readonly closed: Closed;
  readonly last: boolean;
}

export function holdingOf(view: GateView, pending: Pending): Holding {
  const rows = GATES[groupOf(pending.request.kind)];
  for (const row of rows) {
    const closed = row.closed(view, pending);
    if (closed !== undefined) return { row, closed, last: row === rows.at(-1) };
  }
  throw new OwnBugError(`no gate answers for ${pending.request.kind}`);
}

export function gateOf({ row, closed }: Holding): Gate {
  const { detail, opens, documented } = closed;
  return {
    gate: row.gate,
    by: row.by,
    detail: read(detail),
    documented: documented ?? row.documented,
    ...(opens === undefined ? {} : { opens }),
  };
}

export function read(detail: Closed['detail']): string {
  return typeof detail === 'string' ? detail : detail();
}

/** Low-priority work waits after boot; the wall clock says how long ago that was. */
function bootWait({ at, conditions, figures }: GateView, { request }: Pending): Closed | undefined {
  if (conditions.bootWall === undefined) return undefined;
  const uptime = at.wall - conditions.bootWall;
  const wait = request.requiresNetworkConnectivity === true ? figures.afterBootNetwork : figures.afterBoot;
  return until(at.elapsed, at.elapsed + wait - uptime, 'shortly after boot');
}

function idleWait({ at, conditions }: GateView): Closed | undefined {
  const from = conditions.idleFrom();
  if (from === undefined) return { detail: 'the phone is in use' };
  return from > at.elapsed ? { detail: 'the phone was in use just now', opens: from, documented: false } : undefined;
}

/** Asked for or not, an iPhone starts a processing task on a charger only; an iPad also with much charge. */
function powerWait({ conditions, device, figures }: GateView, { request }: Pending): Closed | undefined {
  if (conditions.plugged) return undefined;
  if (request.requiresExternalPower === true) return { detail: 'not on a charger' };
  if (device === 'iPad' && conditions.level >= figures.tabletBattery) return undefined;
  return { detail: 'not on a charger, which was not asked for but is needed', documented: false };
}
