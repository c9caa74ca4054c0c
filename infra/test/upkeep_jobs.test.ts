import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { DAILY, EVERYTHING, propertiesOf, templateOf } from './stack_fixture.ts';

const GC = { ...DAILY, GARBAGE_COLLECTION_FREQUENCY: '2' };
const GIVEN_NETWORK = {
  VPC_ID: 'vpc-0123456789abcdef0',
  VPC_SUBNET_IDS: 'subnet-01234567,subnet-89abcdef',
  VPC_AVAILABILITY_ZONES: 'us-east-1a,us-east-1b',
};

describe('jobs', () => {
  it('are not there unless one has a frequency', () => {
    const template = templateOf({ ...DAILY, VERIFY_FREQUENCY: '0' });
    for (const type of ['AWS::Batch::JobQueue', 'AWS::EC2::VPC', 'AWS::Events::Rule'])
      template.resourceCountIs(type, 0);
  });

  it.each([
    ['GARBAGE_COLLECTION_FREQUENCY', 'gc'],
    ['VERIFY_FREQUENCY', 'verify'],
    ['GAPS_FREQUENCY', 'gaps'],
  ])('%s runs `vdp %s` every so many days', (setting, verb) => {
    const template = templateOf({ ...DAILY, [setting]: '3' });
    template.resourceCountIs('AWS::Batch::JobDefinition', 1);
    template.hasResourceProperties('AWS::Batch::JobDefinition', {
      PlatformCapabilities: ['FARGATE'],
      ContainerProperties: { Command: [verb, '--json'] },
      Timeout: { AttemptDurationSeconds: 21600 },
    });
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(3 days)' });
  });

  it('run every day with a frequency of 1', () => {
    templateOf({ ...DAILY, GAPS_FREQUENCY: '1' }).hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 day)',
    });
  });

  it('know the store and the region', () => {
    const { Environment } = propertiesOf(
      templateOf({ ...GC, ICECHUNK_BUCKET: 'given-store' }),
      'AWS::Batch::JobDefinition',
    )['ContainerProperties'];
    expect(Environment).toEqual(
      expect.arrayContaining([
        { Name: 'VDP_STORE', Value: 's3://given-store/daily' },
        { Name: 'VDP_DATASET', Value: '/app/dataset/dataset.toml' },
        { Name: 'AWS_REGION', Value: 'us-east-1' },
      ]),
    );
  });

  it('are begun anew where they were cut off, and left where they failed', () => {
    const { RetryStrategy } = propertiesOf(templateOf(GC), 'AWS::Batch::JobDefinition');
    expect(RetryStrategy.Attempts).toBe(3);
    expect(RetryStrategy.EvaluateOnExit).toEqual([
      { Action: 'RETRY', OnStatusReason: 'Your Spot Task was interrupted*' },
      { Action: 'RETRY', OnReason: 'CannotPullContainerError:*' },
      { Action: 'EXIT', OnReason: '*' },
    ]);
  });

  it('run on spot capacity, BATCH_MAX_VCPU of it at most', () => {
    templateOf({ ...GC, BATCH_MAX_VCPU: '4' }).hasResourceProperties('AWS::Batch::ComputeEnvironment', {
      ComputeResources: { Type: 'FARGATE_SPOT', MaxvCpus: 4 },
    });
  });

  it('that fail are told to the topic of alarms', () => {
    templateOf(GC).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.batch'],
        'detail-type': ['Batch Job State Change'],
        detail: {
          status: ['FAILED'],
          jobQueue: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('UpkeepQueue'), 'JobQueueArn'] }],
        },
      },
      Targets: [Match.objectLike({ Arn: { Ref: Match.stringLikeRegexp('AlarmsTopic') } })],
    });
  });

  it('have a role each', () => {
    const roles = Object.values(templateOf(EVERYTHING).findResources('AWS::Batch::JobDefinition')).map(
      (job) => job['Properties'].ContainerProperties.JobRoleArn['Fn::GetAtt'][0],
    );
    expect(new Set(roles).size).toBe(3);
  });
});

describe('the network of jobs', () => {
  it('is their own, without NAT, with a gateway to S3, and lets nothing in', () => {
    const template = templateOf(GC);
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.resourceCountIs('AWS::EC2::Subnet', 2);
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [Match.objectLike({ FromPort: 443, ToPort: 443, IpProtocol: 'tcp' })],
    });
    template.hasResourceProperties('AWS::Batch::JobDefinition', {
      ContainerProperties: { NetworkConfiguration: { AssignPublicIp: 'ENABLED' } },
    });
  });

  it('needs no look-up, with an account either', () => {
    const template = templateOf({ ...GC, ACCOUNT_ID: '123456789012', ACCOUNT_REGION: 'us-west-2' });
    expect(JSON.stringify(template.toJSON())).not.toContain('dummy');
    template.allResourcesProperties('AWS::EC2::Subnet', { AvailabilityZone: { 'Fn::Select': Match.anyValue() } });
  });

  it('may be given', () => {
    const template = templateOf({ ...GC, ...GIVEN_NETWORK, VPC_PUBLIC_SUBNETS: 'false' });
    template.resourceCountIs('AWS::EC2::VPC', 0);
    template.hasResourceProperties('AWS::Batch::ComputeEnvironment', {
      ComputeResources: { Subnets: ['subnet-01234567', 'subnet-89abcdef'] },
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', { VpcId: 'vpc-0123456789abcdef0' });
    template.hasResourceProperties('AWS::Batch::JobDefinition', {
      ContainerProperties: { NetworkConfiguration: { AssignPublicIp: 'DISABLED' } },
    });
  });
});
