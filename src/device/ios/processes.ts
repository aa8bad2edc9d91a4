// Finds an app among the jobs of a simulator. `simctl launch` prints the pid too, but only when it launches, and with a console only at
// the end; `launchctl list` always knows.

export type AppProcess = { readonly pid: number } | 'not-running';

/** Undefined when it is no such list, or one that was cut. Lines are `PID<TAB>Status<TAB>Label`; the label of an app is `UIKitApplication:<bundle>[xxxx][rb-legacy]`, the pid of a job that does not run `-`. */
export function parseAppProcess(text: string, bundle: string): AppProcess | undefined {
  for (const line of text.split(/\r?\n/)) {
    const [pid = '', , label = ''] = line.trim().split(/\s+/, 3);
    const named = /^UIKitApplication:([^[\]]+)(?:\[|$)/.exec(label)?.[1];
    // The whole name: com.example.app is not com.example.app.debug.
    if (named === bundle && /^\d+$/.test(pid) && Number(pid) > 0) return { pid: Number(pid) };
  }
  // Only a whole list can say that an app is not in it.
  return /^PID\s+Status\s+Label\s*$/m.test(text) && text.endsWith('\n') ? 'not-running' : undefined;
}
