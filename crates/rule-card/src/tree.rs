//! Typed reading of YAML trees, with a field and a place for every mistake.
//!
//! In: anything that is a [`Tree`]. Out: values of the reader's types, and all mistakes at once, unknown keys among
//! them. Never: text.

use source::closest;

/// A parsed YAML value, wherever it comes from.
pub trait Tree {
    /// What a mistake points at.
    type Place: Clone;

    /// Where this value stands.
    fn place(&self) -> Self::Place;
    /// The string, when it is one.
    fn text(&self) -> Option<&str>;
    /// The boolean, when it is one.
    fn truth(&self) -> Option<bool>;
    /// The number, when it is one.
    fn number(&self) -> Option<f64>;
    /// Whether it is null, written or by absence.
    fn is_null(&self) -> bool;
    /// The items, when it is a sequence.
    fn items(&self) -> Option<Vec<&Self>>;
    /// Keys, their places and values, when it is a mapping.
    fn entries(&self) -> Option<Vec<(&str, Self::Place, &Self)>>;
}

/// A mistake in a card or in settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake<P> {
    /// The field, e.g. `cases[0].severity`; empty for the whole.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// Where.
    pub place: P,
}

/// `a`, `b` or `c`.
fn listed<W>(words: &[(&'static str, W)]) -> String {
    let words: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => String::new(),
    }
}

/// One value, with the path people know it by.
pub struct Field<'m, T: Tree> {
    /// The value.
    pub tree: &'m T,
    path: String,
    mistakes: &'m mut Vec<Mistake<T::Place>>,
}

impl<'m, T: Tree> Field<'m, T> {
    /// Notes a mistake about this value; `None`, so that a reader can end with it.
    pub fn mistake<V>(&mut self, message: &str) -> Option<V> {
        self.mistakes.push(Mistake {
            field: self.path.clone(),
            message: message.to_owned(),
            place: self.tree.place(),
        });
        None
    }

    /// The string it must be.
    pub fn text(&mut self) -> Option<&'m str> {
        let text = self.tree.text();
        if text.is_none() {
            return self.mistake("must be a string");
        }
        text
    }

    /// One of these words.
    pub fn word<W: Copy>(&mut self, words: &[(&'static str, W)]) -> Option<W> {
        let text = self.tree.text();
        let found = words.iter().find(|(word, _)| Some(*word) == text);
        if found.is_none() {
            return self.mistake(&format!("must be {}", listed(words)));
        }
        found.map(|(_, value)| *value)
    }

    /// The list it must be, each item read by `read`; items with mistakes are left out.
    pub fn list<V>(
        &mut self,
        mut read: impl FnMut(&mut Field<'_, T>) -> Option<V>,
    ) -> Option<Vec<V>> {
        let Some(items) = self.tree.items() else {
            return self.mistake("must be a list");
        };
        let mut values = Vec::new();
        for (index, tree) in items.into_iter().enumerate() {
            values.extend(read(&mut Field {
                tree,
                path: format!("{}[{index}]", self.path),
                mistakes: self.mistakes,
            }));
        }
        Some(values)
    }

    /// The mapping it must be, each value read by `read`; values with mistakes are left out.
    pub fn pairs<V>(
        &mut self,
        mut read: impl FnMut(&mut Field<'_, T>) -> Option<V>,
    ) -> Option<Vec<(String, V)>> {
        let Some(entries) = self.tree.entries() else {
            return self.mistake("must be a mapping");
        };
        let mut values = Vec::new();
        for (key, _, tree) in entries {
            let value = read(&mut Field {
                tree,
                path: format!("{}.{key}", self.path),
                mistakes: self.mistakes,
            });
            values.extend(value.map(|value| (key.to_owned(), value)));
        }
        Some(values)
    }

    /// The mapping it must be, whose keys are known beforehand.
    pub fn fields(&mut self) -> Option<Fields<'_, T>> {
        Fields::below(self.tree, self.path.clone(), self.mistakes)
    }
}

/// The fields of a mapping, each to be asked for once, and [`finish`](Self::finish) at the end.
pub struct Fields<'m, T: Tree> {
    tree: &'m T,
    path: String,
    entries: Vec<(&'m str, T::Place, &'m T)>,
    known: Vec<&'static str>,
    mistakes: &'m mut Vec<Mistake<T::Place>>,
}

impl<'m, T: Tree> Fields<'m, T> {
    /// The fields of a tree; `None`, and a mistake noted, when it is no mapping.
    pub fn of(tree: &'m T, mistakes: &'m mut Vec<Mistake<T::Place>>) -> Option<Self> {
        Self::below(tree, String::new(), mistakes)
    }

    fn below(tree: &'m T, path: String, mistakes: &'m mut Vec<Mistake<T::Place>>) -> Option<Self> {
        let Some(entries) = tree.entries() else {
            mistakes.push(Mistake {
                field: path,
                message: "must be a mapping".to_owned(),
                place: tree.place(),
            });
            return None;
        };
        Some(Self {
            tree,
            path,
            entries,
            known: Vec::new(),
            mistakes,
        })
    }

    /// The field `name`, if it is there and without a mistake.
    pub fn optional<V>(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(&mut Field<'_, T>) -> Option<V>,
    ) -> Option<V> {
        self.known.push(name);
        let (_, _, tree) = self.entries.iter().find(|(key, _, _)| *key == name)?;
        read(&mut Field {
            tree,
            path: self.path_of(name),
            mistakes: self.mistakes,
        })
    }

    /// The field `name`, which must be there.
    pub fn required<V>(
        &mut self,
        name: &'static str,
        read: impl FnMut(&mut Field<'_, T>) -> Option<V>,
    ) -> Option<V> {
        if !self.entries.iter().any(|(key, _, _)| *key == name) {
            self.known.push(name);
            self.mistakes.push(Mistake {
                field: self.path_of(name),
                message: "is missing".to_owned(),
                place: self.tree.place(),
            });
            return None;
        }
        self.optional(name, read)
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// Notes every field nobody asked for.
    pub fn finish(self) {
        for (key, place, _) in &self.entries {
            if !self.known.contains(key) {
                let hint = closest(key, self.known.iter().copied())
                    .map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
                self.mistakes.push(Mistake {
                    field: self.path_of(key),
                    message: format!("is an unknown key{hint}"),
                    place: place.clone(),
                });
            }
        }
    }
}
