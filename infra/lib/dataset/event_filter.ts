// Which S3 notifications may be about files of a dataset: the filter policy of its queue's subscription, on the body
// of messages. The engine prints the same: src/dataset/event_filter.h.
import { literalsOf } from './pattern_literals.ts';

// Keys in notifications are encoded as forms are; these characters stay what they are.
const UNCHANGED_HEAD = /^[A-Za-z0-9._\/-]*/;
const UNCHANGED_TAIL = /[A-Za-z0-9._\/-]*$/;

export interface FilterPolicy {
  readonly Records: {
    readonly eventName: readonly { readonly prefix: string }[];
    readonly s3: {
      readonly bucket: { readonly name: readonly string[] };
      readonly object?: { readonly key: readonly ({ readonly prefix: string } | { readonly suffix: string })[] };
    };
  };
}

export interface SourceOnS3 {
  readonly bucket: string;
  /** Of all keys, not encoded; empty, or ends in '/'. */
  readonly keyPrefix: string;
  readonly pattern: string;
}

export function eventFilter(source: SourceOnS3): FilterPolicy {
  const literals = literalsOf(source.pattern);
  const prefix = UNCHANGED_HEAD.exec(source.keyPrefix + literals.head)![0];
  const suffix = UNCHANGED_TAIL.exec(literals.tail)![0];
  return {
    Records: {
      eventName: [{ prefix: 'ObjectCreated:' }, { prefix: 'ObjectRemoved:' }],
      s3: { bucket: { name: [source.bucket] }, ...keyFilter(prefix, suffix) },
    },
  };
}

// Several matches of one key are alternatives, and so a policy cannot ask for a prefix and a suffix.
function keyFilter(prefix: string, suffix: string): Pick<FilterPolicy['Records']['s3'], 'object'> {
  if (prefix !== '') return { object: { key: [{ prefix }] } };
  return suffix === '' ? {} : { object: { key: [{ suffix }] } };
}
