//! The facts tree that rules see: the effective config plus what is derived from it; every node keeps an origin.
//!
//! In: the effective config of a chain (or one resolved layer, or an app root) and what the other stages know
//! about it. Out: one [`Value`](super::value::Value) tree. Never: a judgement; cards judge.

pub mod declare;
