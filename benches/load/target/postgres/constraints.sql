ALTER TABLE statements ADD FOREIGN KEY (article) REFERENCES articles;
ALTER TABLE statements ADD FOREIGN KEY (speaker) REFERENCES entities;
ALTER TABLE spans ADD FOREIGN KEY (statement) REFERENCES statements;
ALTER TABLE mentions ADD FOREIGN KEY (statement) REFERENCES statements;
ALTER TABLE mentions ADD FOREIGN KEY (entity) REFERENCES entities;
ANALYZE;
