/**
 * The audit trail. Lines that are appended together stand in blocks of up to 32; what a line can be found by has one entry for each block, with a bit
 * for each line.
 *
 * The position of a block is the time it was recorded at, in milliseconds, times 1024, and one more than the last where that is not enough: so
 * positions tell the order of commits and the time alike, and both tables are cut into months by them. Who appends holds the one row
 * of trail_end, for as long as the call lasts and no round trip longer: what is committed later has a higher position, on whichever node.
 */
export function trailTables(schema: string): string {
  return `
CREATE TABLE ${schema}.trail_end (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), position bigint NOT NULL) WITH (fillfactor = 40);
INSERT INTO ${schema}.trail_end (position) VALUES (0);
CREATE TABLE ${schema}.trail_chains (
  chain text COLLATE "C" PRIMARY KEY,
  count bigint NOT NULL,
  hash text NOT NULL,
  seal text NOT NULL,
  covered_count bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE TABLE ${schema}.trail_segments (
  chain text COLLATE "C" NOT NULL,
  segment int NOT NULL,
  size_bytes bigint NOT NULL,
  first bigint NOT NULL,
  last bigint NOT NULL,
  last_recorded_at bigint NOT NULL,
  PRIMARY KEY (chain, segment)
) WITH (fillfactor = 70);
CREATE TABLE ${schema}.trail_blocks (
  position bigint NOT NULL PRIMARY KEY,
  chain text COLLATE "C" NOT NULL,
  segment int NOT NULL,
  line_count int NOT NULL,
  lines text[] NOT NULL
) PARTITION BY RANGE (position);
CREATE INDEX trail_blocks_segment ON ${schema}.trail_blocks (chain, segment, position);
CREATE TABLE ${schema}.trail_entries (
  term text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  mask int NOT NULL,
  PRIMARY KEY (term, position)
) PARTITION BY RANGE (position);

CREATE FUNCTION ${schema}.append_trail(
  _chain text, _segment int, _recorded_at bigint, _count bigint, _hash text, _seal text, _size_bytes bigint,
  _lines text[], _line_blocks int[], _terms text[], _term_blocks int[], _masks int[], _covered text[], _covered_counts bigint[]
) RETURNS boolean LANGUAGE plpgsql AS $body$
DECLARE
  _before bigint := _count - cardinality(_lines);
  _blocks int := _line_blocks[cardinality(_lines)];
  _end bigint;
  _kept bigint;
  _last int;
BEGIN
  UPDATE ${schema}.trail_end AS e SET position = greatest(e.position + 1, _recorded_at * 1024) + _blocks - 1 RETURNING e.position INTO _end;
  SELECT c.count INTO _kept FROM ${schema}.trail_chains AS c WHERE c.chain = _chain;
  SELECT max(s.segment) INTO _last FROM ${schema}.trail_segments AS s WHERE s.chain = _chain;
  IF _before < 0 OR _segment < 1
    OR (_last IS NULL AND (_before = 0) <> (_segment = 1))
    OR (_last IS NOT NULL AND (_before <> _kept OR _segment NOT IN (_last, _last + 1)))
  THEN
    RETURN false;
  END IF;
  INSERT INTO ${schema}.trail_blocks (position, chain, segment, line_count, lines)
    SELECT _end - _blocks + l.block, _chain, _segment, count(*), array_agg(l.line ORDER BY l.place)
    FROM unnest(_lines, _line_blocks) WITH ORDINALITY AS l(line, block, place) GROUP BY l.block;
  INSERT INTO ${schema}.trail_entries (term, position, mask)
    SELECT t.term, _end - _blocks + t.block, t.mask FROM unnest(_terms, _term_blocks, _masks) AS t(term, block, mask);
  INSERT INTO ${schema}.trail_segments AS s (chain, segment, size_bytes, first, last, last_recorded_at)
    VALUES (_chain, _segment, _size_bytes, _before + 1, _count, _recorded_at)
    ON CONFLICT (chain, segment) DO UPDATE
    SET size_bytes = s.size_bytes + excluded.size_bytes, last = excluded.last, last_recorded_at = excluded.last_recorded_at;
  INSERT INTO ${schema}.trail_chains AS c (chain, count, hash, seal) VALUES (_chain, _count, _hash, _seal)
    ON CONFLICT (chain) DO UPDATE SET count = excluded.count, hash = excluded.hash, seal = excluded.seal;
  UPDATE ${schema}.trail_chains AS c SET covered_count = greatest(c.covered_count, o.count)
    FROM unnest(_covered, _covered_counts) AS o(chain, count) WHERE c.chain = o.chain;
  RETURN true;
END
$body$;

CREATE FUNCTION ${schema}.remove_trail_segment(_chain text, _segment int) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM FROM ${schema}.trail_end FOR UPDATE;
  DELETE FROM ${schema}.trail_segments AS s WHERE s.chain = _chain AND s.segment = _segment;
  DELETE FROM ${schema}.trail_blocks AS b WHERE b.chain = _chain AND b.segment = _segment;
  DELETE FROM ${schema}.trail_chains AS c
    WHERE c.chain = _chain AND NOT EXISTS (SELECT FROM ${schema}.trail_segments AS s WHERE s.chain = _chain);
END
$body$;

-- Goes through the entries of all terms side by side, each leaping to where the one that is furthest stands: so the rarest of them sets the pace.
-- The last row has no lines: it says where to go on, where that is not the end, how much was read, and where the trail ends.
CREATE FUNCTION ${schema}.find_trail(
  _terms text[], _lowest bigint, _highest bigint, _from bigint, _from_mask int, _limit int, _max_examined int, _is_reverse boolean
) RETURNS TABLE (at bigint, mask int, lines text[], examined int, trail_end bigint) LANGUAGE plpgsql STABLE AS $body$
DECLARE
  _step int := CASE WHEN _is_reverse THEN -1 ELSE 1 END;
  _position bigint := _from;
  _furthest bigint;
  _mask int;
  _next_mask int;
  _next bigint;
  _term text;
  _found int := 0;
  _lines text[];
BEGIN
  examined := 0;
  SELECT e.position INTO trail_end FROM ${schema}.trail_end AS e;
  _highest := least(_highest, trail_end);
  IF _is_reverse THEN _position := least(_position, _highest); ELSE _position := greatest(_position, _lowest); END IF;
  <<walk>>
  WHILE _position BETWEEN _lowest AND _highest AND _found <= _limit LOOP
    EXIT WHEN examined >= _max_examined;
    _mask := -1;
    _furthest := _position;
    IF cardinality(_terms) = 0 THEN
      examined := examined + 1;
      IF _is_reverse THEN
        SELECT b.position INTO _next FROM ${schema}.trail_blocks AS b
        WHERE b.position BETWEEN _lowest AND _position ORDER BY b.position DESC LIMIT 1;
      ELSE
        SELECT b.position INTO _next FROM ${schema}.trail_blocks AS b
        WHERE b.position BETWEEN _position AND _highest ORDER BY b.position LIMIT 1;
      END IF;
      IF _next IS NULL THEN _position := NULL; EXIT walk; END IF;
      _position := _next;
      _furthest := _next;
    END IF;
    FOREACH _term IN ARRAY _terms LOOP
      examined := examined + 1;
      IF _is_reverse THEN
        SELECT e.position, e.mask INTO _next, _next_mask FROM ${schema}.trail_entries AS e
        WHERE e.term = _term AND e.position BETWEEN _lowest AND _position ORDER BY e.position DESC LIMIT 1;
      ELSE
        SELECT e.position, e.mask INTO _next, _next_mask FROM ${schema}.trail_entries AS e
        WHERE e.term = _term AND e.position BETWEEN _position AND _highest ORDER BY e.position LIMIT 1;
      END IF;
      IF _next IS NULL THEN _position := NULL; EXIT walk; END IF;
      _mask := _mask & _next_mask;
      _furthest := _next;
      IF cardinality(_terms) = 1 THEN _position := _next; END IF;
      EXIT WHEN _furthest <> _position;
    END LOOP;
    IF _furthest <> _position THEN
      _position := _furthest;
      CONTINUE;
    END IF;
    IF _position = _from THEN _mask := _mask & _from_mask; END IF;
    IF _mask <> 0 THEN
      -- Nothing where its segment has been removed.
      SELECT array_agg(u.line ORDER BY u.i), bit_or(1 << (u.i::int - 1)) INTO _lines, _next_mask
      FROM ${schema}.trail_blocks AS b, unnest(b.lines) WITH ORDINALITY AS u(line, i)
      WHERE b.position = _position AND _mask & (1 << (u.i::int - 1)) <> 0;
      IF _lines IS NOT NULL THEN
        at := _position;
        mask := _next_mask;
        lines := _lines;
        _found := _found + cardinality(_lines);
        RETURN NEXT;
      END IF;
    END IF;
    _position := _position + _step;
  END LOOP;
  at := CASE WHEN _position BETWEEN _lowest AND _highest THEN _position END;
  mask := NULL;
  lines := NULL;
  RETURN NEXT;
END
$body$;`;
}
