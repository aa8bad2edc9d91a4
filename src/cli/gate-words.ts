// What the gates mean that hold a background job: the words of `why`, of the events job.held, and of the background block of a report.
import type { AndroidGate } from '../core/android-words.ts';

/** Meaning, and what opens it. */
type GateWords = readonly [string, string];

export const ANDROID_GATE_WORDS: Readonly<Record<AndroidGate, GateWords>> = {
  FLAG_STOPPED: ['The app was force-stopped, or never opened: its jobs are gone.', 'the user opens the app'],
  USER_LOCKED: ['The phone was not unlocked since it started: the database of WorkManager is sealed.', 'the first unlock'],
  BLOCKED: ['Other work of its chain must succeed first.', 'its prerequisites succeed'],
  NOT_SCHEDULED: ['WorkManager knows the work, JobScheduler has no job for it.', 'the process of the app starts, or other work ends'],
  WORK_NOT_DUE: [
    'Periodic or backed off work before its time on the wall clock; WorkManager refuses to run it.',
    'time, or the wall clock set forward',
  ],
  TIMING_DELAY: ['The minimum latency that JobScheduler was given, in elapsed time.', 'time'],
  CONNECTIVITY: ['No network that fits what the work asks for.', 'a network that fits'],
  CHARGING: ['The work wants a charger; one is believed in only after some minutes.', 'a charger'],
  BATTERY_NOT_LOW: ['The battery is low.', 'a charger, or a higher charge'],
  STORAGE_NOT_LOW: ['The phone has little storage left.', 'free storage'],
  IDLE: ['The work wants the phone idle, and somebody uses it, or did a moment ago.', 'time without use'],
  DEVICE_NOT_DOZING: ['Doze, light or deep.', 'a maintenance window, or the phone in use or on a charger'],
  BACKGROUND_NOT_RESTRICTED: [
    'The user restricted the app, or battery saver is on.',
    'the restriction or battery saver off, or the app in use',
  ],
  WITHIN_QUOTA: ['Its standby bucket has no run time or no sessions left, or is NEVER.', 'time, or the app in use'],
  FLEXIBILITY: [
    'The system waits for a better moment: charger, idle, unmetered network (Android 14 and later).',
    'time, or what it waits for',
  ],
  BATCHING: ['The job waits for company, so that the phone wakes once for several.', 'other jobs, time, or the app in use'],
  CONCURRENCY: ['As many jobs run as the system runs at once.', 'one of them ends'],
};

/** By the names of the model of iOS. */
export const IOS_GATE_WORDS: Readonly<Record<string, GateWords>> = {
  'powered off': ['The phone is off.', 'the phone is started'],
  'already running': ['The task of the same identifier still runs.', 'setTaskCompleted'],
  'app switcher': ['The user swiped the app away: the system starts it for nothing.', 'the user opens the app'],
  backgroundRefreshStatus: ['Background App Refresh is off, for the phone or for the app, or wants Wi-Fi.', 'the switch, or Wi-Fi'],
  boot: ['The phone has just started.', 'time'],
  earliestBeginDate: ['The date that the app named: a floor, not a target.', 'time on the wall clock'],
  UIApplicationStateActive: ['The app is on screen, or for a continued-processing task is not.', 'the user leaves, or opens, the app'],
  isLowPowerModeEnabled: ['Low Power Mode is on.', 'Low Power Mode off, or charging'],
  batteryLevel: ['The battery is low.', 'charging'],
  'system budgets': ['The app has used up what the system grants it for a day.', 'the next day'],
  'rate limiting': ['The system ran the app in the background a short while ago.', 'time'],
  'app usage': ['The system waits for a moment at which the user is likely to open the app.', 'time, or the user opens the app more often'],
  'device idle': ['The phone is in use, or was a moment ago.', 'the user puts the phone away'],
  requiresExternalPower: ['The request wants a charger.', 'a charger'],
  requiresNetworkConnectivity: ['The request wants a connection.', 'a connection'],
  isProtectedDataAvailable: ['The data that the request needs is sealed while the phone is locked.', 'the user unlocks the phone'],
  discretionary: ['The system chooses the moment, best on a charger at night.', 'time'],
  'submission queue': ['It is not its turn among continued-processing tasks.', 'another of them ends'],
};
