// Made of settings.schema.json by `npm run generate`; a test compares the two.
import type { Rule, SettingRow } from './setting_row.ts';

/** All settings, with defaults filled in. */
export interface Settings {
  /** Name of the project; the tag ProjectName of all resources. */
  readonly PROJECT_NAME: string;
  /** Name of the CloudFormation stack, and the beginning of the names of its queues. */
  readonly STACK_NAME: string;
  /** Stage of the deployment; the tag Stage of all resources. */
  readonly STAGE: 'dev' | 'staging' | 'prod';
  /** Path of the dataset file, from the root of the repository. */
  readonly DATASET: string;
  /** Processor that reads the files: `dataset`, or a folder of `processors/`. */
  readonly PROCESSOR: string;
  /** AWS account to deploy to. Without one, the template is made for whichever account deploys it. */
  readonly ACCOUNT_ID?: string;
  /** AWS region to deploy to. */
  readonly ACCOUNT_REGION: string;
  /** Bucket that exists already and takes the store. Without one, the stack makes a bucket. */
  readonly ICECHUNK_BUCKET?: string;
  /** Name of the bucket that the stack makes for the store. Without one, CloudFormation chooses a name that is free. */
  readonly ICECHUNK_BUCKET_NAME?: string;
  /** Folder of the store in its bucket. */
  readonly ICECHUNK_PREFIX: string;
  /** Bucket that the source files are read from. It follows from the dataset file; if it is given, it must say the same. */
  readonly DATA_BUCKET_NAME?: string;
  /** Whether the bucket of the source files, of the same account, may send its notifications straight to the queue, without a topic between them. */
  readonly DATA_BUCKET_NOTIFIES: boolean;
  /** The tag Project of all resources. */
  readonly PROJECT: string;
  /** ARN of the topic that tells of new files; the queue subscribes to it. */
  readonly SNS_TOPIC?: string;
  /** Which messages of the topic reach the queue: S3 notifications about files that the dataset's pattern may match (`dataset`), or all (`none`), as for topics whose messages have another shape. */
  readonly SNS_FILTER: 'dataset' | 'none';
  /** Whether the function takes messages out of the queue. If it does not, they wait there, for 14 days at most. */
  readonly FORWARD_QUEUE_ENABLED: boolean;
  /** The most batches that are worked on at once. A growing axis takes one after the other, whatever this says. */
  readonly MAX_CONCURRENCY: number;
  /** The most messages of one batch, which becomes one commit. */
  readonly SQS_BATCH_SIZE: number;
  /** How long to wait for a batch to fill, in seconds. */
  readonly SQS_BATCH_WINDOW_SECONDS: number;
  /** How long a message that was handed out stays hidden, in seconds. It comes back when its batch was lost. */
  readonly VISIBILITY_TIMEOUT_SECONDS: number;
  /** Deliveries of a message before it goes to the dead letters. */
  readonly MAX_RECEIVE_COUNT: number;
  /** Time that a function has for one batch, in seconds. */
  readonly FUNCTION_TIMEOUT_SECONDS: number;
  /** Memory of a function, in MiB. Its share of processors follows: one at 1769. */
  readonly FUNCTION_MEMORY_MB: number;
  /** Complete ARN of the secret in Secrets Manager that holds the Earthdata login, as JSON with `username` and `password`. Only for sources with `access = "earthdata"`. */
  readonly EARTHDATA_SECRET_ARN?: string;
  /** Every how many days old snapshots are expired and what nothing refers to is deleted (`vdp gc`). 0: never. */
  readonly GARBAGE_COLLECTION_FREQUENCY?: number;
  /** Every how many days the store is compared with its source files (`vdp verify`). 0: never. */
  readonly VERIFY_FREQUENCY?: number;
  /** Every how many days holes are looked for (`vdp gaps`). 0: never. */
  readonly GAPS_FREQUENCY?: number;
  /** The most virtual processors that jobs may have at once; each has one. */
  readonly BATCH_MAX_VCPU: number;
  /** Network that jobs run in, with VPC_SUBNET_IDS and VPC_AVAILABILITY_ZONES. Without one, the stack makes its own, which has no NAT gateway and costs nothing. */
  readonly VPC_ID?: string;
  /** Subnets of VPC_ID that jobs run in, with commas between them. */
  readonly VPC_SUBNET_IDS?: string;
  /** Availability zones of VPC_SUBNET_IDS, in their order. */
  readonly VPC_AVAILABILITY_ZONES?: string;
  /** Whether VPC_SUBNET_IDS are public, so that jobs need a public address to reach anything. */
  readonly VPC_PUBLIC_SUBNETS: boolean;
  /** Not used: jobs run on Fargate, which has no machine image. */
  readonly AMI_ID: string;
  /** Whether the stack has the pipeline that loads a whole archive. */
  readonly BACKFILL_ENABLED: boolean;
  /** Files of one commit of a backfill. */
  readonly BACKFILL_PARTITION_SIZE: number;
  /** Files that one worker of a backfill takes at once. */
  readonly BACKFILL_MAX_ITEMS_PER_BATCH: number;
  /** Workers of a backfill at once. */
  readonly BACKFILL_MAX_CONCURRENCY: number;
  /** Address that alarms are sent to, once it has confirmed the subscription. Without one, they still reach the topic. */
  readonly ALARM_EMAIL?: string;
  /** Hours without a new file after which an alarm is raised. 0: no such alarm. */
  readonly STALE_AFTER_HOURS?: number;
  /** Days that logs are kept. */
  readonly LOG_RETENTION_DAYS: 1 | 3 | 5 | 7 | 14 | 30 | 60 | 90 | 120 | 150 | 180 | 365 | 400 | 545 | 731 | 1096 | 1827 | 2192 | 2557 | 2922 | 3288 | 3653;
  /** The least important messages that the functions and jobs log. */
  readonly LOG_LEVEL: 'debug' | 'info' | 'warning' | 'error';
}

