// Reads what devicectl prints as JSON: physical devices, the apps on one, its processes. A member may be missing in any version.
import { isObject, jsonOf, membersOf, textOf } from './json.ts';

export interface CoreDevice {
  readonly identifier: string;
  readonly udid?: string;
  readonly name: string;
  readonly model?: string;
  readonly version?: string;
  readonly developerMode?: string;
  readonly paired: boolean;
  readonly transport?: string;
  /** A paired device that is not here is listed for ever, with `unavailable`. */
  readonly tunnel?: string;
}

export interface CoreDeviceList {
  readonly devices: readonly CoreDevice[];
  readonly partial: boolean;
}

/** iOS and iPadOS devices; undefined when this is no answer of devicectl. Watches and other platforms are left out. */
export function parseCoreDevices(text: string): CoreDeviceList | undefined {
  const devices = resultOf(text)?.['devices'];
  if (!Array.isArray(devices)) return undefined;
  const read = devices.map(coreDeviceOf);
  return {
    devices: read.filter((device) => device !== 'strange' && device !== 'other'),
    partial: read.includes('strange'),
  };
}

/** Where an app is installed: `file:///private/var/containers/Bundle/Application/<UUID>/Demo.app/`. */
export function parseAppUrl(text: string, bundle: string): { url: string } | 'not-installed' | undefined {
  const apps = resultOf(text)?.['apps'];
  if (!Array.isArray(apps)) return undefined;
  const url = textOf(membersOf(apps.find((app) => membersOf(app)['bundleIdentifier'] === bundle))['url']);
  return url === undefined ? 'not-installed' : { url: url.endsWith('/') ? url : `${url}/` };
}

/** The process whose program lies directly in the app; extensions (.appex) lie deeper and are others. */
export function parseAppPid(text: string, url: string): { pid: number } | 'not-running' | undefined {
  const processes = resultOf(text)?.['runningProcesses'];
  if (!Array.isArray(processes)) return undefined;
  const folder = placeOf(url);
  for (const one of processes) {
    const { executable, processIdentifier: pid } = membersOf(one);
    const place = placeOf(textOf(executable) ?? '');
    if (typeof pid === 'number' && place.startsWith(folder) && !place.slice(folder.length).includes('/')) return { pid };
  }
  return 'not-running';
}

/** Of `device process launch`. */
export function parseLaunchedPid(text: string): number | undefined {
  const pid = membersOf(resultOf(text)?.['process'])['processIdentifier'];
  return typeof pid === 'number' ? pid : undefined;
}

function resultOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const result = membersOf(jsonOf(text))['result'];
  return isObject(result) ? result : undefined;
}

/** `/var` and `/private/var` are the same folder, and either may be written. */
function placeOf(url: string): string {
  return url.replace(/^file:\/\/(?:localhost)?/, '').replace(/^\/private(?=\/var\/)/, '');
}

function coreDeviceOf(value: unknown): CoreDevice | 'strange' | 'other' {
  const { identifier, ...rest } = membersOf(value);
  const hardware = membersOf(rest['hardwareProperties']);
  const device = membersOf(rest['deviceProperties']);
  const connection = membersOf(rest['connectionProperties']);
  if (typeof identifier !== 'string') return 'strange';
  const platform = textOf(hardware['platform']);
  if ((platform !== undefined && platform !== 'iOS') || /^appleWatch|^appleTV|^realityDevice/.test(textOf(hardware['deviceType']) ?? ''))
    return 'other';
  return {
    identifier,
    name: textOf(device['name']) ?? textOf(hardware['marketingName']) ?? identifier,
    paired: connection['pairingState'] !== 'unpaired',
    ...some('udid', hardware['udid']),
    ...some('model', hardware['marketingName'] ?? hardware['productType']),
    ...some('version', device['osVersionNumber']),
    ...some('developerMode', device['developerModeStatus']),
    ...some('transport', connection['transportType']),
    ...some('tunnel', connection['tunnelState']),
  };
}

function some<K extends string>(key: K, value: unknown): { [key in K]?: string } {
  return typeof value === 'string' ? ({ [key]: value } as { [key in K]?: string }) : {};
}
