//! The schema in force: where schemas come from, validation, visibility.