export const SETTINGS_TABLE: readonly SettingRow[] = [
  {
    "name": "PROJECT_NAME",
    "kind": "text",
    "required": false,
    "secret": false,
    "default": "virtualizarr-data-pipelines",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9 ._:/=+@-]{0,127}$",
    "choices": [],
    "expected": "1 to 128 letters, digits, spaces and ._:/=+@-",
    "description": "Name of the project; the tag ProjectName of all resources."
  },
  {
    "name": "STACK_NAME",
    "kind": "text",
    "required": false,
    "secret": false,
    "default": "virtualizarr-data-pipelines",
    "pattern": "^[A-Za-z][A-Za-z0-9-]{0,63}$",
    "choices": [],
    "expected": "1 to 64 letters, digits and hyphens, a letter first",
    "description": "Name of the CloudFormation stack, and the beginning of the names of its queues."
  },
  {
    "name": "STAGE",
    "kind": "text",
    "required": true,
    "secret": false,
    "choices": [
      "dev",
      "staging",
      "prod"
    ],
    "expected": "one of dev, staging, prod",
    "description": "Stage of the deployment; the tag Stage of all resources."
  },
  {
    "name": "DATASET",
    "kind": "text",
    "required": true,
    "secret": false,
    "maximumLength": 1024,
    "pattern": "^[^\\x00-\\x1f]+$",
    "choices": [],
    "expected": "the path of a dataset file",
    "description": "Path of the dataset file, from the root of the repository."
  },
  {
    "name": "PROCESSOR",
    "kind": "text",
    "required": false,
    "secret": false,
    "default": "dataset",
    "pattern": "^[a-z][a-z0-9_-]{0,63}$",
    "choices": [],
    "expected": "1 to 64 lower-case letters, digits, '-' and '_', a letter first",
    "description": "Processor that reads the files: `dataset`, or a folder of `processors/`."
  },
  {
    "name": "ACCOUNT_ID",
    "kind": "text",
    "required": false,
    "secret": false,
    "derived": {
      "environment": "CDK_DEFAULT_ACCOUNT"
    },
    "pattern": "^[0-9]{12}$",
    "choices": [],
    "expected": "12 digits",
    "description": "AWS account to deploy to. Without one, the template is made for whichever account deploys it."
  },
  {
    "name": "ACCOUNT_REGION",
    "kind": "text",
    "required": false,
    "secret": false,
    "default": "us-east-1",
    "pattern": "^[a-z]{2}(-[a-z]+)+-[0-9]$",
    "choices": [],
    "expected": "the name of a region, as us-east-1",
    "description": "AWS region to deploy to."
  },
  {
    "name": "ICECHUNK_BUCKET",
    "kind": "text",
    "required": false,
    "secret": false,
    "pattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    "choices": [],
    "expected": "the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
    "description": "Bucket that exists already and takes the store. Without one, the stack makes a bucket."
  },
  {
    "name": "ICECHUNK_BUCKET_NAME",
    "kind": "text",
    "required": false,
    "secret": false,
    "pattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    "choices": [],
    "expected": "the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
    "description": "Name of the bucket that the stack makes for the store. Without one, CloudFormation chooses a name that is free."
  },
  {
    "name": "ICECHUNK_PREFIX",
    "kind": "text",
    "required": false,
    "secret": false,
    "derived": {
      "fact": "dataset.name"
    },
    "maximumLength": 512,
    "pattern": "^[A-Za-z0-9_=][A-Za-z0-9_.=-]*(/[A-Za-z0-9_=][A-Za-z0-9_.=-]*)*/?$",
    "choices": [],
    "expected": "folders of letters, digits and _.=-, with '/' between them and none in front",
    "description": "Folder of the store in its bucket."
  },
  {
    "name": "DATA_BUCKET_NAME",
    "kind": "text",
    "required": false,
    "secret": false,
    "derived": {
      "fact": "source.bucket"
    },
    "pattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    "choices": [],
    "expected": "the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
    "description": "Bucket that the source files are read from. It follows from the dataset file; if it is given, it must say the same."
  },
  {
    "name": "DATA_BUCKET_NOTIFIES",
    "kind": "boolean",
    "required": false,
    "secret": false,
    "default": "false",
    "choices": [],
    "expected": "true or false",
    "description": "Whether the bucket of the source files, of the same account, may send its notifications straight to the queue, without a topic between them."
  },
  {
    "name": "PROJECT",
    "kind": "text",
    "required": false,
    "secret": false,
    "derived": {
      "setting": "PROJECT_NAME"
    },
    "pattern": "^[A-Za-z0-9][A-Za-z0-9 ._:/=+@-]{0,127}$",
    "choices": [],
    "expected": "1 to 128 letters, digits, spaces and ._:/=+@-",
    "description": "The tag Project of all resources."
  },
  {
    "name": "SNS_TOPIC",
    "kind": "text",
    "required": false,
    "secret": false,
    "pattern": "^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$",
    "choices": [],
    "expected": "the ARN of a topic",
    "description": "ARN of the topic that tells of new files; the queue subscribes to it."
  },
  {
    "name": "SNS_FILTER",
    "kind": "text",
    "required": false,
    "secret": false,
    "default": "dataset",
    "choices": [
      "dataset",
      "none"
    ],
    "expected": "one of dataset, none",
    "description": "Which messages of the topic reach the queue: S3 notifications about files that the dataset's pattern may match (`dataset`), or all (`none`), as for topics whose messages have another shape."
  },
  {
    "name": "FORWARD_QUEUE_ENABLED",
    "kind": "boolean",
    "required": false,
    "secret": false,
    "derived": {
      "inverseOf": "BACKFILL_ENABLED"
    },
    "choices": [],
    "expected": "true or false",
    "description": "Whether the function takes messages out of the queue. If it does not, they wait there, for 14 days at most."
  },
  {
    "name": "MAX_CONCURRENCY",
    "kind": "integer",
    "required": false,
    "secret": false,
    "default": "50",
    "minimum": 2,
    "maximum": 1000,
    "choices": [],
    "expected": "a whole number from 2 to 1000",
    "description": "The most batches that are worked on at once. A growing axis takes one after the other, whatever this says."
  },
  {
    "name": "SQS_BATCH_SIZE",
    "kind": "integer",
    "required": false,
    "secret": false,
    "default": "10",
    "minimum": 1,
    "maximum": 10000,
    "choices": [],
    "expected": "a whole number from 1 to 10000",
    "description": "The most messages of one batch, which becomes one commit."
  },
  {
    "name": "SQS_BATCH_WINDOW_SECONDS",
    "kind": "integer",
    "required": false,
    "secret": false,
    "default": "0",
    "minimum": 0,
    "maximum": 300,
    "choices": [],
    "expected": "a whole number from 0 to 300",
    "description": "How long to wait for a batch to fill, in seconds."
  },
  {
    "name": "VISIBILITY_TIMEOUT_SECONDS",
    "kind": "integer",
    "required": false,
    "secret": false,
    "derived": {
      "sum": [
        [
          6,
          "FUNCTION_TIMEOUT_SECONDS"
        ],
        [
          1,
          "SQS_BATCH_WINDOW_SECONDS"
        ]
      ],
      "atLeast": 1800
    },
    "minimum": 1,
    "maximum": 43200,
    "choices": [],
    "expected": "a whole number from 1 to 43200",
    "description": "How long a message that was handed out stays hidden, in seconds. It comes back when its batch was lost."
  },
  {
    "name": "MAX_RECEIVE_COUNT",
    "kind": "integer",
    "required": false,
    "secret": false,
    "default": "20",
    "minimum": 1,
    "maximum": 1000,
    "choices": [],
    "expected": "a whole number from 1 to 1000",
    "description": "Deliveries of a message before it goes to the dead letters."
  },
  {
    "name": "FUNCTION_TIMEOUT_SECONDS",
    "kind": "integer",
    "required": false,
    "secret": false,
    "default": "300",
    "minimum": 30,
    "maximum": 900,
    "choices": [],
    "expected": "a whole number from 30 to 900",
    "description": "Time that a function has for one batch, in seconds."
  },
  {
    "name": "FUNCTION_MEMORY_MB",
    "kind": "integer",
    "required": false,
    "secret": false,
    "default": "2048",
    "minimum": 128,
    "maximum": 10240,
    "choices": [],
    "expected": "a whole number from 128 to 10240",
    "description": "Memory of a function, in MiB. Its share of processors follows: one at 1769."
  },
  {
    "name": "EARTHDATA_SECRET_ARN",
    "kind": "text",
    "required": false,
    "secret": true,
    "pattern": "^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]{1,519}$",
    "choices": [],
    "expected": "the ARN of a secret",
    "description": "Complete ARN of the secret in Secrets Manager that holds the Earthdata login, as JSON with `username` and `password`. Only for sources with `access = \"earthdata\"`."
  },
  {
    "name": "GARBAGE_COLLECTION_FREQUENCY",
    "kind": "integer",
    "required": false,
    "secret": false,
    "minimum": 0,
    "maximum": 365,
    "choices": [],
    "expected": "a whole number from 0 to 365",
    "description": "Every how many days old snapshots are expired and what nothing refers to is deleted (`vdp gc`). 0: never."
  },
  {
    "name": "VERIFY_FREQUENCY",
    "kind": "integer",
    "required": false,
    "secret": false,
    "minimum": 0,
    "maximum": 365,
    "choices": [],
    "expected": "a whole number from 0 to 365",
    "description": "Every how many days the store is compared with its source files (`vdp verify`). 0: never."
  },
  {
    "name": "GAPS_FREQUENCY",
    "kind": "integer",
    "required": false,
    "secret": false,
    "minimum": 0,
    "maximum": 365,
    "choices": [],
    "expected": "a whole number from 0 to 365",
    "description": "Every how many days holes are looked for (`vdp gaps`). 0: never."
  },
  {
    "name": "BATCH_MAX_VCPU",
    "kind": "integer",
    "required": false,
    "secret": false,
    "default": "10",
    "minimum": 1,
    "maximum": 10000,
    "choices": [],
    "expected": "a whole number from 1 to 10000",
    "description": "The most virtual processors that jobs may have at once; each has one."
  },
  {
    "name": "VPC_ID",
    "kind": "text",
    "required": false,
    "secret": false,
    "pattern": "^vpc-[0-9a-f]{8,17}$",
    "choices": [],
    "expected": "the id of a network, as vpc-0123456789abcdef0",
    "description": "Network that jobs run in, with VPC_SUBNET_IDS and VPC_AVAILABILITY_ZONES. Without one, the stack makes its own, which has no NAT gateway and costs nothing."
  },
  {
    "name": "VPC_SUBNET_IDS",
    "kind": "text",
    "required": false,
    "secret": false,
    "maximumLength": 1024,
    "pattern": "^subnet-[0-9a-f]{8,17}(,subnet-[0-9a-f]{8,17})*$",
    "choices": [],
    "expected": "ids of subnets, with commas between them",
    "description": "Subnets of VPC_ID that jobs run in, with commas between them."
  },
  {
    "name": "VPC_AVAILABILITY_ZONES",
    "kind": "text",
    "required": false,
    "secret": false,
    "maximumLength": 1024,
    "pattern": "^[a-z]{2}(-[a-z]+)+-[0-9][a-z](,[a-z]{2}(-[a-z]+)+-[0-9][a-z])*$",
    "choices": [],
    "expected": "names of availability zones, with commas between them",
    "description": "Availability zones of VPC_SUBNET_IDS, in their order."
  },
  {
    "name": "VPC_PUBLIC_SUBNETS",
    "kind": "boolean",
    "required": false,
    "secret": false,
    "default": "true",
    "choices": [],
    "expected": "true or false",
    "description": "Whether VPC_SUBNET_IDS are public, so that jobs need a public address to reach anything."
  },
  {
    "name": "AMI_ID",
    "kind": "text",
    "required": false,
    "secret": false,
    "default": "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id",
    "pattern": "^[!-~]{1,512}$",
    "choices": [],
    "expected": "the id of a machine image, or resolve:ssm: and a parameter",
    "description": "Not used: jobs run on Fargate, which has no machine image."
  },
  {
    "name": "BACKFILL_ENABLED",
    "kind": "boolean",
    "required": false,
    "secret": false,
    "default": "false",
    "choices": [],
    "expected": "true or false",
    "description": "Whether the stack has the pipeline that loads a whole archive."
  },
  {
    "name": "BACKFILL_PARTITION_SIZE",
    "kind": "integer",
    "required": false,
    "secret": false,
    "default": "500",
    "minimum": 1,
    "maximum": 1000000,
    "choices": [],
    "expected": "a whole number from 1 to 1000000",
    "description": "Files of one commit of a backfill."
  },
  {
    "name": "BACKFILL_MAX_ITEMS_PER_BATCH",
    "kind": "integer",
    "required": false,
    "secret": false,
    "default": "10",
    "minimum": 1,
    "maximum": 10000,
    "choices": [],
    "expected": "a whole number from 1 to 10000",
    "description": "Files that one worker of a backfill takes at once."
  },
  {
    "name": "BACKFILL_MAX_CONCURRENCY",
    "kind": "integer",
    "required": false,
    "secret": false,
    "default": "50",
    "minimum": 1,
    "maximum": 10000,
    "choices": [],
    "expected": "a whole number from 1 to 10000",
    "description": "Workers of a backfill at once."
  },
  {
    "name": "ALARM_EMAIL",
    "kind": "text",
    "required": false,
    "secret": false,
    "pattern": "^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}[.][A-Za-z]{2,24}$",
    "choices": [],
    "expected": "a mail address",
    "description": "Address that alarms are sent to, once it has confirmed the subscription. Without one, they still reach the topic."
  },
  {
    "name": "STALE_AFTER_HOURS",
    "kind": "integer",
    "required": false,
    "secret": false,
    "minimum": 0,
    "maximum": 168,
    "choices": [],
    "expected": "a whole number from 0 to 168",
    "description": "Hours without a new file after which an alarm is raised. 0: no such alarm."
  },
  {
    "name": "LOG_RETENTION_DAYS",
    "kind": "integer",
    "required": false,
    "secret": false,
    "default": "90",
    "choices": [
      "1",
      "3",
      "5",
      "7",
      "14",
      "30",
      "60",
      "90",
      "120",
      "150",
      "180",
      "365",
      "400",
      "545",
      "731",
      "1096",
      "1827",
      "2192",
      "2557",
      "2922",
      "3288",
      "3653"
    ],
    "expected": "one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
    "description": "Days that logs are kept."
  },
  {
    "name": "LOG_LEVEL",
    "kind": "text",
    "required": false,
    "secret": false,
    "default": "info",
    "choices": [
      "debug",
      "info",
      "warning",
      "error"
    ],
    "expected": "one of debug, info, warning, error",
    "description": "The least important messages that the functions and jobs log."
  }
];

