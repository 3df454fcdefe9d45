//! Reports: findings written in one output format each.
