/** How often what may be used so many times was used: one row each. Its version says whether it is still what was read. */
export function useTable(schema: string): string {
  return `
CREATE TABLE ${schema}.uses (
  subject text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  forget_after double precision NOT NULL,
  state text NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX uses_due ON ${schema}.uses (forget_after);
-- Rows come and go often where many links have few uses.
ALTER TABLE ${schema}.uses SET (autovacuum_vacuum_scale_factor = 0.05);
`;
}
