import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';
import { grantsOf, type Grant, type GrantedResource, type RoleName } from './grants.ts';
import type { ArtifactsPlace } from './backfill_artifacts.ts';
import type { StorePlace } from './store_bucket.ts';

const OBJECTS: readonly GrantedResource[] = ['store objects', 'source objects', 'backfill artifacts'];

/** What the table of grants speaks of, as resources of this stack; and the roles that it makes. */
export class GrantedResources {
  constructor(
    private readonly stack: Stack,
    private readonly deployment: Deployment,
    private readonly store: StorePlace,
    private readonly queue: sqs.IQueue,
    private readonly deadLetters: sqs.IQueue,
    private readonly artifacts?: ArtifactsPlace,
  ) {}

  /** A role that may do what the table says, and `further`. */
  makeRole(
    scope: Construct,
    id: string,
    name: RoleName,
    service: string,
    further: iam.PolicyStatement[] = [],
  ): iam.Role {
    const grants = grantsOf(name, this.deployment);
    const statements = [...further, ...grants.map((grant) => this.statementOf(grant))];
    const role = new iam.Role(scope, id, {
      assumedBy: new iam.ServicePrincipal(service),
      inlinePolicies: { grants: new iam.PolicyDocument({ statements, minimize: false }) },
    });
    for (const grant of grants.filter(({ on }) => OBJECTS.includes(on))) this.acknowledge(role, grant);
    return role;
  }

  /** Objects of a store, of a source and of a backfill have no fixed names: below a prefix is as narrow as it can be. */
  private acknowledge(role: iam.Role, grant: Grant): void {
    const resource = flattenCfnReference(this.stack.resolve(this.arnOf(grant.on)));
    Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason: grant.why });
  }

  private statementOf(grant: Grant): iam.PolicyStatement {
    return new iam.PolicyStatement({
      actions: [...grant.actions],
      resources: [this.arnOf(grant.on)],
      conditions: this.conditionsOf(grant.on),
    });
  }

  private arnOf(resource: GrantedResource): string {
    switch (resource) {
      case 'store bucket':
        return this.store.bucket.bucketArn;
      case 'store objects':
        return this.store.bucket.arnForObjects(`${this.store.prefix}/*`);
      case 'source bucket':
        return this.sourceBucketArn();
      case 'source objects':
        return `${this.sourceBucketArn()}/${this.deployment.dataset.source.keyPrefix}*`;
      case 'queue':
        return this.queue.queueArn;
      case 'dead letters':
        return this.deadLetters.queueArn;
      case 'backfill artifacts':
        return this.artifacts!.bucket.arnForObjects(`${this.artifacts!.prefix}/*`);
      case 'artifacts bucket':
        return this.artifacts!.bucket.bucketArn;
      case 'earthdata secret':
        return this.deployment.settings.EARTHDATA_SECRET_ARN!;
    }
  }

  private sourceBucketArn(): string {
    const { bucket } = this.deployment.dataset.source;
    return this.stack.formatArn({
      service: 's3',
      region: '',
      account: '',
      resource: bucket,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
  }

  // "IfExists": a request for an object has no prefix, and S3 asks for the right to list before it says that an object
  // is missing. With a plain StringLike, that answer would be 403.
  private conditionsOf(resource: GrantedResource): iam.Conditions | undefined {
    if (resource === 'store bucket') return prefixCondition(`${this.store.prefix}/*`);
    if (resource === 'artifacts bucket') return prefixCondition(`${this.artifacts!.prefix}/*`);
    if (resource !== 'source bucket') return undefined;
    const { keyPrefix } = this.deployment.dataset.source;
    return keyPrefix === '' ? undefined : prefixCondition(`${keyPrefix}*`);
  }
}

function prefixCondition(pattern: string): iam.Conditions {
  return { StringLikeIfExists: { 's3:prefix': pattern } };
}
