// The grants of the program's roles, as a template has them.

type Json = any;
/** ROLE -> action -> resources. */
export type GrantTable = Record<string, Record<string, string[]>>;

export function grantTable(template: Json): GrantTable {
  const roleIds = rolesOfProgram(template);
  const table: GrantTable = {};
  for (const [name, id] of roleIds) table[name] = actionsOf(template.Resources[id].Properties);
  return table;
}

/** The logical ids of the roles, by what runs in them: the command of a function, the verb of a job. */
function rolesOfProgram(template: Json): Map<string, string> {
  const roles = new Map<string, string>();
  for (const resource of Object.values<Json>(template.Resources)) {
    const properties = resource.Properties;
    if (resource.Type === 'AWS::Lambda::Function' && properties.PackageType === 'Image') {
      roles.set(properties.ImageConfig.Command[0], properties.Role['Fn::GetAtt'][0]);
    } else if (resource.Type === 'AWS::Batch::JobDefinition') {
      const container = properties.ContainerProperties;
      roles.set(container.Command[0], container.JobRoleArn['Fn::GetAtt'][0]);
    }
  }
  return roles;
}

function actionsOf(role: Json): Record<string, string[]> {
  const actions: Record<string, string[]> = {};
  for (const policy of role.Policies ?? []) {
    for (const statement of policy.PolicyDocument.Statement) {
      for (const action of [statement.Action].flat()) {
        actions[action] = [...(actions[action] ?? []), ...[statement.Resource].flat().map(textOf)];
      }
    }
  }
  return actions;
}

/** An ARN with references as <LogicalId.Attribute>. */
function textOf(value: Json): string {
  if (typeof value === 'string') return value;
  if ('Fn::Join' in value) return value['Fn::Join'][1].map(textOf).join(value['Fn::Join'][0]);
  if ('Fn::GetAtt' in value) return `<${value['Fn::GetAtt'].join('.')}>`;
  return `<${value.Ref}>`;
}
