//! Directives and placeholders of one layer: [`Node`](crate::yaml::Node)s to [`Value`](super::value::Value)s.
