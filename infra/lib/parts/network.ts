import { Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';

/** The network that jobs run in: one that is there already, or a small one of their own. Nothing is looked up. */
export class JobNetwork extends Construct {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  readonly securityGroup: ec2.SecurityGroup;
  /** Whether jobs reach nothing without a public address. */
  readonly needsPublicAddress: boolean;

  constructor(scope: Construct, id: string, { settings, dataset }: Deployment) {
    super(scope, id);
    const given = settings.VPC_ID !== undefined;
    this.vpc = given ? this.useGiven(settings.VPC_ID!, settings.VPC_AVAILABILITY_ZONES!) : this.makeOwn();
    this.subnets = given ? this.givenSubnets(settings.VPC_SUBNET_IDS!) : { subnetType: ec2.SubnetType.PUBLIC };
    this.needsPublicAddress = given ? settings.VPC_PUBLIC_SUBNETS : true;
    this.securityGroup = new ec2.SecurityGroup(this, 'Outward', {
      vpc: this.vpc,
      description: 'Jobs of a pipeline: they call others, and nobody calls them',
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, 'AWS and the source');
    if (dataset.source.scheme === 'http') {
      this.securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTP, 'The source, which has no TLS');
    }
  }

  // Public subnets and no NAT gateway: nobody can reach the jobs, as their security group lets nothing in, and what
  // they read from S3 goes through the gateway endpoint, which costs nothing.
  private makeOwn(): ec2.IVpc {
    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 }],
      gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    });
    Validations.of(vpc).acknowledge({
      id: 'AwsSolutions-VPC7',
      reason:
        'Only outbound calls of short jobs pass here; flow logs would cost more than the network, and may be added.',
    });
    return vpc;
  }

  private useGiven(vpcId: string, zones: string): ec2.IVpc {
    return ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId,
      availabilityZones: zones.split(','),
      region: Stack.of(this).region,
    });
  }

  private givenSubnets(ids: string): ec2.SubnetSelection {
    return { subnets: ids.split(',').map((id) => ec2.Subnet.fromSubnetId(this, id, id)) };
  }
}
