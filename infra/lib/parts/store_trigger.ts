import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as triggers from 'aws-cdk-lib/triggers';
import type { Construct } from 'constructs';
import type { Settings } from '../settings/settings_table.generated.ts';

/**
 * Makes the store as a part of the deployment, which waits for the answer and fails with it. Made again whenever the
 * function changes: a store that is there already is left as it is.
 */
export function initializeStore(scope: Construct, handler: lambda.Function, settings: Settings): triggers.Trigger {
  return new triggers.Trigger(scope, 'InitializeStore', {
    handler,
    invocationType: triggers.InvocationType.REQUEST_RESPONSE,
    timeout: Duration.seconds(settings.FUNCTION_TIMEOUT_SECONDS),
  });
}
