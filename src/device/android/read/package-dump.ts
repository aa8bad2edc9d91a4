// `dumpsys package PKG` as data: version, whether the app is debuggable, and for one user whether it is installed, stopped, enabled.

export interface PackageFacts {
  readonly version: string;
  readonly targetSdk: number;
  readonly debuggable: boolean;
  readonly installed: boolean;
  /** Force-stopped, or never opened: it gets no broadcast and has no jobs. */
  readonly stopped: boolean;
  readonly neverLaunched: boolean;
}

/** Undefined when the dump does not know the package. */
export function parsePackage(text: string, name: string, user: number): PackageFacts | undefined {
  const block = blockOf(text, name);
  if (block === undefined) return undefined;
  const line = new RegExp(`^\\s*User ${user}:(.*)$`, 'm').exec(block)?.[1] ?? '';
  const said = (key: string): string | undefined => new RegExp(`\\b${key}=(\\S+)`).exec(line)?.[1];
  return {
    version: /^\s*versionName=(.*)$/m.exec(block)?.[1]?.trim() ?? '',
    targetSdk: Number(/\btargetSdk=(\d+)/.exec(block)?.[1] ?? 0),
    debuggable: /^\s*(?:pkgFlags|flags)=\[[^\]]*\bDEBUGGABLE\b/m.test(block),
    installed: said('installed') !== 'false' && line !== '',
    stopped: said('stopped') === 'true',
    neverLaunched: said('notLaunched') === 'true',
  };
}

/** From `Package [name]` to the next one; a section of hidden system packages may hold the name again. */
function blockOf(text: string, name: string): string | undefined {
  const title = `Package [${name}]`;
  const at = text.indexOf(title);
  if (at < 0) return undefined;
  const next = text.indexOf('\n  Package [', at + title.length);
  return text.slice(at, next < 0 ? undefined : next);
}
