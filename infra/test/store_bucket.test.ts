import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { DAILY, makeStack, propertiesOf, templateOf } from './stack_fixture.ts';

describe("the store's bucket", () => {
  it('is made encrypted, private and with TLS alone, and outlives the stack', () => {
    const template = templateOf(DAILY);
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketName: Match.absent(),
        VersioningConfiguration: Match.absent(),
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: [Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } })],
        },
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('has the name of ICECHUNK_BUCKET_NAME', () => {
    expect(
      propertiesOf(templateOf({ ...DAILY, ICECHUNK_BUCKET_NAME: 'my-store' }), 'AWS::S3::Bucket')['BucketName'],
    ).toBe('my-store');
  });

  it('is not made where ICECHUNK_BUCKET names one', () => {
    const { stack, template } = makeStack({
      ...DAILY,
      ICECHUNK_BUCKET: 'given-store',
      ICECHUNK_PREFIX: 'stores/daily/',
    });
    template.resourceCountIs('AWS::S3::Bucket', 0);
    expect(stack.resolve(template.toJSON().Outputs.StoreUrl.Value)).toBe('s3://given-store/stores/daily');
    expect(template.toJSON().Outputs.IcechunkBucketName.Value).toBe('given-store');
  });
});
