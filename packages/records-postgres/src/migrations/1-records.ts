/**
 * Records, and for each kind how often it was changed: in eight rows, so that commits to one kind do not wait for each other's disk.
 *
 * A commit is one call, so that no lock is ever held across the network. Commits that name the same record wait for each other, also where it does
 * not exist yet: by advisory locks, taken in ascending order, so that none wait for each other in a circle.
 */
export function recordTables(schema: string): string {
  return `
CREATE TABLE ${schema}.records (
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE TABLE ${schema}.generations (
  kind text COLLATE "C" NOT NULL,
  stripe int NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (kind, stripe)
) WITH (fillfactor = 40);
CREATE FUNCTION ${schema}.commit_records(_kinds text[], _ids text[], _values text[], _if_versions bigint[])
RETURNS TABLE (conflict int, kind text, stripe int, count bigint) LANGUAGE plpgsql AS $body$
#variable_conflict use_column
DECLARE
  _bucket int;
  _version bigint;
  _kind text;
  _stripe int := pg_backend_pid() % 8;
BEGIN
  FOR _bucket IN SELECT DISTINCT hashtext(k || E'\\n' || i) & 255 FROM unnest(_kinds, _ids) AS named(k, i) ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock(hashtext('latchkey records ${schema}'), _bucket);
  END LOOP;
  FOR _i IN 1..cardinality(_kinds) LOOP
    CONTINUE WHEN _if_versions[_i] IS NULL;
    SELECT version INTO _version FROM ${schema}.records WHERE kind = _kinds[_i] AND id = _ids[_i];
    IF coalesce(_version, 0) <> _if_versions[_i] THEN
      RETURN QUERY SELECT _i, NULL::text, NULL::int, NULL::bigint;
      RETURN;
    END IF;
  END LOOP;
  FOR _i IN 1..cardinality(_kinds) LOOP
    IF _values[_i] IS NULL THEN
      DELETE FROM ${schema}.records WHERE kind = _kinds[_i] AND id = _ids[_i];
    ELSE
      INSERT INTO ${schema}.records AS known (kind, id, version, value) VALUES (_kinds[_i], _ids[_i], 1, _values[_i])
      ON CONFLICT (kind, id) DO UPDATE SET version = known.version + 1, value = excluded.value;
    END IF;
  END LOOP;
  FOR _kind IN SELECT DISTINCT k FROM unnest(_kinds) AS named(k) ORDER BY 1 LOOP
    RETURN QUERY INSERT INTO ${schema}.generations AS known (kind, stripe, count) VALUES (_kind, _stripe, 1)
    ON CONFLICT (kind, stripe) DO UPDATE SET count = known.count + 1 RETURNING NULL::int, known.kind, known.stripe, known.count;
  END LOOP;
END
$body$;`;
}
