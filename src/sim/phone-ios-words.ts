// What a scenario says of an iPhone, as inputs of the model: one row per word.
import type { Connection, InfoPlist, IosInput } from '../os/ios/words.ts';
import type { PhoneChange, PhoneWord } from './phone-plan.ts';

type Row = (value: string, info: InfoPlist) => readonly IosInput[];

const ROWS: Partial<Record<PhoneWord, Row>> = {
  unlock: () => [{ type: 'unlock' }],
  lock: () => [{ type: 'lock' }],
  open: () => [{ type: 'open' }],
  leave: () => [{ type: 'leave' }],
  'force-quit': () => [{ type: 'force-quit' }],
  kill: () => [{ type: 'terminated', by: 'jetsam' }],
  reboot: () => [{ type: 'boot' }],
  shutdown: () => [{ type: 'shutdown' }],
  boot: () => [{ type: 'boot' }],
  update: (_, info) => [{ type: 'update', info }],
  reinstall: (_, info) => [{ type: 'uninstall' }, { type: 'install', info }],
  prewarm: () => [{ type: 'prewarm' }],
  power: (value) => [{ type: 'battery', plugged: value === 'plugged' }],
  battery: (value) => [{ type: 'battery', level: Number(value) }],
  'low-power-mode': (value) => [{ type: 'low-power-mode', on: value === 'on' }],
  network: (value) => [{ type: 'network', connection: value === 'roaming' ? 'cellular' : (value as Connection) }],
  'background-app-refresh': (value) => {
    if (value === 'on' || value === 'off') return [{ type: 'background-app-refresh', scope: 'app', setting: value }];
    const setting = value === 'on-for-all' ? 'on' : value === 'off-for-all' ? 'off' : 'wifi';
    return [{ type: 'background-app-refresh', scope: 'phone', setting }];
  },
};

export function iosInputs({ word, value = '' }: PhoneChange, info: InfoPlist): readonly IosInput[] {
  return ROWS[word]?.(String(value), info) ?? [];
}
