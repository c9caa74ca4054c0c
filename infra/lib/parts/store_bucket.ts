import { Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';
import { ABANDONED_UPLOADS, PRIVATE_BUCKET } from './private_bucket.ts';

/** Where the Icechunk store is. */
export interface StorePlace {
  readonly bucket: s3.IBucket;
  /** Without '/' at its end. */
  readonly prefix: string;
  readonly url: string;
}

/** The bucket of the store: one that is there already, or a new one, which outlives the stack. */
export class StoreBucket extends Construct implements StorePlace {
  readonly bucket: s3.IBucket;
  readonly prefix: string;
  readonly url: string;

  constructor(scope: Construct, id: string, { settings }: Deployment) {
    super(scope, id);
    this.bucket =
      settings.ICECHUNK_BUCKET === undefined
        ? this.makeBucket(settings.ICECHUNK_BUCKET_NAME)
        : s3.Bucket.fromBucketName(this, 'Bucket', settings.ICECHUNK_BUCKET);
    this.prefix = settings.ICECHUNK_PREFIX.replace(/\/$/, '');
    this.url = `s3://${this.bucket.bucketName}/${this.prefix}`;
  }

  private makeBucket(bucketName: string | undefined): s3.Bucket {
    const bucket = new s3.Bucket(this, 'Bucket', {
      bucketName,
      ...PRIVATE_BUCKET,
      // Not versioned: an Icechunk store is its own history. It never writes over an object but `repo`, which it backs
      // up itself, and versions would keep, and cost, all that garbage collection deletes.
      versioned: false,
      lifecycleRules: [ABANDONED_UPLOADS],
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Server access logs would double the requests of small commits; CloudTrail data events log them where wanted.',
    });
    return bucket;
  }
}
