// `dumpsys deviceidle` as data: how deep the phone sleeps, whether somebody forced it, who may run all the same. Makers add lines.

export interface DeviceIdle {
  /** ACTIVE, INACTIVE, IDLE_PENDING, SENSING, LOCATING, IDLE, IDLE_MAINTENANCE, QUICK_DOZE_DELAY; undefined when it was not there. */
  readonly deep?: string;
  readonly light?: string;
  readonly forced: boolean;
  readonly deepEnabled: boolean;
  readonly lightEnabled: boolean;
  /** Packages that Doze spares, whoever put them there. */
  readonly allowed: readonly string[];
}

export function parseDeviceIdle(text: string): DeviceIdle {
  const value = (name: string): string | undefined => new RegExp(`(?:^|\\s)${name}=(\\w+)`, 'm').exec(text)?.[1];
  const deep = value('mState');
  const light = value('mLightState');
  return {
    ...(deep === undefined ? {} : { deep }),
    ...(light === undefined ? {} : { light }),
    forced: value('mForceIdle') === 'true',
    deepEnabled: value('mDeepEnabled') !== 'false',
    lightEnabled: value('mLightEnabled') !== 'false',
    allowed: allowedIn(text.split(/\r?\n/)),
  };
}

/** Lists with a title; `(except idle)` apps are spared by App Standby only, Doze holds them. */
function allowedIn(lines: readonly string[]): string[] {
  const allowed: string[] = [];
  let inside = false;
  for (const line of lines) {
    if (/:\s*$/.test(line)) inside = /^\s*Whitelist (?:system|user) apps:/.test(line);
    else if (inside && /^\s+[\w.]+\s*$/.test(line)) allowed.push(line.trim());
    else inside = false;
  }
  return allowed;
}
