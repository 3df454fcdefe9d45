//! The variables that a deployment itself sets, put into a resolved layer.
//!
//! In: the root of a resolved layer, and the variables of one chain. Out: the same tree as that chain sees it. Never: a
//! value where a secret belongs; that stays open.

use std::sync::Arc;

use super::placeholder::{self, Substituted};
use crate::backstage::environment::Environment;
use crate::backstage::value::{Kind, Open, OpenCause, Text, Value};
use crate::backstage::words::EnvironmentVariable;
use crate::text::Place;

/// The variables of one chain.
pub struct Deployed {
    known: Environment,
    unknown: Vec<Arc<str>>,
}

impl Deployed {
    /// The variables that a deployment sets, on top of what else is known. `None` when it sets none.
    pub fn new(environment: &Environment, deployed: &[EnvironmentVariable]) -> Option<Self> {
        if deployed.is_empty() {
            return None;
        }
        let mut known = environment.clone();
        let mut unknown = Vec::new();
        for variable in deployed {
            match &variable.value {
                Some(value) => known.set(Arc::clone(&variable.name), Arc::clone(value)),
                None => unknown.push(Arc::clone(&variable.name)),
            }
        }
        Some(Self { known, unknown })
    }

    /// The tree with these variables in it. `secrets` are the places where secrets stand or belong.
    pub fn put_into(&self, root: &Value, secrets: &[Place]) -> Value {
        let mut root = root.clone();
        self.visit(&mut root, secrets);
        root
    }

    fn visit(&self, value: &mut Value, secrets: &[Place]) {
        let place = value.place();
        match &mut value.kind {
            Kind::Array(items) => {
                for item in items {
                    self.visit(item, secrets);
                }
            }
            Kind::Object(object) => {
                for value in object.values_mut() {
                    self.visit(value, secrets);
                }
            }
            Kind::Open(open) => {
                let is_secret = place.is_some_and(|place| {
                    let within = |secret: &Place| {
                        secret.source == place.source
                            && (place.span.contains(secret.span)
                                || secret.span.contains(place.span))
                    };
                    secrets.iter().any(within)
                });
                if let Some(kind) = self.known(open).filter(|_| !is_secret) {
                    value.kind = kind;
                } else {
                    self.forget_defaults(open);
                }
            }
            _ => {}
        }
    }

    /// What an open value is, when all that it depends on is known.
    fn known(&self, open: &Open) -> Option<Kind> {
        let text = match &open.cause {
            OpenCause::Placeholder(_) => open.written.to_string(),
            OpenCause::Env(name) => format!("${{{name}}}"),
            _ => return None,
        };
        match placeholder::substitute(&text, &self.known) {
            Substituted::Text(text) => Some(Kind::String(Text {
                value: text.into(),
                style: None,
            })),
            _ => None,
        }
    }

    /// A variable that is set has no use for its default.
    fn forget_defaults(&self, open: &mut Open) {
        let OpenCause::Placeholder(variables) = &mut open.cause else {
            return;
        };
        for variable in variables {
            if self.unknown.contains(&variable.name) {
                variable.default = None;
                open.when_unset = None;
            }
        }
    }
}
