import { recordTables } from './1-records.ts';
import { useTable } from './2-uses.ts';
import { trailTables } from './3-trail.ts';

/** In order; number one is the first. What has been released is not changed any more: a change is one more at the end. */
export const MIGRATIONS: readonly ((schema: string) => string)[] = [recordTables, useTable, trailTables];
