import { array, type InferOutput, number, optional, record, string } from 'valibot';
import { members } from '../input.ts';

/** What every refusal looks like. */
export const problem = members({
  type: string(),
  title: string(),
  status: number(),
  detail: string(),
  code: string(),
  requestId: string(),
  errors: optional(array(members({ pointer: string(), detail: string() }))),
  fields: optional(record(string(), string())),
});
export type Problem = InferOutput<typeof problem>;
