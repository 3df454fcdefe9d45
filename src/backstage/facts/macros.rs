//! `facts!`, `sections!` and `joined_facts!`: structs whose fields are facts.
//!
//! The comment of a field is its meaning in docs/facts.md, its type the one conditions are checked against, and its
//! name that of the fact, in camelCase. A literal of such a struct has to fill every field, so that a fact cannot be
//! declared and forgotten.

/// Declares structs of facts. Each also has an `origin`: the bytes a label on the whole of it points at.
macro_rules! facts {
    ($(
        $(#[doc = $about:literal])+
        pub struct $name:ident {
            $($(#[doc = $meaning:literal])+ $field:ident: $type:ty,)*
        }
    )+) => {$(
        $(#[doc = $about])+
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            /// The bytes that a label on the whole of it points at.
            pub origin: Option<$crate::backstage::value::Origin>,
            $($(#[doc = $meaning])+ pub $field: $type,)*
        }

        impl $crate::backstage::facts::fact::Section for $name {
            const FIELDS: &'static [$crate::backstage::facts::fact::Field] = &[$({
                use $crate::backstage::facts::macros::{camel, camel_length};
                const FIELD: &str = stringify!($field);
                const NAME: [u8; camel_length(FIELD)] = camel(FIELD);
                let name = match std::str::from_utf8(&NAME) {
                    Ok(name) => name,
                    Err(_) => FIELD,
                };
                let shape = <$type as $crate::backstage::facts::fact::Fact>::SHAPE;
                $crate::backstage::facts::fact::Field::new(name, shape, concat!($($meaning),+).trim_ascii_start())
            }),*];
        }

        impl $crate::backstage::facts::fact::Fact for $name {
            const SHAPE: $crate::backstage::facts::fact::Shape =
                $crate::backstage::facts::fact::Shape::Object(
                    <Self as $crate::backstage::facts::fact::Section>::FIELDS,
                );

            fn into_value(self) -> $crate::backstage::value::Value {
                let values = [$(<$type as $crate::backstage::facts::fact::Fact>::into_value(self.$field)),*];
                let fields = <Self as $crate::backstage::facts::fact::Section>::FIELDS;
                $crate::backstage::facts::fact::mapping(fields, values, self.origin)
            }

            fn join(self, other: Self) -> Self {
                Self {
                    origin: self.origin.or(other.origin),
                    $($field: $crate::backstage::facts::fact::Fact::join(self.$field, other.$field),)*
                }
            }
        }

        impl $crate::backstage::facts::fact::Item for $name {
            const LIST: $crate::backstage::facts::fact::Shape =
                $crate::backstage::facts::fact::Shape::List(
                    <Self as $crate::backstage::facts::fact::Section>::FIELDS,
                );
        }
    )+};
}
pub(crate) use facts;

/// Declares a struct of facts in which the way to compute each stands behind it. A later one may use an earlier one by
/// its name.
macro_rules! sections {
    (
        $(#[doc = $about:literal])+
        pub struct $name:ident($input:ident: $from:ty) {
            $($(#[doc = $meaning:literal])+ $field:ident: $type:ty = $collect:expr,)*
        }
    ) => {
        facts! {
            $(#[doc = $about])+
            pub struct $name {
                $($(#[doc = $meaning])+ $field: $type,)*
            }
        }

        impl $name {
            /// Computes them all.
            pub fn collect($input: $from) -> Self {
                $(let $field: $type = $collect;)*
                Self { origin: None, $($field),* }
            }
        }
    };
}
pub(crate) use sections;

/// Declares a struct whose parts are structs of facts and whose fields are all of theirs, as if it had them itself.
macro_rules! joined_facts {
    (
        $(#[doc = $about:literal])+
        pub struct $name:ident {
            $($(#[doc = $meaning:literal])+ $part:ident: $type:ty,)*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            /// The bytes that a label on the whole of it points at.
            pub origin: Option<$crate::backstage::value::Origin>,
            $($(#[doc = $meaning])+ pub $part: $type,)*
        }

        impl $crate::backstage::facts::fact::Section for $name {
            const FIELDS: &'static [$crate::backstage::facts::fact::Field] = {
                use $crate::backstage::facts::fact::{Field, Section};
                const FIELDS: [Field; 0 $(+ <$type as Section>::FIELDS.len())*] =
                    $crate::backstage::facts::macros::joined(&[$(<$type as Section>::FIELDS),*]);
                &FIELDS
            };
        }

        impl $crate::backstage::facts::fact::Fact for $name {
            const SHAPE: $crate::backstage::facts::fact::Shape =
                $crate::backstage::facts::fact::Shape::Object(
                    <Self as $crate::backstage::facts::fact::Section>::FIELDS,
                );

            fn into_value(self) -> $crate::backstage::value::Value {
                let parts = [$($crate::backstage::facts::fact::Fact::into_value(self.$part)),*];
                $crate::backstage::facts::fact::merged(parts, self.origin)
            }

            fn join(self, other: Self) -> Self {
                Self {
                    origin: self.origin.or(other.origin),
                    $($part: $crate::backstage::facts::fact::Fact::join(self.$part, other.$part),)*
                }
            }
        }

        impl $crate::backstage::facts::fact::Item for $name {
            const LIST: $crate::backstage::facts::fact::Shape =
                $crate::backstage::facts::fact::Shape::List(
                    <Self as $crate::backstage::facts::fact::Section>::FIELDS,
                );
        }
    };
}
pub(super) use joined_facts;

use super::fact::{Field, Shape};

/// How many bytes the name of a field has in camelCase.
pub(crate) const fn camel_length(name: &str) -> usize {
    let name = name.as_bytes();
    let (mut at, mut length) = (start(name), 0);
    while at < name.len() {
        length += (name[at] != b'_') as usize;
        at += 1;
    }
    length
}

/// The name of a field in camelCase: `host_local` becomes `hostLocal`, `r#where` becomes `where`.
pub(crate) const fn camel<const N: usize>(name: &str) -> [u8; N] {
    let name = name.as_bytes();
    let mut camel = [0; N];
    let (mut at, mut to) = (start(name), 0);
    let mut is_upper = false;
    while at < name.len() {
        if name[at] == b'_' {
            is_upper = true;
        } else {
            camel[to] = match is_upper {
                true => name[at].to_ascii_uppercase(),
                false => name[at],
            };
            is_upper = false;
            to += 1;
        }
        at += 1;
    }
    camel
}

/// Where a name begins behind `r#`, with which Rust writes those of its keywords.
const fn start(name: &[u8]) -> usize {
    match name {
        [b'r', b'#', ..] => 2,
        _ => 0,
    }
}

/// The fields of all of these, in their order.
pub(super) const fn joined<const N: usize>(parts: &[&[Field]]) -> [Field; N] {
    let mut all = [Field::new("", Shape::Config, ""); N];
    let (mut part, mut to) = (0, 0);
    while part < parts.len() {
        let mut at = 0;
        while at < parts[part].len() {
            all[to] = parts[part][at];
            at += 1;
            to += 1;
        }
        part += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{camel, camel_length};
    use crate::backstage::facts::fact::{Bool, Config, Fact, List, Section, Text};
    use crate::backstage::value::Value;

    facts! {
        /// A section.
        pub struct Sample {
            /// whether the host
            /// is local
            host_local: Bool,
            /// where
            r#where: Text,
            /// inner ones
            inner: List<Inner>,
            /// as written
            written: Config,
        }

        /// An item.
        pub struct Inner {
            /// its name
            name: Text,
        }
    }

    #[test]
    fn a_struct_declares_its_fields_in_camel_case() {
        let fields: Vec<(&str, &str)> = Sample::FIELDS
            .iter()
            .map(|field| (field.name, field.meaning))
            .collect();
        assert_eq!(fields[0], ("hostLocal", "whether the host is local"));
        assert_eq!(fields[1], ("where", "where"));
        assert_eq!(camel::<{ camel_length("a_b_c") }>("a_b_c"), *b"aBC");
    }

    #[test]
    fn a_value_has_exactly_the_fields_that_are_there() {
        let sample = Sample {
            origin: None,
            host_local: true.into(),
            r#where: Text::default(),
            inner: List::Known(vec![Inner {
                origin: None,
                name: "one".into(),
            }]),
            written: Config::from(None::<&Value>),
        };
        let value = sample.into_value();
        let names: Vec<&str> = value
            .as_object()
            .unwrap()
            .keys()
            .map(|key| &**key)
            .collect();
        assert_eq!(names, ["hostLocal", "inner"]);
    }

    #[test]
    fn what_two_shapes_of_a_config_disagree_on_is_open() {
        let of = |local: bool| Sample {
            host_local: local.into(),
            r#where: "here".into(),
            ..Sample::default()
        };
        let joined = of(true).join(of(false));
        assert!(joined.host_local.is_open());
        assert_eq!(joined.r#where.known(), Some("here"));
        assert_eq!(of(true).join(of(true)).host_local.known(), Some(true));
    }
}
