//! `yamldecode` and `yamlencode`.

use super::arguments::{Call, Done, Pieces, Stop, by_key, fits_text, known, length, number, unsupported, wrong};
use super::number::Decimal;
use super::strings::may_hold;
use crate::model::arn::{Part, Text};
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::{self, Kind, Node};

pub(super) fn yamldecode(call: &Call<'_>) -> Done {
    let text = call.literal(0)?;
    if let ValKind::Embedded(_, document) = &call.args[0].kind {
        return Ok(document.kind.clone());
    }
    let documents = match syntax::yaml::parse(&text, call.span.file) {
        Ok(documents) => documents,
        Err(error) if error.message.contains("unknown alias") || error.message.contains("bracket") => {
            return wrong(format!("the text of 'yamldecode' is not YAML: {}", error.message));
        }
        // Which faults the other parser lets pass is not known.
        Err(error) => return Err(unsupported(format!("the YAML document is not read: {}", error.message))),
    };
    match documents.as_slice() {
        [] => Ok(ValKind::Null),
        [document] => decoded(document, &text, call.args[0].span).map(|val| val.kind),
        _ => wrong("the text of 'yamldecode' has more than one document"),
    }
}

/// The value of a node, with the types of YAML 1.2.
fn decoded(node: &Node, text: &str, span: Span) -> Result<Val, Stop> {
    let written = text.get(node.span.range()).unwrap_or_default();
    if written.starts_with('!') || text.contains("!!timestamp") {
        return Err(unsupported("tags of YAML are not read"));
    }
    let kind = match &node.kind {
        Kind::Null => ValKind::Null,
        // `yes` and `on` are strings there.
        Kind::Bool(value) => match written {
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => ValKind::Bool(*value),
            _ => ValKind::Text(Text::from(written)),
        },
        Kind::Number(number) => match Decimal::parse(number) {
            Ok(decimal) if !number.starts_with('0') || number.len() == 1 || number.starts_with("0.") => {
                ValKind::Number(decimal.to_string().into())
            }
            _ => return Err(unsupported("the YAML document has a number in another notation than decimal")),
        },
        // A date without quotes gets a time of day there.
        Kind::String(string) if written == &**string && is_date(written) => {
            return Err(unsupported("the YAML document has a date without quotes"));
        }
        Kind::String(string) => ValKind::Text(Text::from(&**string)),
        Kind::Seq(items) => {
            ValKind::List(items.iter().map(|item| decoded(item, text, span)).collect::<Result<_, _>>()?)
        }
        Kind::Map(entries) => {
            let mut fields = Vec::with_capacity(entries.len());
            for entry in entries {
                let value = decoded(&entry.value, text, span)?;
                fields.push(Field { key: entry.key.clone(), key_span: span, value });
            }
            ValKind::Map(fields)
        }
    };
    Ok(Val { kind, span })
}

/// Whether a text begins like `2012-10-17`.
fn is_date(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == 4 && text[digits..].starts_with('-')
}

pub(super) fn yamlencode(call: &Call<'_>) -> Done {
    let mut writer = Writer::default();
    writer.block(&call.args[0], 0)?;
    writer.pieces.push_str("\n");
    Ok(ValKind::Text(writer.pieces.finish()))
}

#[derive(Default)]
struct Writer {
    pieces: Pieces,
    size: usize,
}

impl Writer {
    fn push(&mut self, text: &str) -> Result<(), Stop> {
        self.size += text.len();
        fits_text(Some(self.size))?;
        self.pieces.push_str(text);
        Ok(())
    }

    fn line(&mut self, depth: usize) -> Result<(), Stop> {
        self.push(&format!("\n{}", "  ".repeat(depth)))
    }

    /// A value at the place where its first line begins; further lines are indented by `depth`.
    fn block(&mut self, val: &Val, depth: usize) -> Result<(), Stop> {
        known(val)?;
        match &val.kind {
            ValKind::List(items) if !items.is_empty() => {
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.line(depth)?;
                    }
                    self.push("- ")?;
                    self.block(item, depth + 1)?;
                }
                Ok(())
            }
            ValKind::Map(fields) if !fields.is_empty() => {
                for (i, field) in by_key(fields).into_iter().enumerate() {
                    if i > 0 {
                        self.line(depth)?;
                    }
                    self.string(&Text::from(&*field.key))?;
                    self.push(":")?;
                    match &field.value.kind {
                        // A list stands below its key without indentation.
                        ValKind::List(items) if !items.is_empty() => {
                            self.line(depth)?;
                            self.block(&field.value, depth)?;
                        }
                        ValKind::Map(fields) if !fields.is_empty() => {
                            self.line(depth + 1)?;
                            self.block(&field.value, depth + 1)?;
                        }
                        _ => {
                            self.push(" ")?;
                            self.block(&field.value, depth)?;
                        }
                    }
                }
                Ok(())
            }
            ValKind::List(_) => self.push("[]"),
            ValKind::Map(_) => self.push("{}"),
            ValKind::Null => self.push("null"),
            ValKind::Bool(value) => self.push(if *value { "true" } else { "false" }),
            ValKind::Number(_) => {
                let number = number(val, "a number")?.to_string();
                self.push(&number)
            }
            ValKind::Text(text) | ValKind::Embedded(text, _) => self.string(text),
            ValKind::Unknown(_) | ValKind::Choice { .. } => Err(unsupported("the value is not known")),
        }
    }

    /// A string in double quotes. Strings of more than one line have another form, which is not written.
    fn string(&mut self, text: &Text) -> Result<(), Stop> {
        self.size += length(text);
        fits_text(Some(self.size))?;
        self.pieces.push_str("\"");
        for part in text.parts() {
            match part {
                Part::Lit(literal) if literal.chars().any(|c| c.is_control() || u32::from(c) > 0xffff) => {
                    return Err(unsupported("a string with control characters is not written as YAML"));
                }
                Part::Lit(literal) => self.pieces.push_str(&literal.replace('\\', "\\\\").replace('"', "\\\"")),
                Part::Var(var) if may_hold(var, '\n') => return Err(Stop::Unknown(var.cause.clone())),
                Part::Var(var) => self.pieces.push(&var.clone().into()),
            }
        }
        self.pieces.push_str("\"");
        Ok(())
    }
}
