// What a scenario says of an Android phone, as inputs of the model: one row per word.
import type { AndroidInput } from '../os/android/inputs.ts';
import { STOP_REASON } from '../os/android/stop-reasons.ts';
import type { Bucket } from '../os/android/tables.ts';
import type { PhoneChange, PhoneWord } from './phone-plan.ts';

type Row = (value: string, workOf: (job: string) => string) => readonly AndroidInput[];

/** Words that stand for no input of their own are carried out by the phone. */
const ROWS: Partial<Record<PhoneWord, Row>> = {
  unlock: () => [{ type: 'screen-on' }, { type: 'user-present' }],
  lock: () => [{ type: 'screen-off' }],
  open: () => [{ type: 'screen-on' }, { type: 'user-present' }, { type: 'app-foreground' }],
  leave: () => [{ type: 'app-background' }],
  'swipe-away': () => [{ type: 'app-swiped' }],
  'force-stop': () => [{ type: 'force-stop' }],
  kill: () => [{ type: 'process-killed', by: 'lmkd' }],
  reboot: () => [{ type: 'reboot' }],
  power: (value) => [{ type: value === 'plugged' ? 'power-connected' : 'power-disconnected' }],
  battery: (value) => [{ type: 'battery-level', percent: Number(value) }],
  'battery-saver': (value) => [{ type: 'power-save-mode', on: value === 'on' }],
  doze: (value) => (value === 'off' ? [{ type: 'unforce-idle' }] : [{ type: 'force-idle', mode: value === 'deep' ? 'deep' : 'light' }]),
  motion: (value) => [{ type: 'motion', moving: value === 'moving' }],
  bucket: (value) => [{ type: 'set-standby-bucket', bucket: value as Bucket }],
  restricted: (value) => [{ type: 'run-any-in-background', allowed: value === 'off' }],
  exempt: (value) => [{ type: 'deviceidle-whitelist', listed: value === 'on' }],
  'reset-quota': () => [{ type: 'reset-execution-quota' }],
  'run-job': (value, workOf) => [{ type: 'run-job', job: workOf(value), flag: 'force' }],
  'stop-job': (value, workOf) => [{ type: 'stop-job', job: workOf(value), reason: STOP_REASON.STOP_REASON_TIMEOUT }],
};

export function androidInputs({ word, value = '' }: PhoneChange, workOf: (job: string) => string): readonly AndroidInput[] {
  return ROWS[word]?.(String(value), workOf) ?? [];
}
