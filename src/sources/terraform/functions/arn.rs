//! Functions that the AWS provider adds.

use super::arguments::{Call, Done, Pieces, Stop, wrong};
use super::strings::may_hold;
use crate::model::arn::{Part, Text};
use crate::sources::value::{Field, ValKind};

/// The six sections of an ARN; the last one may hold colons.
fn sections(call: &Call<'_>) -> Result<Vec<Text>, Stop> {
    let text = call.text(0)?;
    let mut sections = vec![Pieces::default()];
    for part in text.parts() {
        match part {
            Part::Lit(literal) => {
                let left = 6 - sections.len();
                for (i, piece) in literal.splitn(left + 1, ':').enumerate() {
                    if i > 0 {
                        sections.push(Pieces::default());
                    }
                    if let Some(last) = sections.last_mut() {
                        last.push_str(piece);
                    }
                }
            }
            Part::Var(var) if sections.len() < 6 && may_hold(var, ':') => return Err(Stop::Unknown(var.cause.clone())),
            Part::Var(var) => {
                if let Some(last) = sections.last_mut() {
                    last.push(&var.clone().into());
                }
            }
        }
    }
    let sections: Vec<Text> = sections.into_iter().map(Pieces::finish).collect();
    if sections.len() < 6 || sections[0].literal().is_some_and(|first| first != "arn") {
        return wrong(format!("'{text}' is not an ARN"));
    }
    Ok(sections)
}

pub(super) fn arn_parse(call: &Call<'_>) -> Done {
    let names = ["partition", "service", "region", "account_id", "resource"];
    let field = |(name, section): (&str, Text)| Field {
        key: name.into(),
        key_span: call.span,
        value: call.item(ValKind::Text(section)),
    };
    Ok(ValKind::Map(names.into_iter().zip(sections(call)?.into_iter().skip(1)).map(field).collect()))
}

pub(super) fn arn_build(call: &Call<'_>) -> Done {
    let mut arn = Pieces::default();
    arn.push_str("arn");
    for i in 0..5 {
        arn.push_str(":");
        arn.push(&call.text(i)?);
    }
    Ok(ValKind::Text(arn.finish()))
}

pub(super) fn trim_iam_role_path(call: &Call<'_>) -> Done {
    let sections = sections(call)?;
    let resource = &sections[5];
    let is = |section: &Text, wanted: &str| section.literal().is_none_or(|section| section == wanted);
    if !is(&sections[2], "iam") || !is(&sections[3], "") {
        return wrong("'trim_iam_role_path' takes the ARN of a role");
    }
    if let Some(var) = resource.vars().find(|var| may_hold(var, '/')) {
        return Err(Stop::Unknown(var.cause.clone()));
    }
    let steps = resource.split('/');
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return wrong("the ARN has no resource") };
    if first.literal() != Some("role") || steps.len() < 2 {
        return wrong("'trim_iam_role_path' takes the ARN of a role");
    }
    let mut arn = Pieces::default();
    for section in &sections[..5] {
        arn.push(section);
        arn.push_str(":");
    }
    arn.push_str("role/");
    arn.push(last);
    Ok(ValKind::Text(arn.finish()))
}
