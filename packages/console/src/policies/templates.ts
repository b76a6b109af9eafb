/** Documents to begin with. `BUCKET` and `FOLDER` are to be replaced. */
import type { Words } from '../words/words.ts';

export type Template = {
  readonly name: keyof Words['policies'];
  readonly statements: readonly Readonly<Record<string, unknown>>[];
};

const BUCKET = 'arn:aws:s3:::BUCKET';
const OBJECTS = `${BUCKET}/*`;

export const TEMPLATES: readonly Template[] = [
  {
    name: 'readBucket',
    statements: [
      { Sid: 'List', Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: BUCKET },
      { Sid: 'Read', Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectTagging'], Resource: OBJECTS },
    ],
  },
  {
    name: 'writeBucket',
    statements: [
      {
        Sid: 'List',
        Effect: 'Allow',
        Action: ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'],
        Resource: BUCKET,
      },
      {
        Sid: 'ReadAndWrite',
        Effect: 'Allow',
        Action: [
          's3:GetObject',
          's3:PutObject',
          's3:DeleteObject',
          's3:GetObjectTagging',
          's3:PutObjectTagging',
          's3:AbortMultipartUpload',
          's3:ListMultipartUploadParts',
        ],
        Resource: OBJECTS,
      },
    ],
  },
  {
    name: 'uploadOnly',
    statements: [{ Sid: 'Upload', Effect: 'Allow', Action: ['s3:PutObject', 's3:AbortMultipartUpload'], Resource: `${BUCKET}/FOLDER/*` }],
  },
  {
    name: 'shareBucket',
    statements: [
      { Sid: 'List', Effect: 'Allow', Action: 's3:ListBucket', Resource: BUCKET },
      {
        Sid: 'ReadAndShare',
        Effect: 'Allow',
        Action: ['s3:GetObject', 'latchkey:CreateLink', 'latchkey:ChangeLink', 'latchkey:ReadAudit'],
        Resource: OBJECTS,
      },
    ],
  },
  {
    name: 'requestFiles',
    statements: [
      {
        Sid: 'Request',
        Effect: 'Allow',
        Action: [
          'latchkey:CreateUploadRequest',
          'latchkey:ChangeUploadRequest',
          'latchkey:CloseUploadRequest',
          'latchkey:CreateLink',
          's3:PutObject',
          's3:AbortMultipartUpload',
        ],
        Resource: `${BUCKET}/FOLDER/*`,
      },
    ],
  },
  {
    name: 'auditor',
    statements: [
      {
        Sid: 'Look',
        Effect: 'Allow',
        Action: ['latchkey:ReadAudit', 'latchkey:ReadLink', 'latchkey:ReadUploadRequest', 'latchkey:ReadServer'],
        Resource: '*',
      },
    ],
  },
  {
    name: 'ownKeys',
    statements: [
      {
        Sid: 'OwnAccessKeys',
        Effect: 'Allow',
        Action: ['iam:CreateAccessKey', 'iam:ListAccessKeys', 'iam:UpdateAccessKey', 'iam:DeleteAccessKey', 'iam:GetUser'],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the policy language
        Resource: 'arn:aws:iam::*:user/${aws:username}',
      },
    ],
  },
  { name: 'administrator', statements: [{ Sid: 'Everything', Effect: 'Allow', Action: '*', Resource: '*' }] },
  {
    name: 'onlyFrom',
    statements: [
      {
        Sid: 'OnlyFromHere',
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24'] } },
      },
    ],
  },
];

export function templateText({ statements }: Pick<Template, 'statements'>): string {
  return tidy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
}

/** Two spaces to a level; what is no JSON stays as it is. */
export function tidy(text: string): string {
  try {
    return `${JSON.stringify(JSON.parse(text), undefined, 2)}\n`;
  } catch {
    return text;
  }
}
