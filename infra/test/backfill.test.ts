import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { BACKFILL_STAGES } from '../lib/parts/backfill_stages.ts';
import { DAILY, propertiesOf, templateOf } from './stack_fixture.ts';

const BACKFILL = { ...DAILY, BACKFILL_ENABLED: 'true', ICECHUNK_BUCKET: 'given-store', STACK_NAME: 'daily' };
const TEMPLATE = templateOf(BACKFILL);
const STATE_MACHINE = 'AWS::StepFunctions::StateMachine';
const FUNCTION = 'AWS::Lambda::Function';

describe('the backfill', () => {
  it('is not there unless BACKFILL_ENABLED says so', () => {
    const template = templateOf(DAILY);
    template.resourceCountIs(STATE_MACHINE, 0);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    expect(JSON.stringify(template.toJSON())).not.toMatch(/backfill/i);
  });

  it('lets new files wait in the queue, unless FORWARD_QUEUE_ENABLED says otherwise', () => {
    const source = 'AWS::Lambda::EventSourceMapping';
    TEMPLATE.hasResourceProperties(source, { Enabled: false });
    templateOf({ ...BACKFILL, FORWARD_QUEUE_ENABLED: 'true' }).hasResourceProperties(source, { Enabled: true });
  });

  it('is a function of the one image for each stage, with the time that Lambda has', () => {
    const functions = Object.entries(TEMPLATE.findResources(FUNCTION)).filter(([id]) =>
      id.startsWith('BackfillStages'),
    );
    expect(functions.map(([, { Properties }]) => Properties.ImageConfig.Command[0]).sort()).toEqual(
      [...BACKFILL_STAGES].sort(),
    );
    const image = propertiesOf(TEMPLATE, FUNCTION, 'ProcessMessages')['Code'];
    for (const [, { Properties }] of functions) {
      expect(Properties).toMatchObject({ Timeout: 900, MemorySize: 2048, Code: image });
      expect(Properties.ImageConfig.EntryPoint).toEqual(['/usr/bin/vdp', 'lambda']);
      expect(Properties.Environment.Variables).toMatchObject({
        VDP_STORE: 's3://given-store/daily',
        VDP_BACKFILL_ARTIFACTS: {
          'Fn::Join': ['', ['s3://', { Ref: expect.stringMatching(/^BackfillArtifacts/) }, '/backfill/']],
        },
      });
    }
    expect(new Set(functions.map(([, { Properties }]) => Properties.Role['Fn::GetAtt'][0])).size).toBe(6);
  });

  it('leaves artifacts in a private bucket of its own, for 30 days', () => {
    TEMPLATE.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        BucketName: Match.absent(),
        PublicAccessBlockConfiguration: Match.objectLike({ BlockPublicPolicy: true }),
        LifecycleConfiguration: {
          Rules: Match.arrayWith([{ Id: 'artifacts', Prefix: 'backfill/', ExpirationInDays: 30, Status: 'Enabled' }]),
        },
      },
    });
  });

  it('logs all that its executions do, for LOG_RETENTION_DAYS', () => {
    const template = templateOf({ ...BACKFILL, LOG_RETENTION_DAYS: '7' });
    expect(propertiesOf(template, STATE_MACHINE)['LoggingConfiguration']).toMatchObject({
      Level: 'ALL',
      IncludeExecutionData: true,
    });
    const logs = propertiesOf(template, 'AWS::Logs::LogGroup', 'BackfillLogs');
    expect(logs['RetentionInDays']).toBe(7);
    expect(logs['LogGroupName']['Fn::Join'][1][0]).toBe('/aws/vendedlogs/states/daily-backfill-');
  });

  it('raises an alarm where an execution fails, times out or is aborted', () => {
    const alarm = propertiesOf(TEMPLATE, 'AWS::CloudWatch::Alarm', 'BackfillEnded');
    const metrics = alarm['Metrics'].flatMap((metric: any) => metric.MetricStat?.Metric.MetricName ?? []);
    expect(metrics.sort()).toEqual(['ExecutionsAborted', 'ExecutionsFailed', 'ExecutionsTimedOut']);
    expect(alarm).toMatchObject({ Threshold: 0, ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1 });
    expect(alarm['AlarmActions']).toHaveLength(1);
  });

  it('tells what starts it', () => {
    const { Outputs } = TEMPLATE.toJSON();
    expect(Outputs.BackfillStateMachineArn.Value).toEqual({ Ref: expect.stringMatching(/^BackfillStateMachine/) });
    expect(Outputs).toHaveProperty('BackfillArtifactsUrl');
  });
});

describe('the role of its state machine', () => {
  const role = propertiesOf(TEMPLATE, 'AWS::IAM::Role', 'BackfillRole');
  const statements: any[] = role['Policies'][0].PolicyDocument.Statement;
  const resourcesOf = (action: string) =>
    statements
      .filter((statement) => [statement.Action].flat().includes(action))
      .flatMap((statement) => [statement.Resource].flat())
      .map((resource) => JSON.stringify(resource));

  it('calls the six functions and no other', () => {
    const called = resourcesOf('lambda:InvokeFunction');
    expect(called).toHaveLength(6);
    for (const resource of called)
      expect(resource).toMatch(/^\{"Fn::GetAtt":\["BackfillStages[A-Za-z0-9]+","Arn"\]\}$/);
  });

  it('starts and ends workers of its own state machine alone', () => {
    expect(resourcesOf('states:StartExecution')).toEqual([expect.stringContaining(':stateMachine:daily-backfill')]);
    for (const action of ['states:StopExecution', 'states:DescribeExecution', 'states:RedriveExecution']) {
      for (const resource of resourcesOf(action)) expect(resource).toMatch(/:execution:daily-backfill(\/Workers)?:\*/);
    }
  });

  it('reads artifacts, and writes below the prefix of the map runs alone', () => {
    expect(resourcesOf('s3:PutObject')).toEqual([expect.stringContaining('"/backfill/map-runs/*"')]);
    for (const resource of resourcesOf('s3:GetObject')) expect(resource).toMatch(/"\/backfill\//);
  });

  it('may do nothing on everything but deliver logs, and has no other policy', () => {
    const wide = statements.filter((statement) => statement.Resource === '*').flatMap((statement) => statement.Action);
    expect(wide.every((action) => action.startsWith('logs:'))).toBe(true);
    const policies = Object.values(TEMPLATE.findResources('AWS::IAM::Policy'));
    expect(JSON.stringify(policies)).not.toContain('BackfillRole');
  });
});
