import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDatasetFile, type Dataset } from '../lib/dataset/dataset_file.ts';
import { readLocation } from '../lib/dataset/location.ts';
import { readParams, substitute, variablesIn } from '../lib/dataset/substitution.ts';

const none = () => undefined;
const read = (name: string, lookup: (name: string) => string | undefined = none) =>
  readDatasetFile(resolve(import.meta.dirname, `datasets/${name}/dataset.toml`), lookup);

describe('a dataset file', () => {
  it('tells its source and its axis', () => {
    const dataset = read('daily') as Dataset;
    expect(dataset).toMatchObject({ name: 'daily', access: 'iam', grows: false });
    expect(dataset.source).toMatchObject({ scheme: 's3', bucket: 'daily-archive', keyPrefix: 'level3/' });
    expect(read('monthly')).toMatchObject({ access: 'anonymous', grows: true });
    expect(read('web')).toMatchObject({ access: 'anonymous', eventFilter: undefined });
  });

  it('hands on the variables that it names', () => {
    const dataset = read('protected', (name) => (name === 'COLLECTION' ? 'v2' : undefined)) as Dataset;
    expect(dataset.source.keyPrefix).toBe('v2/');
    expect(dataset.environment).toEqual({ COLLECTION: 'v2' });
  });

  it('that cannot be read says why', () => {
    expect(read('protected')).toEqual(new Error('$COLLECTION is set neither in the environment nor in .env'));
    expect(read('none')).toBeInstanceOf(Error);
  });
});

describe('texts', () => {
  it('have variables and parameters put in', () => {
    const params = readParams({ region: { default: 'north', choices: { north: { tile: 'n01' } } }, year: 2020 }, none);
    expect(Object.fromEntries(params)).toEqual({ region: 'north', tile: 'n01', year: '2020' });
    expect(substitute('$A/${B}/$$/{tile}/{time:%Y}', (name) => name.toLowerCase(), params)).toBe('a/b/$/n01/{time:%Y}');
    expect(variablesIn('$A ${B} $$C {D} $A')).toEqual(['A', 'B']);
  });
});

describe('a location', () => {
  it('is made absolute', () => {
    expect(readLocation('archive', '/data')).toMatchObject({
      url: 'file:///data/archive/',
      scheme: 'file',
      bucket: '',
    });
    expect(readLocation('s3://b/a%20b', '/')).toMatchObject({ url: 's3://b/a%20b/', bucket: 'b', keyPrefix: 'a b/' });
    expect(readLocation('s3://b', '/')).toMatchObject({ url: 's3://b/', keyPrefix: '' });
  });

  it('with a place for secrets is refused, and not repeated', () => {
    for (const text of ['https://user:s3cret@host/x', 's3://b/x?token=s3cret', 'https://host/x#s3cret']) {
      expect(() => readLocation(text, '/')).toThrow(/^(?!.*s3cret).*source\.prefix/);
    }
  });
});
