//! From the spanned tree to the types, so that every fault has its place in the file.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::Fault;
use super::near::nearest;
use crate::source_map::Span;
use crate::syntax::{Entry, Kind, Node};

/// Reads a value.
pub(super) fn from_node<T: DeserializeOwned>(node: &Node) -> Result<T, Fault> {
    let fault =
        |error: Error| Fault { message: error.message, span: error.span.unwrap_or(node.span), help: error.help };
    T::deserialize(At(node)).map_err(fault)
}

/// Marks what follows in a message of a custom error as its proposal. It cannot come from a file: names in messages are
/// cleaned of hidden characters.
const HELP: char = '\u{1}';

/// The error for a word that names nothing.
pub(super) fn unknown<E: de::Error>(what: &str, word: &str, near: Option<&str>) -> E {
    let word = crate::finding::clean(word);
    match near {
        Some(near) => E::custom(format!("unknown {what} '{word}'{HELP}did you mean '{near}'?")),
        None => E::custom(format!("unknown {what} '{word}'")),
    }
}

/// A fault whose place is not known before the value that it stands in is.
#[derive(Debug)]
struct Error {
    message: String,
    help: Option<String>,
    span: Option<Span>,
}

impl Error {
    fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let text = message.to_string();
        let (message, help) = match text.split_once(HELP) {
            Some((message, help)) => (message.to_owned(), Some(help.to_owned())),
            None => (text, None),
        };
        Self { message, help, span: None }
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format!("expected {expected}, found {}", shown(found)))
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format!("expected {expected}, found {}", shown(found)))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let mut error: Self = unknown("key", field, nearest(field, known.iter().copied()));
        error.help.get_or_insert_with(|| format!("known are: {}", known.join(", ")));
        error
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        let mut error: Self = unknown("word", word, nearest(word, known.iter().copied()));
        error.help.get_or_insert_with(|| format!("known are: {}", known.join(", ")));
        error
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format!("the key '{field}' is missing"))
    }
}

/// The word for what was found, as people speak of YAML.
fn shown(found: de::Unexpected<'_>) -> String {
    match found {
        de::Unexpected::Bool(value) => format!("the boolean {value}"),
        de::Unexpected::Str(text) => format!("the string '{}'", crate::finding::clean(text)),
        de::Unexpected::Unsigned(number) => format!("the number {number}"),
        de::Unexpected::Signed(number) => format!("the number {number}"),
        de::Unexpected::Float(number) => format!("the number {number}"),
        de::Unexpected::Unit => "nothing".to_owned(),
        de::Unexpected::Seq => "a list".to_owned(),
        de::Unexpected::Map => "a mapping".to_owned(),
        other => other.to_string(),
    }
}

/// A value of the tree.
struct At<'n>(&'n Node);

impl<'de> Deserializer<'de> for At<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let span = self.0.span;
        match &self.0.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(*value),
            Kind::Number(text) => {
                if let Ok(number) = text.parse::<u64>() {
                    visitor.visit_u64(number)
                } else if let Ok(number) = text.parse::<i64>() {
                    visitor.visit_i64(number)
                } else {
                    visitor.visit_str(text)
                }
            }
            Kind::String(text) => visitor.visit_str(text),
            Kind::Seq(items) => visitor.visit_seq(Items(items.iter())),
            Kind::Map(entries) => visitor.visit_map(Entries { rest: entries.iter(), value: None }),
        }
        .map_err(|error| error.at(span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.kind == Kind::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// A number is a string where a string is wanted: twelve digits need no quotes.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.0.kind {
            Kind::Number(text) => visitor.visit_str(text).map_err(|error: Error| error.at(self.0.span)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    /// A key whose entries are all commented out holds an empty list.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.0.kind {
            Kind::Null => visitor.visit_seq(Items([].iter())),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.0.kind {
            Kind::Null => visitor.visit_map(Entries { rest: [].iter(), value: None }),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        // A derived structure would take a list for its fields in order.
        if matches!(self.0.kind, Kind::Seq(_)) {
            return Err(de::Error::custom("expected a mapping, found a list"))
                .map_err(|error: Error| error.at(self.0.span));
        }
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let word = match &self.0.kind {
            Kind::String(text) | Kind::Number(text) => text,
            // YAML reads these words as booleans.
            Kind::Bool(true) => "on",
            Kind::Bool(false) => "off",
            _ => {
                return Err(Error {
                    message: format!("expected a word, found {}", self.0.kind_word()),
                    help: None,
                    span: Some(self.0.span),
                });
            }
        };
        let word: StrDeserializer<'_, Error> = word.into_deserializer();
        visitor.visit_enum(word).map_err(|error| error.at(self.0.span))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
        identifier ignored_any
    }
}

struct Items<'n>(std::slice::Iter<'n, Node>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Error;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|node| seed.deserialize(At(node)).map_err(|error| error.at(node.span))).transpose()
    }
}

struct Entries<'n> {
    rest: std::slice::Iter<'n, Entry>,
    value: Option<&'n Node>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(entry) = self.rest.next() else { return Ok(None) };
        self.value = Some(&entry.value);
        let key: StrDeserializer<'_, Error> = (&*entry.key).into_deserializer();
        seed.deserialize(key).map(Some).map_err(|error| error.at(entry.key_span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some(node) = self.value.take() else { return Err(de::Error::custom("a key without a value")) };
        seed.deserialize(At(node)).map_err(|error| error.at(node.span))
    }
}
