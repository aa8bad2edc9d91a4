// Devices and checks as lines for people.
import type { Check, Device, MissingTool } from '../../device/driver.ts';
import type { Paint, Style } from '../../report/screen.ts';

export function deviceLines(devices: readonly Device[], paint: Paint, verbose: boolean): string[] {
  const width = (of: (device: Device) => string): number => Math.max(...devices.map((device) => of(device).length));
  const columns = [width(({ id }) => id), width(({ state }) => state), width(({ os = '' }) => os), width(({ kind }) => kind)] as const;
  return devices.flatMap((device) => {
    const { id, state, os = '', kind, name } = device;
    const shown = [
      id.padEnd(columns[0]),
      paint(state === 'ready' ? 'green' : 'yellow', state.padEnd(columns[1])),
      os.padEnd(columns[2]),
      kind.padEnd(columns[3]),
      name,
    ];
    return [shown.join('  ').trimEnd(), ...problemLines(device, paint), ...capabilityLines(device, paint, verbose)];
  });
}

function problemLines({ problem, sameAs }: Device, paint: Paint): string[] {
  return [
    ...(problem === undefined ? [] : [`    ${problem.text}`, `    ${paint('cyan', `fix  ${problem.fix}`)}`]),
    ...(sameAs === undefined ? [] : [`    the same machine as ${sameAs}`]),
  ];
}

function capabilityLines({ capabilities }: Device, paint: Paint, verbose: boolean): string[] {
  const missing = capabilities.filter((capability) => capability.missing !== undefined);
  if (!verbose) return missing.map(({ name, missing: what }) => paint('dim', `    no ${name}: ${what}`));
  const width = Math.max(0, ...capabilities.map(({ name }) => name.length));
  return capabilities.map(({ name, how, missing: what }) =>
    what === undefined ? `    ✓ ${name.padEnd(width)}  ${how}` : paint('dim', `    - ${name.padEnd(width)}  ${what}`),
  );
}

export function missingLines(missing: readonly MissingTool[], paint: Paint): string[] {
  return missing.map(({ tool, found, fix }) => paint('dim', `${tool} ${found}; ${fix}`));
}

const MARKS: Readonly<Record<Check['status'], readonly [string, Style]>> = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  missing: ['✗', 'red'],
  unused: ['-', 'dim'],
};

export function checkLines(checks: readonly Check[], paint: Paint): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.flatMap(({ name, status, found, fix }) => {
    const [mark, style] = MARKS[status];
    const line = `${paint(style, mark)} ${name.padEnd(width)}  ${found}`;
    return fix === undefined ? [line] : [line, `  ${' '.repeat(width)}  ${paint('cyan', `fix  ${fix}`)}`];
  });
}
