// Prints the template of the stack: what tests run, as `cdk synth` would deploy it.
import { templateOfSettings } from './settings_template.ts';

console.log(JSON.stringify(templateOfSettings()));
