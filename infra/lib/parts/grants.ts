// All that functions and jobs may do on AWS, as data: which role may call which actions on what, and why.
// `npm run grants` prints the table as the template has it.
import { BACKFILL_STAGES, type BackfillStage } from './backfill_stages.ts';
import type { Deployment, JobName } from './deployment.ts';
import { readsSourceWithOwnRole } from './deployment.ts';

export type RoleName = 'initialize' | 'process_messages' | BackfillStage | JobName;

export type GrantedResource =
  | 'store bucket'
  | 'store objects'
  | 'source bucket'
  | 'source objects'
  | 'queue'
  | 'dead letters'
  | 'backfill artifacts'
  | 'artifacts bucket'
  | 'earthdata secret';

export interface Grant {
  readonly roles: readonly RoleName[];
  readonly actions: readonly string[];
  readonly on: GrantedResource;
  readonly why: string;
  /** Default: always. */
  readonly when?: (deployment: Deployment) => boolean;
}

const WRITERS: readonly RoleName[] = [
  'initialize',
  'process_messages',
  'backfill_initialize',
  'backfill_reduce',
  'backfill_promote',
  'gc',
];
const READERS: readonly RoleName[] = ['backfill_partition', 'backfill_fork', 'backfill_process', 'verify', 'gaps'];
const SOURCE_READERS: readonly RoleName[] = [
  'initialize',
  'process_messages',
  'backfill_partition',
  'backfill_initialize',
  'backfill_process',
  'backfill_promote',
  'verify',
];

const usesEarthdata = ({ settings, dataset }: Deployment) =>
  settings.EARTHDATA_SECRET_ARN !== undefined && dataset.access === 'earthdata';
const listsGrowingSource = (deployment: Deployment) => deployment.dataset.grows;

export const GRANTS: readonly Grant[] = [
  {
    roles: WRITERS,
    actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
    on: 'store objects',
    why: 'Reads and commits. A commit copies `repo` to its backup: a read and a write. Large objects go up in parts.',
  },
  { roles: READERS, actions: ['s3:GetObject'], on: 'store objects', why: 'Reads the store, and writes nothing.' },
  {
    roles: [...WRITERS, ...READERS],
    actions: ['s3:ListBucket'],
    on: 'store bucket',
    why: 'Without it S3 answers 403 where an object is missing: no store could not be told from a forbidden one.',
  },
  {
    roles: ['gc'],
    actions: ['s3:DeleteObject'],
    on: 'store objects',
    why: 'Deletes what nothing refers to. Nobody else deletes.',
  },
  {
    roles: SOURCE_READERS,
    actions: ['s3:GetObject'],
    on: 'source objects',
    why: 'Reads the source files.',
    when: readsSourceWithOwnRole,
  },
  {
    roles: SOURCE_READERS,
    actions: ['s3:ListBucket'],
    on: 'source bucket',
    why: 'Finds the first file, and tells a file that is gone from one that is forbidden.',
    when: readsSourceWithOwnRole,
  },
  {
    roles: ['gaps'],
    actions: ['s3:ListBucket'],
    on: 'source bucket',
    why: 'On a growing axis, what is missing is what the listing has and the store has not.',
    when: (deployment) => readsSourceWithOwnRole(deployment) && listsGrowingSource(deployment),
  },
  {
    roles: ['process_messages'],
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    on: 'queue',
    why: 'Lambda takes the messages out of the queue in the name of the function.',
  },
  {
    roles: ['process_messages'],
    actions: ['sqs:SendMessage'],
    on: 'dead letters',
    why: 'What is rejected becomes a dead letter at once, with its reason.',
  },
  {
    roles: BACKFILL_STAGES,
    actions: ['s3:GetObject'],
    on: 'backfill artifacts',
    why: 'Reads the plan, and what the stages before it left.',
  },
  {
    roles: ['backfill_partition', 'backfill_fork', 'backfill_process', 'backfill_reduce'],
    actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
    on: 'backfill artifacts',
    why: 'Writes the plan, lists of files, forks and what workers found.',
  },
  {
    roles: BACKFILL_STAGES,
    actions: ['s3:ListBucket'],
    on: 'artifacts bucket',
    why: 'Counts what workers left, and tells an artifact that is missing from one that is forbidden.',
  },
  {
    roles: SOURCE_READERS,
    actions: ['secretsmanager:GetSecretValue'],
    on: 'earthdata secret',
    why: 'Logs in to Earthdata for the keys of the source.',
    when: usesEarthdata,
  },
  {
    roles: ['gaps'],
    actions: ['secretsmanager:GetSecretValue'],
    on: 'earthdata secret',
    why: 'Lists the source of a growing axis.',
    when: (deployment) => usesEarthdata(deployment) && listsGrowingSource(deployment),
  },
];

/** Those of one role in one deployment. */
export function grantsOf(role: RoleName, deployment: Deployment): Grant[] {
  return GRANTS.filter((grant) => grant.roles.includes(role) && (grant.when?.(deployment) ?? true));
}
