// Prints what the roles of the stack may do, out of its template: {ROLE: {action: [resource]}}.
import { grantTable } from './grant_table.ts';
import { templateOfSettings } from './settings_template.ts';

console.log(JSON.stringify(grantTable(templateOfSettings()), null, 2));
