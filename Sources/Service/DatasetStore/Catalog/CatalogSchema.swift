import GRDB

/// The tables of `catalog.sqlite`. Migrations are only ever appended.
///
/// `image` and `revision_image` name blobs; a blob that neither names is garbage. Times are milliseconds since 1970. A revision without a number is being made.
enum CatalogSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 datasets, images, revisions") { db in
            try db.execute(
                sql: """
                    CREATE TABLE dataset (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        name TEXT NOT NULL UNIQUE,
                        description TEXT NOT NULL,
                        classes TEXT,                       -- JSON array; NULL: learned from the labels
                        last_revision INTEGER NOT NULL DEFAULT 0,
                        created_at INTEGER NOT NULL,
                        updated_at INTEGER NOT NULL
                    ) STRICT;
                    CREATE TABLE blob (
                        sha256 TEXT PRIMARY KEY,
                        bytes INTEGER NOT NULL,
                        format TEXT NOT NULL,
                        width INTEGER NOT NULL,
                        height INTEGER NOT NULL,
                        difference_hash INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE image (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        dataset_id INTEGER NOT NULL REFERENCES dataset(id) ON DELETE CASCADE,
                        name TEXT NOT NULL,
                        sha256 TEXT NOT NULL REFERENCES blob(sha256),
                        label TEXT,
                        role TEXT NOT NULL CHECK (role IN ('train', 'validation', 'test')),
                        created_at INTEGER NOT NULL,
                        updated_at INTEGER NOT NULL,
                        UNIQUE (dataset_id, name)
                    ) STRICT;
                    CREATE INDEX image_by_label ON image(dataset_id, role, label);
                    CREATE INDEX image_by_blob ON image(sha256);
                    CREATE TABLE revision (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        dataset_id INTEGER NOT NULL REFERENCES dataset(id) ON DELETE CASCADE,
                        number INTEGER,
                        digest TEXT,
                        classes TEXT NOT NULL,
                        counts TEXT,
                        findings TEXT,
                        created_at INTEGER NOT NULL,
                        UNIQUE (dataset_id, number)
                    ) STRICT;
                    CREATE TABLE revision_image (
                        revision_id INTEGER NOT NULL REFERENCES revision(id) ON DELETE CASCADE,
                        name TEXT NOT NULL,
                        sha256 TEXT NOT NULL REFERENCES blob(sha256),
                        label TEXT,
                        role TEXT NOT NULL,
                        PRIMARY KEY (revision_id, name)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX revision_image_by_blob ON revision_image(sha256);
                    """)
        }
        migrator.registerMigration("2 hidden labels") { db in
            // The class of an unlabelled picture that only the evaluator knows.
            try db.execute(sql: "ALTER TABLE image ADD COLUMN hidden_label TEXT; ALTER TABLE revision_image ADD COLUMN hidden_label TEXT;")
        }
        return migrator
    }
}
