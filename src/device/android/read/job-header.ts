// The header line of a job in each dialect: `JOB #u0a123/45: 6412553 PKG/SERVICE` up to Android 13 and where there is no namespace,
// `JOB NS:u0a123/45: 5d421eb @NS@PKG/SERVICE` from 14 on, with `#Worker#` before the `@` where traces are tagged.

export interface JobHeader {
  readonly id: number;
  readonly namespace?: string;
  /** As written: `u0a123`, `1000`. */
  readonly uid: string;
  /** The Android user: 0, or 10 for a work profile. */
  readonly user: number;
  readonly trace?: string;
  /** Component, or `tag:package` for a job on somebody's behalf. */
  readonly name: string;
}

const HEADER = /^\s*JOB (?:#|([^\s:]+):)(u\d+[ais]\d+|\d+)\/(-?\d+):(?: ([^\s/#@]+)(?= |$))? ?(?:#([^#]*)#)?(?:@([^@]+)@)?(.*)$/;

export function parseHeader(line: string): JobHeader | undefined {
  const match = HEADER.exec(line);
  if (match === null) return undefined;
  const [, before, uid = '', id = '', , trace, within, name = ''] = match;
  const namespace = before ?? within;
  return {
    id: Number(id),
    uid,
    user: Number(/^u(\d+)/.exec(uid)?.[1] ?? Math.floor(Number(uid) / 100_000)),
    name: name.trim(),
    ...(namespace === undefined ? {} : { namespace }),
    ...(trace === undefined ? {} : { trace }),
  };
}
