import { Stack } from 'aws-cdk-lib';
import type { Deployment } from './deployment.ts';
import { METRICS_NAMESPACE } from './metrics.ts';
import type { StorePlace } from './store_bucket.ts';

/** Where the image has the dataset file. */
const DATASET_IN_IMAGE = '/app/dataset/dataset.toml';

// Lambda sets these itself, and refuses functions that bring their own.
const RESERVED = /^(AWS_|LAMBDA_|_)/;

/** Variables that functions and jobs have in common. */
export function programEnvironment(
  stack: Stack,
  { settings, dataset }: Deployment,
  store: StorePlace,
): Record<string, string> {
  const ofDataset = Object.entries(dataset.environment).filter(([name]) => !RESERVED.test(name));
  return {
    ...Object.fromEntries(ofDataset),
    VDP_DATASET: DATASET_IN_IMAGE,
    VDP_STORE: store.url,
    VDP_PROCESSOR: settings.PROCESSOR,
    VDP_METRICS_NAMESPACE: METRICS_NAMESPACE,
    VDP_LOG_LEVEL: settings.LOG_LEVEL,
    ICECHUNK_BUCKET: store.bucket.bucketName,
    ICECHUNK_PREFIX: store.prefix,
    ICECHUNK_REGION: stack.region,
    ...(settings.EARTHDATA_SECRET_ARN === undefined ? {} : { EARTHDATA_SECRET_ARN: settings.EARTHDATA_SECRET_ARN }),
  };
}
