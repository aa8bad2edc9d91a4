// DeviceIdleController: light and deep Doze with their maintenance windows, as a record that timers and the phone's life step on.
// While the device is idle no ordinary job runs and apps have no network. Pure: every function answers with the next record.
import type { Figures } from './tables.ts';

export type DeepState = 'ACTIVE' | 'INACTIVE' | 'IDLE_PENDING' | 'SENSING' | 'LOCATING' | 'IDLE' | 'IDLE_MAINTENANCE' | 'QUICK_DOZE_DELAY';
export type LightState = 'ACTIVE' | 'INACTIVE' | 'PRE_IDLE' | 'IDLE' | 'WAITING_FOR_NETWORK' | 'IDLE_MAINTENANCE' | 'OVERRIDE';

export interface Doze {
  readonly deep: DeepState;
  readonly light: LightState;
  /** When each steps on by itself, elapsed ms; Infinity = not. */
  readonly deepAt: number;
  readonly lightAt: number;
  /** Length of the next idle stretch and deep window. */
  readonly deepIdle: number;
  readonly deepBudget: number;
  readonly lightIdle: number;
  /** Until when the window that is open may last while there is work. */
  readonly windowEnd: number;
  /** The window is open for work only, its usual length is over. */
  readonly held: boolean;
  /** `cmd deviceidle force-idle`: the phone's life no longer ends it. */
  readonly forced: boolean;
}

/** What of the phone matters to Doze. */
export interface DozeView {
  readonly inUse: boolean;
  readonly moving: boolean;
  readonly online: boolean;
  readonly quick: boolean;
  /** A job of the app runs: a window stays open for it. */
  readonly busy: boolean;
  /** Without a motion sensor there is no deep Doze. */
  readonly hasDeep: boolean;
}

const SHUT = { windowEnd: Infinity, held: false } as const;

export function awake(figures: Figures): Doze {
  const { deepIdle, deepWindowBudget: deepBudget, lightIdle } = figures;
  return { deep: 'ACTIVE', light: 'ACTIVE', deepAt: Infinity, lightAt: Infinity, ...SHUT, deepIdle, deepBudget, lightIdle, forced: false };
}

/** No jobs, no network for apps. */
export function isIdle(doze: Doze): boolean {
  return doze.deep === 'IDLE' || doze.light === 'IDLE' || doze.light === 'WAITING_FOR_NETWORK';
}

export function inWindow(doze: Doze): boolean {
  return doze.deep === 'IDLE_MAINTENANCE' || doze.light === 'IDLE_MAINTENANCE';
}

/** What Doze means for an app: nothing, asleep (lightly or deeply), or a maintenance window. */
export type DozePhase = 'awake' | 'light' | 'deep' | 'window';

export function phaseOf(doze: Doze): DozePhase {
  if (inWindow(doze)) return 'window';
  if (!isIdle(doze)) return 'awake';
  return doze.deep === 'IDLE' ? 'deep' : 'light';
}

export function nextStep(doze: Doze): number {
  return Math.min(doze.deepAt, doze.lightAt);
}

/** Something about the phone changed. */
export function react(doze: Doze, view: DozeView, now: number, figures: Figures): Doze {
  if (doze.forced) return doze;
  if (view.inUse) return doze.deep === 'ACTIVE' && doze.light === 'ACTIVE' ? doze : awake(figures);
  if (doze.deep === 'ACTIVE' && doze.light === 'ACTIVE') return becomeInactive(view, now, figures);
  return moved(quickened(resumed(doze, view, now), view, now, figures), view, now, figures);
}

/** One timer has come due. */
export function step(doze: Doze, view: DozeView, now: number, figures: Figures): Doze {
  return doze.deepAt <= doze.lightAt ? stepDeep(doze, view, now, figures) : stepLight(doze, view, now, figures);
}

/** When jobs may run again if the phone stays as it is. */
export function nextWindow(doze: Doze, view: DozeView, figures: Figures): number | undefined {
  let [at, then] = [0, doze];
  while (isIdle(then)) {
    at = nextStep(then);
    if (at === Infinity) return undefined;
    then = step(then, { ...view, busy: false }, at, figures);
  }
  return at;
}

export function forceIdle(mode: 'deep' | 'light', now: number, figures: Figures): Doze {
  const base = { ...awake(figures), forced: true };
  return mode === 'deep' ? enterDeepIdle(base, now, figures) : { ...base, ...enterLightIdle(base, now, figures) };
}

export function unforce(view: DozeView, now: number, figures: Figures): Doze {
  return react(awake(figures), view, now, figures);
}

function becomeInactive(view: DozeView, now: number, figures: Figures): Doze {
  const light = { light: 'INACTIVE', lightAt: now + figures.lightAfterInactive } as const;
  if (!view.hasDeep) return { ...awake(figures), ...light, deep: 'INACTIVE' };
  const deep = view.quick
    ? ({ deep: 'QUICK_DOZE_DELAY', deepAt: now + figures.quickDozeDelay } as const)
    : ({ deep: 'INACTIVE', deepAt: now + figures.deepInactive } as const);
  return { ...awake(figures), ...light, ...deep };
}

