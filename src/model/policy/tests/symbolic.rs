//! The questions that checks ask of a whole policy, against a search through every request of a small alphabet.

use proptest::prelude::*;
use proptest::sample::select;

use super::laws::{Rule, cases, is_principal, like, meets, written};
use super::*;
use crate::model::policy::excess::{Place, Rule as Excessive};

const B: &str = "arn:aws:s3:::b";
const ROLE: &str = "arn:aws:iam::111111111111:role/unnamed";
const FOREIGN: &str = "arn:aws:iam::333333333333:user/unnamed";
const NAMED: &str = "arn:aws:iam::222222222222:role/r";
const TLS: &str = "aws:SecureTransport";
const ARN: &str = "aws:PrincipalArn";
const ACL: &str = "s3:x-amz-acl";

type Conditions = Vec<(&'static str, &'static str, Vec<&'static str>)>;

/// What a statement may be made of.
struct Alphabet {
    principals: &'static [&'static str],
    actions: &'static [&'static str],
    resources: &'static [&'static str],
    conditions: &'static [(&'static str, &'static str, &'static str)],
}

fn rules(of: &'static Alphabet, allows: f64) -> impl Strategy<Value = Vec<Rule>> {
    let part = |values: &'static [&'static str], not: f64| {
        (prop::bool::weighted(not), prop::collection::vec(select(values), 1..3))
    };
    let rule = (
        prop::bool::weighted(allows),
        part(of.principals, 0.1),
        part(of.actions, 0.15),
        part(of.resources, 0.1),
        prop::collection::vec(select(of.conditions), 0..3),
    );
    let rule = rule.prop_map(|(allow, principal, action, resource, conditions)| {
        let mut kept: Conditions = Vec::new();
        for (operator, key, value) in conditions {
            if !kept.iter().any(|(o, k, _)| *o == operator && *k == key) {
                kept.push((operator, key, vec![value]));
            }
        }
        Rule { allow, principal, action, resource, conditions: kept }
    });
    prop::collection::vec(rule, 1..5)
}

/// Whether a statement of this effect takes in the request. Keys that are not listed are absent.
fn any(rules: &[Rule], allow: bool, (caller, action, resource): (&str, &str, &str), held: &[(&str, &str)]) -> bool {
    let one_of = |(negated, items): &(bool, Vec<&str>), fits: &dyn Fn(&str) -> bool| {
        items.iter().any(|item| fits(item)) != *negated
    };
    rules.iter().filter(|rule| rule.allow == allow).any(|rule| {
        one_of(&rule.principal, &|name| is_principal(name, caller))
            && one_of(&rule.action, &|pattern| like(&pattern.to_lowercase(), &action.to_lowercase()))
            && one_of(&rule.resource, &|pattern| like(pattern, resource))
            && rule.conditions.iter().all(|(operator, key, values)| {
                let wanted: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
                let carried = held.iter().find(|(own, _)| own == key).map_or("-", |(_, value)| value);
                meets(operator, &wanted, carried)
            })
    })
}

fn place() -> Place<'static> {
    Place { bucket: text(B), trails: Vec::new(), owner: text("111111111111"), readers: &[] }
}

static GUARDS: Alphabet = Alphabet {
    principals: &["*", "AWS *", "AWS *", "AWS 111111111111", "AWS arn:aws:iam::222222222222:role/r"],
    actions: &["*", "s3:*", "S3:*", "s3:Get*", "s3:Put*", "s3:DeleteObjectVersion"],
    resources: &["*", "arn:aws:s3:::*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::other/*"],
    conditions: &[
        ("Bool", TLS, "false"),
        ("Bool", TLS, "false"),
        ("BoolIfExists", TLS, "false"),
        ("StringEquals", TLS, "false"),
        ("StringNotEquals", TLS, "true"),
        ("Bool", TLS, "true"),
        ("Null", TLS, "false"),
    ],
};

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn what_comes_without_tls_is_refused_if_every_request_is(rules in rules(&GUARDS, 0.1)) {
        let callers = [ROLE, FOREIGN, NAMED, "*"];
        let asked = [
            ("s3:GetObject", "arn:aws:s3:::b/another-object"),
            ("s3:PutObject", "arn:aws:s3:::b/another-object"),
            ("s3:DeleteObjectVersion", "arn:aws:s3:::b/another-object"),
            ("s3:AnotherAction", "arn:aws:s3:::b/another-object"),
            ("s3:GetBucketAcl", B),
            ("s3:PutBucketPolicy", B),
            ("s3:AnotherAction", B),
        ];
        let escapes = callers.iter().any(|caller| {
            asked.iter().any(|(action, resource)| !any(&rules, false, (caller, action, resource), &[(TLS, "false")]))
        });
        let document = written(&rules);
        let reach = document.plain_http(&place());
        prop_assert_eq!(letter(&reach.truth), if escapes { 'T' } else { 'F' });
        if let Some(witness) = &reach.witness {
            prop_assert_eq!(document.denies(witness), Truth::False);
        }
        if let Some(witness) = document.allowed_without_tls(&place()) {
            prop_assert_eq!(document.allows(&witness), Truth::True);
        }
    }

    #[test]
    fn versions_are_safe_if_no_unnamed_principal_escapes(rules in rules(&GUARDS, 0.1)) {
        let ask = (ROLE, "s3:DeleteObjectVersion", "arn:aws:s3:::b/another-object");
        let escapes = ["true", "false"].iter().any(|tls| !any(&rules, false, ask, &[(TLS, tls)]));
        let found = written(&rules).version_deletion(&place());
        if found.truth == Truth::False {
            prop_assert!(!escapes);
        }
        if escapes {
            prop_assert_eq!(found.truth, Truth::True);
        }
    }
}

