import { Duration, Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ABANDONED_UPLOADS, PRIVATE_BUCKET } from './private_bucket.ts';

/** Where the stages of a backfill leave what the next one reads. */
export interface ArtifactsPlace {
  readonly bucket: s3.IBucket;
  /** Without '/' at its end. */
  readonly prefix: string;
  readonly url: string;
}

/** Nothing in it is needed once a backfill is promoted; a failed one may be taken up again for as long. */
const KEPT = Duration.days(30);

/**
 * A bucket beside that of the store: a distributed map reads in its own region alone, a store's bucket that was given
 * has rules of its own, and garbage collection must not meet objects that are no part of the store.
 */
export class BackfillArtifacts extends Construct implements ArtifactsPlace {
  readonly bucket: s3.IBucket;
  readonly prefix = 'backfill';
  readonly url: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const bucket = new s3.Bucket(this, 'Bucket', {
      ...PRIVATE_BUCKET,
      lifecycleRules: [{ id: 'artifacts', prefix: `${this.prefix}/`, expiration: KEPT }, ABANDONED_UPLOADS],
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Artifacts of a load live for weeks, and only the functions of the stack touch them.',
    });
    this.bucket = bucket;
    this.url = `s3://${bucket.bucketName}/${this.prefix}`;
  }
}