/** Network is back for a light window that waited for it; a window that was held open for work closes behind it. */
function resumed(doze: Doze, view: DozeView, now: number): Doze {
  if (doze.light === 'WAITING_FOR_NETWORK' && view.online) return { ...doze, lightAt: now };
  if (view.busy || !doze.held) return doze;
  return doze.deep === 'IDLE_MAINTENANCE' ? { ...doze, deepAt: now } : { ...doze, lightAt: now };
}

function quickened(doze: Doze, view: DozeView, now: number, figures: Figures): Doze {
  const before = doze.deep === 'INACTIVE' || doze.deep === 'IDLE_PENDING' || doze.deep === 'SENSING' || doze.deep === 'LOCATING';
  if (!view.quick || !view.hasDeep || !before) return doze;
  return { ...doze, deep: 'QUICK_DOZE_DELAY', deepAt: now + figures.quickDozeDelay };
}

/** Motion throws deep Doze back to waiting, and light Doze too where deep had taken over. Quick Doze does not care. */
function moved(doze: Doze, view: DozeView, now: number, figures: Figures): Doze {
  if (view.quick || !view.hasDeep) return doze;
  const watching = doze.deep !== 'ACTIVE' && doze.deep !== 'INACTIVE' && doze.deep !== 'QUICK_DOZE_DELAY';
  if (view.moving && watching) {
    const light = doze.light === 'OVERRIDE' ? ({ light: 'INACTIVE', lightAt: now + figures.lightAfterInactive } as const) : {};
    const { deepIdle, deepBudget } = awake(figures);
    return { ...doze, ...light, deep: 'INACTIVE', deepAt: Infinity, deepIdle, deepBudget };
  }
  if (!view.moving && doze.deep === 'INACTIVE' && doze.deepAt === Infinity) return { ...doze, deepAt: now + figures.motionInactive };
  return doze;
}

function stepDeep(doze: Doze, view: DozeView, now: number, figures: Figures): Doze {
  switch (doze.deep) {
    case 'INACTIVE':
      if (view.moving) return { ...doze, deepAt: Infinity };
      return { ...doze, deep: 'IDLE_PENDING', deepAt: now + figures.deepIdlePending };
    case 'IDLE_PENDING':
      return { ...doze, deep: 'SENSING', deepAt: now + figures.sensing };
    case 'SENSING':
      return { ...doze, deep: 'LOCATING', deepAt: now + figures.locating };
    case 'IDLE':
      return openDeepWindow(doze, now, figures);
    case 'IDLE_MAINTENANCE':
      return view.busy && now < doze.windowEnd ? { ...doze, deepAt: doze.windowEnd, held: true } : enterDeepIdle(doze, now, figures);
    case 'LOCATING':
    case 'QUICK_DOZE_DELAY':
    case 'ACTIVE':
      return enterDeepIdle(doze, now, figures);
  }
}

function enterDeepIdle(doze: Doze, now: number, figures: Figures): Doze {
  const deepIdle = Math.min(doze.deepIdle * 2, figures.deepIdleMax);
  return { ...doze, deep: 'IDLE', deepAt: now + doze.deepIdle, deepIdle, light: 'OVERRIDE', lightAt: Infinity, ...SHUT };
}

function openDeepWindow(doze: Doze, now: number, figures: Figures): Doze {
  const deepBudget = Math.min(doze.deepBudget * 2, figures.deepWindowBudgetMax);
  const deepAt = now + Math.min(figures.deepWindow, doze.deepBudget);
  return { ...doze, deep: 'IDLE_MAINTENANCE', deepAt, deepBudget, windowEnd: now + doze.deepBudget };
}

function stepLight(doze: Doze, view: DozeView, now: number, figures: Figures): Doze {
  switch (doze.light) {
    case 'INACTIVE':
      if (figures.lightPreIdle > 0) return { ...doze, light: 'PRE_IDLE', lightAt: now + figures.lightPreIdle };
      return enterLightIdle(doze, now, figures);
    case 'IDLE':
      if (!view.online) return { ...doze, light: 'WAITING_FOR_NETWORK', lightAt: now + doze.lightIdle };
      return openLightWindow(doze, now, figures);
    case 'WAITING_FOR_NETWORK':
      return openLightWindow(doze, now, figures);
    case 'IDLE_MAINTENANCE':
      return view.busy && now < doze.windowEnd ? { ...doze, lightAt: doze.windowEnd, held: true } : enterLightIdle(doze, now, figures);
    case 'PRE_IDLE':
    case 'ACTIVE':
    case 'OVERRIDE':
      return enterLightIdle(doze, now, figures);
  }
}

function enterLightIdle(doze: Doze, now: number, figures: Figures): Doze {
  const lightIdle = Math.min(doze.lightIdle * 2, figures.lightIdleMax);
  return { ...doze, light: 'IDLE', lightAt: now + doze.lightIdle, lightIdle, ...SHUT };
}

function openLightWindow(doze: Doze, now: number, figures: Figures): Doze {
  const lightAt = now + Math.min(figures.lightWindow, figures.lightWindowMax);
  return { ...doze, light: 'IDLE_MAINTENANCE', lightAt, windowEnd: now + figures.lightWindowMax };
}
