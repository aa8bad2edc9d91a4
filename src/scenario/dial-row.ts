// Short ways to write the example line of a dial: a whole scenario but its head, in flow style.

/** A dial with its key, its line and what else to know. */
export type Row = readonly [dial: string, key: string, example: string, note?: string];
/** The access token expired while the app was closed. */
export const STALE = 'devices: { phone: { session: stale } }';
/** What makes a client with a stale token refresh. */
export const REFRESH = '{ request: /feed }';

/** `steps` in flow style behind an optional head. */
export const steps = (...list: readonly string[]): string => `steps: [${list.join(', ')}]`;
/** The same from a stale session on. */
export const stale = (...list: readonly string[]): string => `${STALE}\n${steps(...list)}`;
/** A refresh that meets a fault. */
export const meets = (fault: string): string => stale(`{ fault: ${fault} }`, REFRESH);
/** A refresh under a policy. */
export const under = (server: string, ...list: readonly string[]): string =>
  `server: ${server}\n${STALE}\n${steps(...(list.length === 0 ? [REFRESH] : list))}`;
