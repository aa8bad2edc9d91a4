// What the tests of the iOS driver share: a context whose machine is the double.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DeviceContext } from '../../../src/device/driver.ts';
import { openXcrun } from '../../../src/device/ios/xcrun.ts';
import type { Xcrun } from '../../../src/device/ios/xcrun.ts';
import type { XcrunDouble } from '../../kit/xcrun/double.ts';
import { doubleMachine } from '../../kit/xcrun/machine.ts';

export function contextOf(double: XcrunDouble): DeviceContext & { signal: AbortSignal } {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwarp-state-'));
  const stop = new AbortController();
  onTestFinished(() => {
    stop.abort();
    rmSync(folder, { recursive: true, force: true });
  });
  return { machine: doubleMachine(double), stateFolder: folder, signal: stop.signal };
}

export async function roomOf(double: XcrunDouble): Promise<{ context: ReturnType<typeof contextOf>; xcrun: Xcrun }> {
  const context = contextOf(double);
  return { context, xcrun: await openXcrun(context) };
}
