import type { Dataset } from '../dataset/dataset_file.ts';
import type { Settings } from '../settings/settings_table.generated.ts';

/** What every part of the stack is made from. */
export interface Deployment {
  readonly settings: Settings;
  readonly dataset: Dataset;
  /** The folder that the image is built from, with its Dockerfile. */
  readonly imageFolder: string;
}

/** Whether the functions' and jobs' own roles read the source: not where anybody may, nor with another login's keys. */
export function readsSourceWithOwnRole(deployment: Deployment): boolean {
  return deployment.dataset.access === 'iam' && deployment.dataset.source.scheme === 's3';
}

/** Jobs that run every so many days, by their verbs. */
export type JobName = 'gc' | 'verify' | 'gaps';

export function frequenciesInDays(settings: Settings): Map<JobName, number> {
  const frequencies: [JobName, number | undefined][] = [
    ['gc', settings.GARBAGE_COLLECTION_FREQUENCY],
    ['verify', settings.VERIFY_FREQUENCY],
    ['gaps', settings.GAPS_FREQUENCY],
  ];
  return new Map(frequencies.filter((entry): entry is [JobName, number] => (entry[1] ?? 0) > 0));
}
