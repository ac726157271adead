ALTER TABLE articles ADD PRIMARY KEY (id);
CREATE INDEX ON articles (published_at);
CREATE INDEX ON articles (publisher, published_at);
CREATE INDEX ON articles USING gin (words);
