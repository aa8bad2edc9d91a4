// What the phone itself is like at a moment: screen, lock, power, battery, motion, network; and what JobScheduler makes of it.
import { JOB_CONSTRAINTS, type JobConstraint } from '../../core/android-words.ts';
import type { Figures } from './tables.ts';
import type { Constraints, NetworkType } from './work-spec.ts';

export interface Network {
  readonly transport: 'none' | 'wifi' | 'cellular' | 'ethernet';
  readonly metered: boolean;
  readonly roaming: boolean;
  /** A metered network that costs nothing for now (5G). */
  readonly temporarilyUnmetered?: boolean;
}

export interface Phone {
  screenOn: boolean;
  /** The keyguard is up. */
  locked: boolean;
  /** Screen off brings the keyguard. */
  keyguard: boolean;
  /** The credential was entered since boot: app storage is readable. */
  userUnlocked: boolean;
  plugged: boolean;
  /** When JobScheduler takes the charger for real. */
  chargingFrom: number;
  level: number;
  batteryLow: boolean;
  powerSave: boolean;
  storageLow: boolean;
  moving: boolean;
  network: Network;
  screenChanged: number;
  screenTotal: number;
}

export const OFFLINE: Network = { transport: 'none', metered: false, roaming: false };
export const WIFI: Network = { transport: 'wifi', metered: false, roaming: false };
export const CELLULAR: Network = { transport: 'cellular', metered: true, roaming: false };

/** In the hand, unlocked, on Wi-Fi, half full. */
export function newPhone(): Phone {
  return {
    screenOn: true,
    locked: false,
    keyguard: true,
    userUnlocked: true,
    plugged: false,
    chargingFrom: Infinity,
    level: 50,
    batteryLow: false,
    powerSave: false,
    storageLow: false,
    moving: false,
    network: WIFI,
    screenChanged: 0,
    screenTotal: 0,
  };
}

export function setScreen(phone: Phone, on: boolean, now: number): void {
  if (phone.screenOn === on) return;
  if (phone.screenOn) phone.screenTotal += now - phone.screenChanged;
  phone.screenOn = on;
  phone.screenChanged = now;
  if (!on) phone.locked = phone.keyguard;
}

export function setPlugged(phone: Phone, plugged: boolean, now: number, figures: Figures): void {
  if (phone.plugged === plugged) return;
  phone.plugged = plugged;
  phone.chargingFrom = plugged ? now + figures.chargingLag : Infinity;
}

export function setLevel(phone: Phone, level: number, figures: Figures): void {
  phone.level = level;
  if (level <= figures.batteryLow) phone.batteryLow = true;
  if (level >= figures.batteryOkay) phone.batteryLow = false;
}

/** In use: on screen and unlocked. Only this ends Doze (wait_for_unlock). */
export function interactive(phone: Phone): boolean {
  return phone.screenOn && !phone.locked;
}

export function screenTime(phone: Phone, now: number): { total: number; on: boolean } {
  return { total: phone.screenTotal + (phone.screenOn ? now - phone.screenChanged : 0), on: phone.screenOn };
}

export function charging(phone: Phone, now: number): boolean {
  return now >= phone.chargingFrom;
}

/** Battery saver pauses on a charger. */
export function savingPower(phone: Phone): boolean {
  return phone.powerSave && !phone.plugged;
}

/** When the device counts as idle for a job that asks for it; Infinity while the screen is on. */
export function deviceIdleFrom(phone: Phone, figures: Figures): number {
  return phone.screenOn ? Infinity : phone.screenChanged + figures.deviceIdleAfter;
}

export function online(phone: Phone): boolean {
  return phone.network.transport !== 'none';
}

/** The constraints WorkManager hands to JobScheduler, in the order and with the names of its dump. */
export const CONSTRAINTS = JOB_CONSTRAINTS;
export type ConstraintName = JobConstraint;

/** The first constraint that does not hold; undefined = all do. */
export function unsatisfied(phone: Phone, constraints: Constraints, now: number, figures: Figures): ConstraintName | undefined {
  if (constraints.network !== undefined && !networkFits(phone.network, constraints.network)) return 'CONNECTIVITY';
  if (constraints.charging === true && !charging(phone, now)) return 'CHARGING';
  if (constraints.batteryNotLow === true && phone.batteryLow) return 'BATTERY_NOT_LOW';
  if (constraints.storageNotLow === true && phone.storageLow) return 'STORAGE_NOT_LOW';
  if (constraints.deviceIdle === true && now < deviceIdleFrom(phone, figures)) return 'IDLE';
  return undefined;
}

/** What RESTRICTED asks of the device instead of quota: all of these at once. */
export function dynamicConstraintsHold(phone: Phone, now: number, figures: Figures): boolean {
  return unsatisfied(phone, { network: 'CONNECTED', charging: true, batteryNotLow: true, deviceIdle: true }, now, figures) === undefined;
}

export function networkFits(network: Network, type: NetworkType): boolean {
  if (type === 'NOT_REQUIRED') return true;
  if (network.transport === 'none') return false;
  switch (type) {
    case 'CONNECTED':
      return true;
    case 'UNMETERED':
      return !network.metered;
    case 'TEMPORARILY_UNMETERED':
      return !network.metered || network.temporarilyUnmetered === true;
    case 'NOT_ROAMING':
      return !network.roaming;
    case 'METERED':
      return network.metered;
  }
}
