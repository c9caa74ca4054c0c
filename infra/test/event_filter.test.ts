import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { eventFilter } from '../lib/dataset/event_filter.ts';
import { readLocation } from '../lib/dataset/location.ts';

interface Entry {
  readonly prefix: string;
  readonly pattern: string;
  readonly key?: { readonly prefix: string } | { readonly suffix: string } | null;
}

// The engine's tests read the same zoo: src/dataset/event_filter_test.cc.
const zoo: Entry[] = JSON.parse(readFileSync(resolve(import.meta.dirname, 'event_filter_zoo.json'), 'utf8'));
const onS3 = zoo.filter(({ prefix }) => prefix.startsWith('s3://'));

it.each(onS3.map((entry) => [`${entry.prefix} ${entry.pattern}`, entry] as const))('%s', (_, entry) => {
  const { bucket, keyPrefix } = readLocation(entry.prefix, '/');
  const filter = eventFilter({ bucket, keyPrefix, pattern: entry.pattern });
  expect(filter.Records.s3.object?.key ?? null).toEqual(entry.key === null ? null : [entry.key]);
  expect(filter.Records.s3.bucket.name).toEqual([bucket]);
  expect(filter.Records.eventName).toEqual([{ prefix: 'ObjectCreated:' }, { prefix: 'ObjectRemoved:' }]);
});
