CREATE TABLE articles (
    id integer NOT NULL, title text NOT NULL, body text NOT NULL, language text NOT NULL,
    canonical_url text NOT NULL, publisher text NOT NULL, author text NOT NULL,
    published_at timestamptz,
    words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)
    ) STORED
);
