//! Addresses: `module.audit["eu"].data.aws_iam_policy_document.trail[0]`.

/// A name with the instance key behind it, as written: `["eu"]`, `[0]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in super::super) struct Step {
    pub name: Box<str>,
    pub key: Option<Box<str>>,
}

/// The address of an instance, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Address {
    /// The calls of modules that lead to it, outermost first.
    pub modules: Vec<Step>,
    pub data: bool,
    pub kind: Box<str>,
    pub resource: Step,
}

/// A traversal taken apart: names with the keys behind them. None when it is not one.
pub(in super::super) fn steps(text: &str) -> Option<Vec<Step>> {
    let mut steps: Vec<Step> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if rest.starts_with('[') {
            let end = bracket(rest)?;
            let (key, behind) = rest.split_at(end);
            match steps.last_mut() {
                Some(last) if last.key.is_none() => last.key = Some(key.into()),
                // An index into an index: a step of its own without a name.
                Some(_) => steps.push(Step { name: "".into(), key: Some(key.into()) }),
                None => return None,
            }
            rest = behind;
        } else {
            let body = if steps.is_empty() { rest } else { rest.strip_prefix('.')? };
            let end = body.find(['.', '[']).unwrap_or(body.len());
            let (name, behind) = body.split_at(end);
            if name.is_empty() {
                return None;
            }
            steps.push(Step { name: name.into(), key: None });
            rest = behind;
        }
    }
    Some(steps)
}

/// Where the bracket that opens the text closes: brackets in strings do not count.
fn bracket(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return Some(i + 1),
            _ => {}
        }
    }
    None
}

impl Address {
    /// Takes an address of an instance apart.
    pub(in super::super) fn parse(text: &str) -> Option<Self> {
        let mut steps = steps(text)?.into_iter().peekable();
        let mut modules = Vec::new();
        while steps.next_if(|step| &*step.name == "module" && step.key.is_none()).is_some() {
            modules.push(steps.next()?);
        }
        let data = steps.next_if(|step| &*step.name == "data" && step.key.is_none()).is_some();
        let kind = steps.next().filter(|step| step.key.is_none())?.name;
        let resource = steps.next()?;
        steps.next().is_none().then_some(Self { modules, data, kind, resource })
    }

    /// Without instance keys.
    pub(in super::super) fn bare(&self) -> String {
        let modules: Vec<Step> = self.modules.iter().map(|s| Step { name: s.name.clone(), key: None }).collect();
        join(&modules, self.data, &self.kind, &self.resource.name, None)
    }

    /// With the keys of modules, without that of the resource: what all instances of one block share.
    pub(in super::super) fn group(&self) -> String {
        join(&self.modules, self.data, &self.kind, &self.resource.name, None)
    }
}

/// An address from its pieces.
pub(in super::super) fn join(modules: &[Step], data: bool, kind: &str, name: &str, key: Option<&str>) -> String {
    let mut text = module_path(modules);
    if !text.is_empty() {
        text.push('.');
    }
    if data {
        text.push_str("data.");
    }
    text.push_str(kind);
    text.push('.');
    text.push_str(name);
    text.push_str(key.unwrap_or_default());
    text
}

/// The address of a module instance; empty for the root module.
pub(in super::super) fn module_path(modules: &[Step]) -> String {
    let mut text = String::new();
    for step in modules {
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str("module.");
        text.push_str(&step.name);
        text.push_str(step.key.as_deref().unwrap_or_default());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_may_hold_what_separates() {
        let address =
            Address::parse(r#"module.a["x.y]\"["].module.b[0].data.aws_s3_bucket.this["k"]"#).expect("parses");
        assert_eq!(address.bare(), "module.a.module.b.data.aws_s3_bucket.this");
        assert_eq!(address.group(), r#"module.a["x.y]\"["].module.b[0].data.aws_s3_bucket.this"#);
        assert_eq!(address.resource.key.as_deref(), Some(r#"["k"]"#));
        assert_eq!(address.modules.len(), 2);
        let module = Address::parse("module.module.aws_s3_bucket.module").expect("parses");
        assert_eq!((module.modules.len(), &*module.resource.name), (1, "module"));
        for none in ["", "a", "a..b", "module.a", "a.b.c", "a.b[", "[0].a"] {
            assert_eq!(Address::parse(none), None, "{none}");
        }
    }
}
