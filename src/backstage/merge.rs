//! Resolved layers of a chain to its effective config, with origins and what they overrode.