static GRANTS: Alphabet = Alphabet {
    principals: &[
        "*",
        "AWS *",
        "AWS 111111111111",
        "AWS arn:aws:iam::222222222222:role/r",
        "Service cloudtrail.amazonaws.com",
        "Service config.amazonaws.com",
    ],
    actions: &["*", "s3:*", "s3:Get*", "s3:PutObject", "s3:putBUCKETpolicy", "s3:DeleteObject*", "kms:*", "s3:List*"],
    resources: &["*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/AWSLogs/*", "arn:aws:s3:::other/*"],
    conditions: &[
        ("StringEquals", ACL, "bucket-owner-full-control"),
        ("StringNotEquals", ACL, "bucket-owner-full-control"),
        ("Bool", TLS, "false"),
        ("Bool", TLS, "true"),
        ("StringEquals", "aws:SourceAccount", "111111111111"),
        ("StringEqualsIfExists", "aws:SourceAccount", "111111111111"),
        ("Null", "aws:SourceAccount", "false"),
        ("StringEquals", ARN, NAMED),
        ("StringNotEquals", ARN, NAMED),
        ("StringNotEquals", ARN, "arn:aws:iam::222222222222:role/glass"),
    ],
};

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn whoever_may_change_logs_is_told(rules in rules(&GRANTS, 0.75)) {
        let asked = [
            ("s3:PutObject", "arn:aws:s3:::b/another-object"),
            ("s3:DeleteObject", "arn:aws:s3:::b/another-object"),
            ("s3:PutBucketPolicy", B),
        ];
        let allowed = |caller: &str, sources: &[&str]| {
            ["-", "bucket-owner-full-control", "other"].iter().any(|acl| {
                ["true", "false"].iter().any(|tls| {
                    sources.iter().any(|source| {
                        asked.iter().any(|(action, resource)| {
                            let arn = if caller.starts_with("arn:") { caller } else { "-" };
                            let held = [(ACL, *acl), (TLS, *tls), ("aws:SourceAccount", *source), (ARN, arn)];
                            let ask = (caller, *action, *resource);
                            any(&rules, true, ask, &held) && !any(&rules, false, ask, &held)
                        })
                    })
                })
            })
        };
        let document = written(&rules);
        let found = document.excesses(&place());
        for excess in &found {
            if let Some(witness) = &excess.witness {
                prop_assert_eq!(letter(&document.allows(witness)), 'T');
                if witness.caller.name() == Text::from(NAMED) {
                    prop_assert_eq!(witness.context.held(ARN), &Held::value(NAMED));
                }
            }
        }
        let tells = |rule: Excessive| found.iter().any(|excess| excess.rule == rule);
        if allowed("*", &["-"]) {
            prop_assert!(tells(Excessive::Anyone), "anybody");
        }
        // A principal that only a `Not…` form or a wildcard takes in is not named: that is everybody.
        let names = |name: &str| {
            rules.iter().any(|rule| rule.allow && !rule.principal.0 && rule.principal.1.contains(&name))
        };
        for (name, caller, sources) in [
            ("AWS arn:aws:iam::222222222222:role/r", NAMED, &["-"][..]),
            ("Service config.amazonaws.com", "config.amazonaws.com", &["-", "111111111111", "2"][..]),
        ] {
            if names(name) && allowed(caller, sources) {
                let told = tells(Excessive::Writer) || tells(Excessive::Anyone);
                prop_assert!(told, "{}", caller);
            }
        }
        if found.is_empty() {
            prop_assert!(!allowed("*", &["-"]) && !allowed(FOREIGN, &["-"]));
        }
    }
}

/// All strings over `a` and `b` up to a length that tells short patterns apart.
fn strings() -> Vec<String> {
    let mut found = vec![String::new()];
    let mut at = 0;
    while found[at].len() < 7 {
        for c in ['a', 'b'] {
            found.push(format!("{}{c}", found[at]));
        }
        at += 1;
    }
    found
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn clauses_share_and_take_in_what_their_strings_do(
        negated in prop::bool::ANY,
        items in prop::collection::vec("[ab*?]{0,3}", 1..3),
        pattern in "[ab*?]{0,3}",
    ) {
        let clause = clause(negated, items.iter().map(|item| Text::from(item.as_str())).collect());
        let own = |s: &String| items.iter().any(|item| like(item, s)) != negated;
        let of_pattern: Vec<String> = strings().into_iter().filter(|s| like(&pattern, s)).collect();
        let (shared, whole) = (of_pattern.iter().any(own), of_pattern.iter().all(own));
        let pattern = Text::from(pattern.as_str());
        let (touches, covers) = (clause.touches(&pattern), clause.covers(&pattern));
        match touches {
            Truth::False => prop_assert!(!shared),
            _ if !negated => prop_assert!(shared),
            _ => {}
        }
        if covers == Truth::True {
            prop_assert!(whole);
        }
        if negated && whole {
            prop_assert_eq!(covers, Truth::True);
        }
    }
}
