// Which leaf certificate a server over TLS shows. Apart from tls.ts, so that the types of the public API need no package.

/** `expired` and `wrong-host` are faults to meet: a leaf that has run out, and one for a host that nobody asked for. */
export type TlsMode = 'valid' | 'expired' | 'wrong-host';
