// source.prefix, as src/dataset/locations.cc makes it absolute.
import { resolve } from 'node:path';

export interface Location {
  readonly url: string;
  readonly scheme: string;
  /** Of a place on S3; empty elsewhere. */
  readonly bucket: string;
  /** Of a place on S3, not encoded: of all keys below it. Empty, or ends in '/'. */
  readonly keyPrefix: string;
}

/** Throws for what may hold a secret, without repeating it. */
export function readLocation(text: string, folder: string): Location {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return local(`file://${encode(withSlash(resolve(folder, text)))}`, 'file');
  if (scheme === 'file') return local(withSlash(text), scheme);
  const rest = text.slice(scheme.length + 3);
  if (/[?#]/.test(rest)) throw new Error('source.prefix has a query or a fragment, expected a URL without');
  const authority = rest.split('/', 1)[0]!;
  if (authority.includes('@')) throw new Error('source.prefix has user-info: secrets do not belong into a URL');
  if (scheme !== 's3') return local(withSlash(text), scheme);
  if (!/^[A-Za-z0-9._-]+$/.test(authority)) {
    throw new Error(`source.prefix: found the bucket '${authority}', expected letters, digits, '-', '.' and '_'`);
  }
  const keyPrefix = decode(withSlash(rest.slice(authority.length))).slice(1);
  return { url: `s3://${authority}/${encode(keyPrefix)}`, scheme, bucket: authority, keyPrefix };
}

function local(url: string, scheme: string): Location {
  return { url, scheme, bucket: '', keyPrefix: '' };
}

function withSlash(text: string): string {
  return text.endsWith('/') ? text : `${text}/`;
}

function encode(path: string): string {
  return path
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/[!'()*]/g, hex))
    .join('/');
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Error('source.prefix: an escape that is no byte of UTF-8');
  }
}
