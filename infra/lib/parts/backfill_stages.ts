import { Duration } from 'aws-cdk-lib';

/** Roles of the program, in the order of the state machine. src/pipeline/backfill/README.md says what each does. */
export const BACKFILL_STAGES = [
  'backfill_partition',
  'backfill_initialize',
  'backfill_fork',
  'backfill_process',
  'backfill_reduce',
  'backfill_promote',
] as const;
export type BackfillStage = (typeof BACKFILL_STAGES)[number];

/** The most that Lambda gives. A stage is bounded by the size of a partition, and not by a batch of messages. */
export const BACKFILL_TIMEOUT = Duration.minutes(15);
