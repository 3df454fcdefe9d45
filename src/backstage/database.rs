//! What the real `DatabaseManager` would do for each plugin.