export const RULES: readonly Rule[] = [
  {
    "setting": "DATASET",
    "refuses": true,
    "where": [
      {
        "of": "source.scheme",
        "is": "none_of",
        "texts": [
          "s3",
          "https",
          "http"
        ]
      }
    ],
    "text": "a dataset whose source.prefix begins with s3://, https:// or http://, as functions reach no folder; it is {source.prefix}"
  },
  {
    "setting": "DATASET",
    "refuses": true,
    "where": [
      {
        "of": "source.access",
        "is": "one_of",
        "texts": [
          "http-basic",
          "bearer"
        ]
      }
    ],
    "text": "a dataset whose source.access is anonymous, iam or earthdata, as functions have no other keys; it is {source.access}"
  },
  {
    "setting": "DATA_BUCKET_NAME",
    "refuses": true,
    "where": [
      {
        "of": "DATA_BUCKET_NAME",
        "is": "given"
      },
      {
        "of": "source.scheme",
        "is": "one_of",
        "texts": [
          "s3"
        ]
      },
      {
        "of": "DATA_BUCKET_NAME",
        "is": "other_than",
        "other": "source.bucket"
      }
    ],
    "text": "{source.bucket}, as the dataset's source.prefix is {source.prefix}"
  },
  {
    "setting": "DATA_BUCKET_NAME",
    "refuses": true,
    "where": [
      {
        "of": "DATA_BUCKET_NAME",
        "is": "given"
      },
      {
        "of": "source.scheme",
        "is": "none_of",
        "texts": [
          "s3"
        ]
      }
    ],
    "text": "none, as the dataset's source.prefix is {source.prefix}"
  },
  {
    "setting": "DATA_BUCKET_NOTIFIES",
    "refuses": true,
    "where": [
      {
        "of": "DATA_BUCKET_NOTIFIES",
        "is": "one_of",
        "texts": [
          "true"
        ]
      },
      {
        "of": "source.scheme",
        "is": "none_of",
        "texts": [
          "s3"
        ]
      }
    ],
    "text": "false, as the dataset's source.prefix is no bucket: {source.prefix}"
  },
  {
    "setting": "EARTHDATA_SECRET_ARN",
    "refuses": true,
    "where": [
      {
        "of": "EARTHDATA_SECRET_ARN",
        "is": "absent"
      },
      {
        "of": "source.access",
        "is": "one_of",
        "texts": [
          "earthdata"
        ]
      }
    ],
    "text": "the ARN of a secret, as the dataset's source.access is earthdata"
  },
  {
    "setting": "SQS_BATCH_WINDOW_SECONDS",
    "refuses": true,
    "where": [
      {
        "of": "SQS_BATCH_SIZE",
        "is": "above",
        "atLeast": 10,
        "sum": []
      },
      {
        "of": "SQS_BATCH_WINDOW_SECONDS",
        "is": "below",
        "atLeast": 1,
        "sum": []
      }
    ],
    "text": "at least 1, as SQS_BATCH_SIZE is {SQS_BATCH_SIZE}, and batches of more than 10 need a window"
  },
  {
    "setting": "VISIBILITY_TIMEOUT_SECONDS",
    "refuses": true,
    "where": [
      {
        "of": "VISIBILITY_TIMEOUT_SECONDS",
        "is": "below",
        "sum": [
          [
            6,
            "FUNCTION_TIMEOUT_SECONDS"
          ],
          [
            1,
            "SQS_BATCH_WINDOW_SECONDS"
          ]
        ]
      }
    ],
    "text": "at least six times FUNCTION_TIMEOUT_SECONDS ({FUNCTION_TIMEOUT_SECONDS}) and SQS_BATCH_WINDOW_SECONDS ({SQS_BATCH_WINDOW_SECONDS})"
  },
  {
    "setting": "VPC_SUBNET_IDS",
    "refuses": true,
    "where": [
      {
        "of": "VPC_ID",
        "is": "given"
      },
      {
        "of": "VPC_SUBNET_IDS",
        "is": "absent"
      }
    ],
    "text": "subnets of {VPC_ID}, as networks are not looked up"
  },
  {
    "setting": "VPC_AVAILABILITY_ZONES",
    "refuses": true,
    "where": [
      {
        "of": "VPC_ID",
        "is": "given"
      },
      {
        "of": "VPC_AVAILABILITY_ZONES",
        "is": "absent"
      }
    ],
    "text": "the zones of VPC_SUBNET_IDS, as networks are not looked up"
  },
  {
    "setting": "VPC_AVAILABILITY_ZONES",
    "refuses": true,
    "where": [
      {
        "of": "VPC_AVAILABILITY_ZONES",
        "is": "given"
      },
      {
        "of": "VPC_SUBNET_IDS",
        "is": "given"
      },
      {
        "of": "VPC_AVAILABILITY_ZONES",
        "is": "longer_or_shorter_than",
        "other": "VPC_SUBNET_IDS"
      }
    ],
    "text": "as many as VPC_SUBNET_IDS: {VPC_SUBNET_IDS}"
  },
  {
    "setting": "VPC_ID",
    "refuses": true,
    "where": [
      {
        "of": "VPC_ID",
        "is": "absent"
      },
      {
        "of": "VPC_SUBNET_IDS",
        "is": "given"
      }
    ],
    "text": "the network of VPC_SUBNET_IDS"
  },
  {
    "setting": "AMI_ID",
    "refuses": false,
    "where": [
      {
        "of": "AMI_ID",
        "is": "given"
      }
    ],
    "text": "not used: jobs run on Fargate, which has no machine image"
  },
  {
    "setting": "ICECHUNK_BUCKET_NAME",
    "refuses": false,
    "where": [
      {
        "of": "ICECHUNK_BUCKET",
        "is": "given"
      },
      {
        "of": "ICECHUNK_BUCKET_NAME",
        "is": "given"
      }
    ],
    "text": "not used: ICECHUNK_BUCKET names a bucket that exists"
  },
  {
    "setting": "MAX_CONCURRENCY",
    "refuses": false,
    "where": [
      {
        "of": "MAX_CONCURRENCY",
        "is": "given"
      },
      {
        "of": "axis.kind",
        "is": "one_of",
        "texts": [
          "grow"
        ]
      }
    ],
    "text": "not used: the axis grows, and batches follow one another"
  },
  {
    "setting": "BACKFILL_PARTITION_SIZE",
    "refuses": false,
    "where": [
      {
        "of": "BACKFILL_PARTITION_SIZE",
        "is": "given"
      },
      {
        "of": "BACKFILL_ENABLED",
        "is": "one_of",
        "texts": [
          "false"
        ]
      }
    ],
    "text": "not used: BACKFILL_ENABLED is false"
  },
  {
    "setting": "BACKFILL_MAX_ITEMS_PER_BATCH",
    "refuses": false,
    "where": [
      {
        "of": "BACKFILL_MAX_ITEMS_PER_BATCH",
        "is": "given"
      },
      {
        "of": "BACKFILL_ENABLED",
        "is": "one_of",
        "texts": [
          "false"
        ]
      }
    ],
    "text": "not used: BACKFILL_ENABLED is false"
  },
  {
    "setting": "BACKFILL_MAX_CONCURRENCY",
    "refuses": false,
    "where": [
      {
        "of": "BACKFILL_MAX_CONCURRENCY",
        "is": "given"
      },
      {
        "of": "BACKFILL_ENABLED",
        "is": "one_of",
        "texts": [
          "false"
        ]
      }
    ],
    "text": "not used: BACKFILL_ENABLED is false"
  }
];

/** Names in .env that begin so are other programs'. */
export const FOREIGN_PREFIXES: readonly string[] = ["AWS_","CDK_","VDP_","DOCKER_","EARTHDATA_TOKEN","NODE_","JSII_"];
