import { describe, expect, it } from 'vitest';
import { DAILY, propertiesOf, templateOf, type Environment } from './stack_fixture.ts';

type Json = any;

/** The definition, with references as <LogicalId>. */
function definitionOf(environment: Environment = {}): Json {
  const template = templateOf({ ...DAILY, BACKFILL_ENABLED: 'true', ...environment });
  const parts: Json[] = propertiesOf(template, 'AWS::StepFunctions::StateMachine')['DefinitionString']['Fn::Join'][1];
  const textOf = (part: Json) => (typeof part === 'string' ? part : `<${part.Ref ?? part['Fn::GetAtt'][0]}>`);
  return JSON.parse(parts.map(textOf).join(''));
}

/** All states, those within maps too. */
function statesOf(definition: Json): Record<string, Json> {
  const own = Object.entries<Json>(definition.States);
  const inner = own.flatMap(([, state]) => (state.ItemProcessor ? Object.entries(statesOf(state.ItemProcessor)) : []));
  return Object.fromEntries([...own, ...inner]);
}

describe('the states of a backfill', () => {
  const definition = definitionOf();
  const states = statesOf(definition);

  it('are partition, initialize, one partition after the other, promote', () => {
    expect(definition.StartAt).toBe('Partition');
    expect(states['Partition'].Next).toBe('AreTheyTooMany');
    expect(states['AreTheyTooMany'].Default).toBe('Initialize');
    expect(states['Initialize'].Next).toBe('EachPartition');
    expect(states['EachPartition']).toMatchObject({ MaxConcurrency: 1, ItemsPath: '$.partitions', Next: 'Promote' });
    expect(states['Promote'].End).toBe(true);
  });

  it('are fork, workers, reduce in each partition that is not committed yet', () => {
    const { StartAt } = states['EachPartition'].ItemProcessor;
    expect(StartAt).toBe('Fork');
    expect(states['Fork'].Next).toBe('IsItDone');
    expect(states['IsItDone']).toMatchObject({
      Choices: [{ Variable: '$.done', BooleanEquals: true, Next: 'Done' }],
      Default: 'Work',
    });
    expect(states['Work'].Next).toBe('Reduce');
    expect(states['Reduce'].End).toBe(true);
  });

  it('call the function of their stage', () => {
    const calls = Object.entries(states).filter(([, state]) => state.Type === 'Task');
    expect(calls).toHaveLength(7);
    for (const [name, { Resource, Parameters }] of calls) {
      expect(Resource).toBe('arn:<AWS::Partition>:states:::lambda:invoke');
      const stage = name.replace('GivingUp', '');
      expect(Parameters.FunctionName).toMatch(new RegExp(`^<BackfillStages${stage}Function`));
    }
  });

  it('take their sizes from the settings', () => {
    const { Work, Partition } = statesOf(
      definitionOf({
        BACKFILL_PARTITION_SIZE: '1440',
        BACKFILL_MAX_ITEMS_PER_BATCH: '48',
        BACKFILL_MAX_CONCURRENCY: '200',
      }),
    );
    expect(Partition.Parameters.Payload.partition_size).toBe(1440);
    expect(Work.MaxConcurrency).toBe(200);
    expect(Work.ItemBatcher.MaxItemsPerBatch).toBe(48);
  });

  it('tolerate no worker that fails', () => {
    expect(Object.keys(states['Work']).filter((key) => key.startsWith('Tolerated'))).toEqual([]);
    expect(states['Work'].Catch).toBeUndefined();
  });

  it('give each worker what fork answered, as paths', () => {
    const batch = states['Work'].ItemBatcher.BatchInput;
    expect(Object.keys(batch)).toContain('fork_uri.$');
    for (const [key, path] of Object.entries(batch)) expect(path).toBe(`$.${key.replace('.$', '')}`);
  });

  it('read lists and write results in the bucket of the artifacts, whatever a stage answers', () => {
    const { ItemReader, ResultWriter } = states['Work'];
    expect(ItemReader.Parameters).toEqual({
      Bucket: expect.stringMatching(/^<BackfillArtifacts/),
      'Key.$': '$.items.key',
    });
    expect(ResultWriter.Parameters).toEqual({ Bucket: ItemReader.Parameters.Bucket, Prefix: 'backfill/map-runs' });
  });

  it('retry what may go well the next time, and nothing else', () => {
    for (const state of Object.values(states).filter(({ Type }) => Type === 'Task')) {
      const errors = state.Retry.flatMap((retry: Json) => retry.ErrorEquals);
      expect(errors).toEqual(expect.arrayContaining(['Runtime.ExitError', 'Function.Transient']));
      for (const error of errors)
        expect(error).toMatch(/^(Lambda|Runtime|Sandbox)\.|^States\.Timeout$|^Function\.Transient$/);
      expect(state.TimeoutSeconds).toBeGreaterThan(900);
    }
  });

  it('reject a file that cannot be read in the end, and fail for nothing else of a worker', () => {
    expect(states['Process'].Catch).toEqual([
      { ErrorEquals: ['Function.Transient'], ResultPath: null, Next: 'ProcessGivingUp' },
    ]);
    expect(states['ProcessGivingUp'].Parameters.Payload.BatchInput.give_up).toBe(true);
    expect(states['ProcessGivingUp'].Catch).toBeUndefined();
  });

  it('keep nothing that grows with the archive', () => {
    for (const name of ['EachPartition', 'Work']) expect(states[name].ResultPath).toBeNull();
    for (const name of ['Reduce', 'Done']) expect(states[name].OutputPath).toBeNull();
    expect(states['AreTheyTooMany'].Choices).toEqual([
      { Variable: '$.partitions[1000]', IsPresent: true, Next: 'TooManyPartitions' },
    ]);
    expect(states['TooManyPartitions'].Cause).toContain('BACKFILL_PARTITION_SIZE');
  });
});
