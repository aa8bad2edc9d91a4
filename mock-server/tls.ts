// A certificate authority of this machine alone and a leaf for the addresses an app under test uses, kept in a folder so that a simulator
// or emulator has to trust it once. Keys are readable by their owner only. Trusts nothing and installs nothing by itself.
// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 injects by it
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { UsageError } from '../src/core/errors.ts';
import { makeFolder } from './folder.ts';
import type { TlsMode } from './tls-mode.ts';

export interface LocalTls {
  /** PEM, to be given to a server. */
  cert: string;
  key: string;
  /** File with the certificate to trust. */
  caFile: string;
  /** PEM of the same. */
  ca: string;
}

export interface TlsOptions {
  /** Kept there: `ca.pem`, `ca.key`, `leaf.pem`, `leaf.key`. Made when it is not there. */
  folder: string;
  /** Unix ms. */
  now: number;
  mode?: TlsMode;
  /** Names and addresses besides {@link TLS_HOSTS}. */
  hosts?: readonly string[];
}

/** Where a server on this machine is found: from here, and from inside an Android emulator. */
export const TLS_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '::1', '10.0.2.2'];

const DAY = 86_400_000;
const CA_DAYS = 3_650;
/** Apple refuses a leaf that is valid for longer than 825 days (support.apple.com/103769). */
const LEAF_DAYS = 397;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/**
 * The authority of the folder, made at first use, and a fresh leaf signed by it.
 * Rejects with `TW_TLS_FOLDER` (UsageError) when the folder cannot be read or written.
 */
export async function openLocalTls(options: TlsOptions): Promise<LocalTls> {
  x509.cryptoProvider.set(crypto);
  try {
    makeFolder(options.folder, 0o700);
    const authority = (await readAuthority(options)) ?? (await makeAuthority(options));
    const leaf = await makeLeaf(authority, options);
    writePair(options.folder, 'leaf', leaf);
    return { ...leaf, caFile: join(options.folder, 'ca.pem'), ca: authority.certificate.toString('pem') };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError('TW_TLS_FOLDER', `no certificates in ${options.folder}: ${reason}`, {
      hint: 'choose another --tls-folder, or remove its files',
      cause: error,
    });
  }
}

/** How people make a phone trust the authority, one command per line. */
export function trustAdvice(caFile: string): string[] {
  return [
    'trust it once:',
    `  iOS simulator     xcrun simctl keychain booted add-root-cert ${caFile}`,
    `  Android emulator  adb push ${caFile} /sdcard/Download/ && install it in Settings > Security > CA certificate;`,
    '                    a debug build reads user certificates with <certificates src="user"/> in network_security_config',
    `  Node              NODE_EXTRA_CA_CERTS=${caFile}`,
  ];
}

interface Authority {
  certificate: x509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

/** The authority on disk as long as it lives for another leaf; undefined when there is none. */
async function readAuthority({ folder, now }: TlsOptions): Promise<Authority | undefined> {
  const [certFile, keyFile] = [join(folder, 'ca.pem'), join(folder, 'ca.key')];
  if (!existsSync(certFile) || !existsSync(keyFile)) return undefined;
  const certificate = new x509.X509Certificate(readFileSync(certFile, 'utf8'));
  if (certificate.notAfter.getTime() < now + LEAF_DAYS * DAY) return undefined;
  const privateKey = await crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(readFileSync(keyFile, 'utf8')), EC, true, [
    'sign',
  ]);
  return { certificate, keys: { privateKey, publicKey: await certificate.publicKey.export(EC, ['verify']) } };
}

async function makeAuthority({ folder, now }: TlsOptions): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=tokenwarp local CA (test only), O=tokenwarp',
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + CA_DAYS * DAY),
    signingAlgorithm: EC,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  writePair(folder, 'ca', { cert: certificate.toString('pem'), key: await pemOf(keys.privateKey) });
  return { certificate, keys };
}

async function makeLeaf(
  { certificate, keys: signer }: Authority,
  { now, mode = 'valid', hosts = [] }: TlsOptions,
): Promise<{ cert: string; key: string }> {
  const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const names = mode === 'wrong-host' ? ['elsewhere.invalid'] : [...new Set([...TLS_HOSTS, ...hosts])];
  const until = mode === 'expired' ? now - 60_000 : now + LEAF_DAYS * DAY;
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${names[0] ?? 'localhost'}, O=tokenwarp`,
    issuer: certificate.subject,
    notBefore: new Date(now - 2 * DAY),
    notAfter: new Date(until),
    signingKey: signer.privateKey,
    publicKey: keys.publicKey,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: isAddress(value) ? 'ip' : 'dns', value }))),
      await x509.AuthorityKeyIdentifierExtension.create(certificate),
    ],
  });
  return { cert: `${leaf.toString('pem')}\n${certificate.toString('pem')}\n`, key: await pemOf(keys.privateKey) };
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^[\d.]+$/.test(host);
}

/** 16 random bytes, the first below 0x80: a positive integer (RFC 5280 4.1.2.2). */
function serial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Buffer.from(bytes).toString('hex').replace(/^./, '1');
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

/** The key is never readable by others, not for a moment: created with its mode. */
function writePair(folder: string, name: string, { cert, key }: { cert: string; key: string }): void {
  const keyFile = join(folder, `${name}.key`);
  if (existsSync(keyFile)) chmodSync(keyFile, 0o600);
  writeFileSync(keyFile, `${key.trimEnd()}\n`, { mode: 0o600 });
  writeFileSync(join(folder, `${name}.pem`), `${cert.trimEnd()}\n`);
}
