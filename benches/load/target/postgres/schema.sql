-- Articles, what was said in them, by whom and about whom, in normal form. Indexes and
-- constraints come after the rows, as the manual advises (14.4, Populating a Database).

CREATE TABLE entities (
    id integer NOT NULL, name text NOT NULL, type smallint NOT NULL, display_name text NOT NULL
);
CREATE TABLE statements (
    id integer NOT NULL, article integer NOT NULL, speaker integer, kind smallint NOT NULL,
    cue text NOT NULL, said_at timestamptz
);
CREATE TABLE spans (
    statement integer NOT NULL, ordinal smallint NOT NULL, exact text NOT NULL,
    start_at integer, end_at integer, quoted boolean NOT NULL
);
CREATE TABLE mentions (
    statement integer NOT NULL, ordinal smallint NOT NULL, entity integer, words text NOT NULL,
    type smallint NOT NULL
);
