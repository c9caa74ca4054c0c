import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { DAILY, EVERYTHING, propertiesOf, templateOf } from './stack_fixture.ts';

const ALARM = 'AWS::CloudWatch::Alarm';
const alarm = (environment: Record<string, string>, name: string) => propertiesOf(templateOf(environment), ALARM, name);

describe('alarms', () => {
  it('are raised by the first dead letter', () => {
    expect(alarm(DAILY, 'DeadLetters')).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      EvaluationPeriods: 1,
    });
  });

  it('are raised by a message that waits for four visibility timeouts', () => {
    expect(alarm({ ...DAILY, VISIBILITY_TIMEOUT_SECONDS: '2000' }, 'OldestMessage')).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: 8000,
    });
  });

  it('are raised by batches that fail again and again', () => {
    expect(alarm(DAILY, 'FunctionErrors')).toMatchObject({
      MetricName: 'Errors',
      DatapointsToAlarm: 2,
      EvaluationPeriods: 3,
    });
  });

  it('are raised where nothing was written for STALE_AFTER_HOURS', () => {
    expect(alarm({ ...DAILY, STALE_AFTER_HOURS: '36' }, 'NothingNew')).toMatchObject({
      Namespace: 'vdp',
      MetricName: 'Written',
      Dimensions: [{ Name: 'dataset', Value: 'daily' }],
      Statistic: 'Sum',
      Period: 3600,
      EvaluationPeriods: 36,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
  });

  it('about age and news are not there where the queue is not read, or none is asked for', () => {
    templateOf({ ...EVERYTHING, FORWARD_QUEUE_ENABLED: 'false' }).resourceCountIs(ALARM, 3);
    templateOf(DAILY).resourceCountIs(ALARM, 3);
    templateOf(EVERYTHING).resourceCountIs(ALARM, 5);
  });

  it('all go to one topic, which takes TLS alone, and to ALARM_EMAIL', () => {
    const template = templateOf(EVERYTHING);
    template.allResourcesProperties(ALARM, { AlarmActions: [{ Ref: Match.stringLikeRegexp('AlarmsTopic') }] });
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'data-team@example.org' });
    const { Statement } = propertiesOf(template, 'AWS::SNS::TopicPolicy')['PolicyDocument'];
    const allowed = Statement.filter((statement: any) => statement.Effect === 'Allow').map(
      (statement: any) => statement.Principal.Service,
    );
    expect(allowed.sort()).toEqual(['cloudwatch.amazonaws.com', 'events.amazonaws.com']);
    expect(Statement.some((statement: any) => statement.Effect === 'Deny')).toBe(true);
    templateOf(DAILY).resourceCountIs('AWS::SNS::Subscription', 0);
  });
});

describe('the dashboard', () => {
  it('shows all outcomes and the alarms', () => {
    const body = JSON.stringify(propertiesOf(templateOf(EVERYTHING), 'AWS::CloudWatch::Dashboard'));
    for (const name of [
      'Written',
      'Replaced',
      'Retracted',
      'Unchanged',
      'Deferred',
      'Rejected',
      'NothingNew',
      'DeadLetters',
    ])
      expect(body).toContain(name);
  });
});
