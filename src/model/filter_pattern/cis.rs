//! The metric filters that the CIS AWS Foundations Benchmark asks for.

use std::sync::LazyLock;

use super::{Asks, Expr, Grouping, StringPattern, Test, parse, parse_grouped};

/// One filter of the benchmark.
#[derive(Debug)]
pub struct Filter {
    /// Our id: `root_usage`.
    pub id: String,
    /// What it watches, in title case: `Root user usage`.
    pub title: String,
    /// The benchmark's pattern as it writes it.
    pub text: String,
    /// The pattern.
    pub pattern: Expr,
    /// The pattern and its variants; filters that cover any of them do.
    pub accepted: Vec<Expr>,
    /// The field that tells its events from others, without `$.`.
    pub field: String,
    /// The field has one of the benchmark's values.
    pub key: Expr,
    /// Those values as they are written.
    pub values: Vec<String>,
}

#[derive(serde::Deserialize)]
struct File {
    filters: Vec<Row>,
}

#[derive(serde::Deserialize)]
struct Row {
    id: String,
    title: String,
    pattern: String,
    accepted_variants: Vec<String>,
    r#match: Match,
}

#[derive(serde::Deserialize)]
struct Match {
    field: String,
    values: Vec<String>,
}

static FILTERS: LazyLock<Vec<Filter>> = LazyLock::new(|| {
    let file: File = serde_json::from_str(include_str!("../../../data/cis-metric-filters.json"))
        .expect("the table of filters is part of the program and tested");
    file.filters.into_iter().map(Filter::new).collect()
});

/// All filters, in the order of the benchmark.
pub fn filters() -> &'static [Filter] {
    &FILTERS
}

impl Filter {
    /// Whether an alternative of another pattern asks for a value of the key field that is none of these: then they
    /// share no event. A quick answer to what `meets` would find out; false tells nothing.
    pub fn rules_out(&self, alternative: &[&Test]) -> bool {
        let Expr::Any(values) = &self.key else { return false };
        let ours = |text: &str| {
            values
                .iter()
                .any(|value| matches!(value, Expr::Test(Test { asks: Asks::Like(own, _), .. }) if own.matches(text)))
        };
        alternative.iter().filter(|test| *test.field == *self.field).any(|test| match &test.asks {
            Asks::Like(pattern, true) => pattern.literal().is_some_and(|text| !ours(&text)),
            _ => false,
        })
    }

    /// Whether its pattern looks at this field.
    pub fn looks_at(&self, field: &str) -> bool {
        fn looks(expr: &Expr, field: &str) -> bool {
            match expr {
                Expr::All(parts) | Expr::Any(parts) => parts.iter().any(|part| looks(part, field)),
                Expr::Test(test) => *test.field == *field,
            }
        }
        looks(&self.pattern, field)
    }

    fn new(row: Row) -> Self {
        let pattern = parse(&row.pattern).expect("the table's patterns are part of the program and tested");
        let mut accepted = vec![pattern.clone()];
        for variant in &row.accepted_variants {
            // Benchmark texts that mix both operators without parentheses are accepted in either grouping.
            for grouping in [Grouping::AndFirst, Grouping::LeftToRight] {
                accepted.extend(parse_grouped(variant, grouping));
            }
        }
        accepted.dedup();
        let field: std::sync::Arc<str> = row.r#match.field.as_str().into();
        let value = |value: &String| {
            Expr::Test(Test { field: field.clone(), asks: Asks::Like(StringPattern::glob(value), true) })
        };
        let key = Expr::Any(row.r#match.values.iter().map(value).collect());
        Self {
            id: row.id,
            title: row.title,
            text: row.pattern,
            pattern,
            accepted,
            field: row.r#match.field,
            key,
            values: row.r#match.values,
        }
    }
}
