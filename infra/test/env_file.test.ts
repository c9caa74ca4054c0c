import { expect, it } from 'vitest';
import { parseEnvFile } from '../lib/settings/env_file.ts';
import { describe as textOf } from '../lib/settings/findings.ts';

const values = (text: string) => Object.fromEntries(parseEnvFile(text).values);

it('reads assignments', () => {
  expect(values('A=1\n  B = two words \nexport C=3\r\nD=\n')).toEqual({ A: '1', B: 'two words', C: '3', D: '' });
});

it('takes comments at the front of lines and behind blanks', () => {
  const text = '# A=1\nB=x # y\nC=x#y\nD=#y\nE="x # y" # z\nF=\'x\'#z\n';
  expect(values(text)).toEqual({ B: 'x', C: 'x#y', D: '', E: 'x # y', F: 'x' });
});

it('tells lines that are no assignments, and does not repeat them', () => {
  const file = parseEnvFile("A=1\ns3cret\n=2\nexport\nB=\"open\n1C=2\nD='x' y\n");
  expect([...file.values.keys()]).toEqual(['A']);
  expect(file.findings.map(textOf)).toEqual(
    [2, 3, 4, 5, 6, 7].map((line) => `.env: line ${line}: expected NAME=VALUE`),
  );
});
